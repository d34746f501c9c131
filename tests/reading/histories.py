"""Made-up histories of runs, and answers on made-up validation pictures."""

from pathlib import Path
from typing import Any

import numpy as np

from tlcore import backbones, evaluation
from tlcore.config import Phase, Recipe
from tlcore.datasets import Dataset, Item, Split
from tlcore.evaluation import SplitEvaluation
from tlcore.history import Event
from tlcore.reading import Seen

CLASSES = ("cat", "dog", "owl")
LAYERS = backbones.get("efficientnet_lite0").layers()


def epochs(**curves: list[float]) -> tuple[Event, ...]:
    """One epoch for each value of the curves, all of one phase."""
    rows = [dict(zip(curves, values, strict=True)) for values in zip(*curves.values(), strict=True)]
    return tuple({"epoch": number, "phase": 0, **row} for number, row in enumerate(rows, start=1))


GOOD = epochs(
    loss=[0.9, 0.4, 0.25, 0.16, 0.12, 0.1, 0.095, 0.09],
    val_loss=[0.8, 0.4, 0.25, 0.17, 0.14, 0.135, 0.133, 0.132],
    accuracy=[0.7, 0.88, 0.93, 0.96, 0.97, 0.98, 0.98, 0.98],
    val_accuracy=[0.75, 0.88, 0.93, 0.96, 0.97, 0.98, 0.98, 0.98],
)


def judged(
    right: float = 0.98,
    *,
    pictures: int = 300,
    unsaid: int | None = None,
    missed: int | None = None,
    several: bool = False,
) -> SplitEvaluation:
    """So many of the pictures right; all of a class wrong, or all but one in five of it."""
    wrong_until = round((1 - right) * pictures)
    items, rows = [], []
    for number in range(pictures):
        label = number % len(CLASSES)
        wrong = number < wrong_until or label == unsaid or (label == missed and number // 3 % 5 != 0)
        said = next(i for i in ((label + 1) % 3, (label + 2) % 3) if i != unsaid) if wrong else label
        rows.append([0.8 if i == said else 0.1 for i in range(len(CLASSES))])
        items.append(Item(f"{number:064x}", f"{number}.png", label, f"{number}.png", Split.VAL, 8, 8))
    if several:
        items[0] = Item("a" * 64, "a.png", 0, "a.png", Split.VAL, 8, 8, more=(1,))
    dataset = Dataset("d" * 16, "made", CLASSES, tuple(items), (), (), 0.2, 0.0, 0, "", Path())
    told = evaluation.evaluate(dataset, {Split.VAL: np.array(rows, np.float32)}, independent=several)
    return told.splits[Split.VAL]


def seen(
    history: tuple[Event, ...],
    result: SplitEvaluation | None | str = "good",
    recipe: Recipe | None = None,
    **more: Any,
) -> Seen:
    """``recipe``: by default the usual one, for as many epochs as the history has."""
    told = judged() if isinstance(result, str) else result
    as_trained = recipe or Recipe(phases=(Phase(epochs=len(history)),))
    facts: dict[str, Any] = {"counts": (100, 100, 100), "layers": LAYERS} | more
    return Seen(as_trained, CLASSES, history, result=told, **facts)
