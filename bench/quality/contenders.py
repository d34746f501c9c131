"""The recipes that are compared. What is not named of one is as in the default recipe."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tlcore.config import Head, Recipe
from tlcore.presets import HEADS


class Group(StrEnum):
    SAME = "same cost"
    """No more features and no more epochs than the default, and a head of the same order of size."""
    MORE = "more cost"
    """More epochs, or more views of each picture."""
    PLAIN = "tutorial"
    """The heads that tutorials put on a frozen network."""


@dataclass(frozen=True)
class Contender:
    name: str
    group: Group
    recipe: Recipe


DEFAULT = Contender("default", Group.SAME, Recipe())


def contenders() -> tuple[Contender, ...]:
    """The default first. A recipe that is there already, by another name, is not there twice."""
    found = {DEFAULT.recipe.id: DEFAULT}
    for one in (*_tutorials(), *_same_cost(), *_more_cost()):
        found.setdefault(one.recipe.id, one)
    return tuple(found.values())


def _same_cost() -> list[Contender]:
    heads: dict[str, list[dict[str, Any]]] = {
        "dense 64, dropout 0.2": [{"dense": 64}, {"dropout": 0.2}],
        "dense 128": [{"dense": 128}],
        "dense 128, dropout 0.2": [{"dense": 128}, {"dropout": 0.2}],
        "dense 128, dropout 0.5": [{"dense": 128}, {"dropout": 0.5}],
        "dense 256, dropout 0.2": [{"dense": 256}, {"dropout": 0.2}],
        "dropout 0.5, dense 128, dropout 0.5": [{"dropout": 0.5}, {"dense": 128}, {"dropout": 0.5}],
        "normalized, dense 128, dropout 0.2": [
            {"batch_normalization": True},
            {"dense": 128},
            {"dropout": 0.2},
        ],
    }
    return [
        _changed("output only", {"head": _of([])}),
        _changed("output only, rate 0.003", {"head": _of([]), "phases.0.learning_rate": 0.003}),
        *(_changed(f"head: {name}", {"head": _of(layers)}) for name, layers in heads.items()),
        *(
            _changed(f"head: the ready-made {key} one", {"head": HEADS[key][1].model_dump(mode="json")})
            for key in ("wide", "deep")
        ),
        _changed("rate 0.0003", {"phases.0.learning_rate": 0.0003}),
        _changed("rate 0.003", {"phases.0.learning_rate": 0.003}),
        _changed("cosine", {"phases.0.schedule": "cosine"}),
        _changed("AdamW", {"phases.0.optimizer": "adamw"}),
        _changed("label smoothing 0.1", {"loss": "categorical_crossentropy", "label_smoothing": 0.1}),
        _changed("10 epochs", {"phases.0.epochs": 10}),
    ]


def _more_cost() -> list[Contender]:
    return [
        _changed("40 epochs", {"phases.0.epochs": 40}, Group.MORE),
        _changed("best of 50 epochs", {"phases.0.epochs": 50, "phases.0.patience": 8}, Group.MORE),
        _changed("mirrored, 2 views", {"augmentation": {"flip": "horizontal", "views": 2}}, Group.MORE),
    ]


def _tutorials() -> list[Contender]:
    """With the steps that the tutorials take: Adam at 0.001, ten epochs."""
    heads = {
        "flatten, dense 256": _of([{"dense": 256}], pooling="flatten"),
        "average, dense 1024": _of([{"dense": 1024}]),
        "average, dense 128, dropout 0.2": _of([{"dense": 128}, {"dropout": 0.2}]),
    }
    steps = {"epochs": 10, "freeze": "all", "optimizer": "adam", "learning_rate": 0.001}
    return [
        _changed(f"{name}, 10 epochs", {"head": head, "phases": [steps]}, Group.PLAIN)
        for name, head in heads.items()
    ]


def _changed(name: str, changes: dict[str, Any], group: Group = Group.SAME) -> Contender:
    return Contender(name, group, DEFAULT.recipe.with_changes(changes))


def _of(layers: list[dict[str, Any]], pooling: str = "avg") -> dict[str, Any]:
    return Head.model_validate({"pooling": pooling, "layers": layers}).model_dump(mode="json")
