"""An export run in its own runtime, picture by picture, beside what the run itself says of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore.evaluation import THRESHOLD
from tlcore.exporters.exporter import Opened, Tolerance
from tlcore.exporters.pictures import Picture
from tlcore.words import tr

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """One picture of the comparison."""

    picture: str
    difference: float
    """The largest of any class."""
    run: tuple[float, ...]
    """The probability of each class, as the run says it."""
    export: tuple[float, ...]


@dataclass(frozen=True)
class Parity:
    format: str
    runtime: str
    """In which the export was run: its name and version."""
    difference: float
    """The largest of any probability; -1 where the export gave something that is no number."""
    agree: int
    """The pictures of which the same classes are said."""
    milliseconds: float
    """For one picture, by the model alone; the median."""
    size_bytes: int
    """Of the model's files."""
    allowed: Tolerance
    real: bool
    """Whether the pictures are those of the dataset; else drawn ones, since it is gone."""
    rows: tuple[Row, ...]

    @property
    def pictures(self) -> int:
        return len(self.rows)

    @property
    def refused(self) -> str:
        """Why it may not be taken away; empty of one that may."""
        if self.difference < 0:
            return tr("It gives something that is no number, so it is not handed out.")
        if self.difference > self.allowed.difference:
            return tr(
                "Its probabilities differ from the run's by up to {difference:.2g}; {allowed:g} is "
                "allowed, so it is not handed out.",
                difference=self.difference,
                allowed=self.allowed.difference,
            )
        if self.agree < self.allowed.agreement * self.pictures:
            return tr(
                "It says other classes than the run for {other} of {pictures} pictures; {allowed:.0%} "
                "is allowed, so it is not handed out.",
                other=self.pictures - self.agree,
                pictures=self.pictures,
                allowed=1 - self.allowed.agreement,
            )
        return ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"pictures": self.pictures, "refused": self.refused}


def from_json(value: dict[str, Any]) -> Parity:
    """Raises KeyError or TypeError for something else."""
    derived = ("pictures", "refused")
    rows = tuple(
        Row(row["picture"], row["difference"], tuple(row["run"]), tuple(row["export"]))
        for row in value["rows"]
    )
    own = {key: part for key, part in value.items() if key not in derived}
    return Parity(**{**own, "allowed": Tolerance(**value["allowed"]), "rows": rows})


def compare(
    format: str,
    runtime: str,
    opened: Opened,
    pictures: Sequence[Picture],
    expected: Rows,
    *,
    allowed: Tolerance,
    independent: bool,
    size_bytes: int,
    real: bool,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Parity:
    """``expected``: (n, classes), what the run says; ``independent``: each class is a yes or no."""
    rows = []
    for done, (picture, wanted) in enumerate(zip(pictures, expected, strict=True), start=1):
        found = np.array(opened.predict(picture.file), np.float64)
        difference = float(np.abs(found - wanted).max())
        if not math.isfinite(difference):
            # JSON knows no infinity.
            found, difference = np.zeros(len(wanted)), -1.0
        rows.append(Row(picture.name, difference, _rounded(wanted), _rounded(found)))
        progress(done, len(pictures))
    differences = [row.difference for row in rows]
    return Parity(
        format,
        runtime,
        -1.0 if min(differences) < 0 else max(differences),
        sum(_classes(row.run, independent) == _classes(row.export, independent) for row in rows),
        round(opened.milliseconds([picture.file for picture in pictures]), 2),
        size_bytes,
        allowed,
        real,
        tuple(rows),
    )


def _rounded(probabilities: npt.NDArray[Any]) -> tuple[float, ...]:
    return tuple(round(float(one), 7) for one in probabilities)


def _classes(probabilities: Sequence[float], independent: bool) -> tuple[int, ...]:
    if independent:
        return tuple(number for number, value in enumerate(probabilities) if value >= THRESHOLD)
    return (int(np.argmax(probabilities)),)
