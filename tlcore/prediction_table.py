"""What a run says of pictures, as records and as a table: for ``thaw predict`` and the Predict page alike."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from tlcore import cells
from tlcore.predict import Prediction

Record = dict[str, Any]
"""As JSON: ``file``, and ``error`` or what was said."""


def failed(file: str, error: str) -> Record:
    return {"file": file, "error": error}


def told(file: str, prediction: Prediction, right: Sequence[str] | None = None) -> Record:
    """``right``: the classes that a person gave it instead; None where nobody looked."""
    record = {
        "file": file,
        "label": prediction.label,
        "labels": prediction.labels,
        "unsure": prediction.unsure,
        "probability": prediction.probability,
        "probabilities": prediction.probabilities,
    }
    return record if right is None else record | {"right": list(right)}


def csv_text(classes: Sequence[str], records: Sequence[Mapping[str, Any]], *, may_be_unsure: bool) -> str:
    """A row for each picture that was judged; a spreadsheet takes nothing in it for a formula.

    Columns: ``file``, ``label``, ``right`` where somebody gave a picture its class, ``unsure`` where it may
    be, and one per class. Several labels of one picture stand in one cell, with semicolons; as in labels.csv.
    """
    corrected = any("right" in record for record in records)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    extra = [*(["right"] if corrected else []), *(["unsure"] if may_be_unsure else [])]
    rows.writerow(["file", "label", *extra, *map(cells.plain, classes)])
    for record in records:
        if "error" in record:
            continue
        right = [cells.plain(";".join(record.get("right", [])))] if corrected else []
        doubt = [str(record["unsure"]).lower()] if may_be_unsure else []
        chances = [f"{value:.6f}" for value in record["probabilities"].values()]
        rows.writerow(
            [cells.plain(record["file"]), cells.plain(";".join(record["labels"])), *right, *doubt, *chances]
        )
    return text.getvalue()
