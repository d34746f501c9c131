"""The results as data for JSON, and as a page of Markdown."""

import importlib.metadata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tlcore
from bench.quality import figures
from bench.quality.contenders import Contender, Group
from bench.quality.figures import Measure, Row
from bench.quality.trial import Trial
from tlcore import markdown
from tlcore.datasets import Dataset, Split
from tlcore.workspace import write_atomic, write_json

_COLUMNS = (
    "recipe",
    "accuracy",
    "against the default (points)",
    "",
    "log loss",
    "against the default",
    "",
    "seconds",
)
_WORDS: dict[Measure, str] = {"accuracy": "accuracy", "log_loss": "log loss"}


@dataclass
class Results:
    contenders: Sequence[Contender]
    datasets: Sequence[Dataset]
    about: dict[str, str]
    """What the pictures of each set are, by its name."""
    minutes: float = 0.0
    trials: list[Trial] = field(default_factory=list)
    """Of whole rounds: each recipe on each set."""
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def seeds(self) -> list[int]:
        return sorted({trial.seed for trial in self.trials})

    def tables(self) -> dict[str, list[Row]]:
        """By set, and of all of them together where there are several."""
        groups = {one.name: one.group for one in self.contenders}
        names = [dataset.name for dataset in self.datasets]
        found = {"all pictures": figures.compare(self.trials, groups)} if len(names) > 1 else {}
        for name in names:
            own = [trial for trial in self.trials if trial.pictures == name]
            found[name] = figures.compare(own, groups)
        return found

    def overall(self) -> list[Row]:
        """The table that decides."""
        return next(iter(self.tables().values()))

    def save(self, folder: Path) -> None:
        write_json(folder / "results.json", self.to_json())
        write_atomic(folder / "results.md", self.document().encode())

    def to_json(self) -> dict[str, Any]:
        return {
            "thaw": tlcore.__version__,
            "started": self.started,
            "minutes": round(self.minutes, 1),
            "versions": {name: importlib.metadata.version(name) for name in ("tensorflow", "keras")},
            "pictures": {dataset.name: _sizes(dataset) for dataset in self.datasets},
            "recipes": {one.name: {"group": one.group, **one.recipe.to_json()} for one in self.contenders},
            "tables": {name: [asdict(row) for row in rows] for name, rows in self.tables().items()},
            "trials": [asdict(trial) for trial in self.trials],
        }

    def document(self) -> str:
        parts = ["# How good the default is: the figures of one run", *self._facts(), self._verdict()]
        for name, rows in self.tables().items():
            about = self.about.get(name)
            parts += [f"## {name.capitalize()}", *([f"{about[0].upper()}{about[1:]}."] if about else [])]
            for group in Group:
                chosen = [row for row in rows if row.group is group]
                if chosen:
                    parts += [f"### {group.capitalize()}", markdown.table(_COLUMNS, map(_cells, chosen))]
        return "\n\n".join(parts) + "\n"

    def _facts(self) -> list[str]:
        sizes = [
            f"{dataset.name} {size['pictures']} in {size['classes']} classes, {size['train']} to train on, "
            f"{size['val']} to validate, {size['test']} to judge by"
            for dataset in self.datasets
            for size in (_sizes(dataset),)
        ]
        versions = ", ".join(
            f"{title} {importlib.metadata.version(name)}"
            for title, name in (("TensorFlow", "tensorflow"), ("Keras", "keras"))
        )
        return [
            f"`python -m bench.quality` · {self.started} · {len(self.trials)} trainings in "
            f"{self.minutes:.0f} minutes of one core · {versions}",
            f"{len(self.seeds)} seeds, each of another split and another training; the same for all recipes. "
            f"Pictures: {'; '.join(sizes)}. The default: {self.contenders[0].recipe.summary()}.",
            "In brackets the 95% interval of the paired difference over the seeds (Student's t). `+` is "
            "measurably better than the default, `−` worse: p below 0.05 after Holm's correction for the "
            "number of recipes. Seconds are those of the epochs; features are computed once for all.",
        ]

    def _verdict(self) -> str:
        rows, said = self.overall(), []
        for measure in figures.MEASURES:
            words = _WORDS[measure]
            names = [f"*{row.contender}*" for row in figures.better(rows, measure)]
            if names:
                said.append(f"Measurably better in {words}: {', '.join(names)}.")
            else:
                said.append(
                    f"No recipe of the same cost, nor of the tutorials, is measurably better in {words}."
                )
        return " ".join(said)


def _sizes(dataset: Dataset) -> dict[str, int]:
    sides = {side.value: len(dataset.of(side)) for side in Split}
    return {"pictures": len(dataset.items), "classes": len(dataset.classes), **sides}


def _cells(row: Row) -> tuple[str, ...]:
    points, mark, nats, loss_mark = "", "", "", ""
    if row.differences is not None:
        accuracy, loss = (row.differences[measure] for measure in figures.MEASURES)
        points = f"{100 * accuracy.mean:+.1f} ({100 * accuracy.low:+.1f} to {100 * accuracy.high:+.1f})"
        nats = f"{loss.mean:+.3f} ({loss.low:+.3f} to {loss.high:+.3f})"
        mark, loss_mark = (_mark(row, measure) for measure in figures.MEASURES)
    return (
        row.contender,
        f"{100 * row.accuracy:.1f}%",
        points,
        mark,
        f"{row.log_loss:.3f}",
        nats,
        loss_mark,
        f"{row.seconds:.1f}",
    )


def _mark(row: Row, measure: Measure) -> str:
    if row.differences is None:
        return ""
    found = row.differences[measure]
    return "`+`" if found.wins(measure) else "`−`" if found.loses(measure) else ""
