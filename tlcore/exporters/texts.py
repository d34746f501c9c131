"""What a run's program and its labels say."""

import json
from dataclasses import asdict

from tlcore import confidence, runtimes
from tlcore.confidence import Choice
from tlcore.exporters import formats
from tlcore.exporters.exporter import Facts
from tlcore.runs import Run


def facts(run: Run) -> Facts:
    backbone = run.recipe.backbone
    size_px = backbone.image_size or runtimes.read_record(run).image_size_px
    return Facts(
        size_px,
        backbone.fit,
        run.output.units,
        independent=run.output.independent,
        several_labels=run.several_labels,
        choice=confidence.chosen(run),
        classes=tuple(run.classes),
    )


def program(run: Run, format: str) -> str:
    """The program that uses the run's model. Raises RunError for an unknown format."""
    return formats.get(format).program.text(facts(run))


def labels(run: Run) -> str:
    """A list of names, in the order of the probabilities."""
    return json.dumps(run.classes, ensure_ascii=False, indent=1)


def choice(found: Choice) -> str:
    """``confidence.json``, which the program reads."""
    return json.dumps(asdict(found), indent=1)
