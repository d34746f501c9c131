"""Made-up histories of runs, and answers on made-up validation pictures."""

from pathlib import Path
from typing import Any

import numpy as np

from tlcore import backbones, evaluation, reading
from tlcore.config import Phase, Recipe
from tlcore.datasets import Dataset, Item, Split
from tlcore.evaluation import SplitEvaluation
from tlcore.history import Event
from tlcore.reading import Finding, Seen

CLASSES = ("cat", "dog", "owl")
LAYERS = backbones.get("efficientnet_lite0").layers()
KEEPS_BEST = Recipe(phases=(Phase(epochs=50, patience=5),))
THAWED = Recipe(phases=(Phase(epochs=10), Phase(epochs=8, freeze=-20, learning_rate=1e-5)))


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


RISING = epochs(
    loss=[1.0, 0.7, 0.5, 0.4, 0.3, 0.2, 0.12, 0.08],
    val_loss=[1.0, 0.8, 0.62, 0.60, 0.66, 0.72, 0.80, 0.90],
    accuracy=[0.5, 0.7, 0.8, 0.86, 0.9, 0.94, 0.97, 0.99],
    val_accuracy=[0.5, 0.65, 0.74, 0.76, 0.75, 0.73, 0.72, 0.70],
)
BY_HEART = epochs(
    loss=[1.0, 0.4, 0.2, 0.1, 0.05, 0.03],
    val_loss=[1.0, 0.8, 0.7, 0.69, 0.69, 0.69],
    accuracy=[0.5, 0.8, 0.95, 0.99, 1.0, 1.0],
    val_accuracy=[0.5, 0.65, 0.71, 0.7, 0.71, 0.7],
)
JUMPING = epochs(
    loss=[1.2, 0.6, 1.5, 0.7, 1.4, 0.9],
    val_loss=[1.1, 0.9, 1.4, 0.9, 1.3, 1.0],
    accuracy=[0.5, 0.7, 0.5, 0.68, 0.52, 0.6],
    val_accuracy=[0.5, 0.6, 0.5, 0.6, 0.5, 0.6],
)
CREEPING = epochs(
    loss=[1.10, 1.09, 1.08, 1.07, 1.06],
    val_loss=[1.10, 1.10, 1.09, 1.09, 1.09],
    accuracy=[0.34, 0.36, 0.37, 0.38, 0.4],
    val_accuracy=[0.34, 0.36, 0.36, 0.38, 0.38],
)
HELD_BACK = epochs(
    loss=[1.1, 0.95, 0.85, 0.84, 0.83, 0.83],
    val_loss=[1.0, 0.7, 0.6, 0.59, 0.59, 0.59],
    accuracy=[0.4, 0.52, 0.58, 0.6, 0.6, 0.61],
    val_accuracy=[0.5, 0.7, 0.76, 0.77, 0.78, 0.78],
)
FALLING = epochs(
    loss=[1.1, 0.9, 0.75, 0.62, 0.52, 0.44],
    val_loss=[1.1, 0.92, 0.78, 0.66, 0.57, 0.50],
    accuracy=[0.5, 0.62, 0.7, 0.76, 0.8, 0.83],
    val_accuracy=[0.5, 0.6, 0.68, 0.73, 0.78, 0.81],
)
FLAT = epochs(
    loss=[0.9, 0.6, 0.5, 0.47, 0.46, 0.46, 0.45, 0.45],
    val_loss=[0.9, 0.65, 0.55, 0.52, 0.51, 0.51, 0.51, 0.51],
    accuracy=[0.6, 0.75, 0.8, 0.82, 0.82, 0.83, 0.83, 0.83],
    val_accuracy=[0.6, 0.74, 0.79, 0.8, 0.8, 0.8, 0.8, 0.8],
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


def finding(one: Seen, name: str) -> Finding:
    return next(found for found in reading.findings(one) if found.name == name)
