"""What differs between recipes, and between the datasets they were trained on, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tlcore.cards import Card
from tlcore.config import Augmentation, Phase, Recipe, freeze_words, layer_words, steps_words
from tlcore.numbers import share_words, written_out
from tlcore.recipe_parts import Part
from tlcore.runs import Run

__all__ = ["NOT_THERE", "Row", "described", "of_datasets", "of_recipes"]

NOT_THERE = "–"
"""The value of what a recipe does not have, such as a second phase."""

_Said = Callable[[Any], str]


@dataclass(frozen=True)
class Row:
    what: str
    values: tuple[str, ...]
    """One for each of those that are compared, in their order."""


def of_recipes(recipes: Sequence[Recipe]) -> list[Row]:
    """What is not the same in all of them, in the order in which a recipe is designed."""
    return _differing([_described(recipe, [len(one.phases) for one in recipes]) for recipe in recipes])


def described(recipe: Recipe) -> dict[str, str]:
    """Every choice of a recipe by its name, as on the Model page."""
    return _described(recipe, [len(recipe.phases)])


def of_datasets(runs: Sequence[Run], cards: Mapping[str, Card]) -> list[Row]:
    """The datasets of the runs, where they differ; ``cards``: by id, of those that are still here."""
    if len({run.dataset_id for run in runs}) == 1:
        return []
    return _differing([_dataset(run, cards.get(run.dataset_id)) for run in runs])


def _differing(described: Sequence[Mapping[str, str]]) -> list[Row]:
    names = list(dict.fromkeys(name for one in described for name in one))
    rows = [Row(name, tuple(one.get(name, NOT_THERE) for one in described)) for name in names]
    return [row for row in rows if len(set(row.values)) > 1]


def _dataset(run: Run, card: Card | None) -> dict[str, str]:
    if card is None:
        return {"Dataset": f"{run.dataset_name} (deleted)"}
    return {
        "Dataset": card.name,
        "Version of the dataset": f"{card.version}",
        "Pictures": f"{card.pictures:,}",
        "Classes": f"{card.classes:,}",
        "Seed of the split": f"{card.split_seed}",
        "Last change of the dataset": card.change or "as it came in",
        "Id of the dataset": card.id,
    }


def _described(recipe: Recipe, phases: Sequence[int]) -> dict[str, str]:
    """Every choice of a recipe by its name, as on the Model page; ``phases``: how many each recipe has."""
    found = _part(recipe.backbone, _BACKBONE)
    found["Pooling"] = recipe.head.pooling
    found["Head"] = " + ".join(map(layer_words, recipe.head.layers)) or "output layer only"
    for number, phase in enumerate(recipe.phases, start=1):
        if number > min(phases):
            # Beside one that has no such phase, each of its choices would differ.
            found[f"Phase {number}"] = _phase_words(phase)
            continue
        before = f"Phase {number}: " if max(phases) > 1 else ""
        found |= {f"{before}{name}": said for name, said in _part(phase, _PHASE).items()}
    found |= _augmentation(recipe.augmentation)
    return found | _part(recipe, _RECIPE)


def _phase_words(phase: Phase) -> str:
    epochs = f"{phase.epochs} {'epoch' if phase.epochs == 1 else 'epochs'}"
    return ", ".join(part for part in (epochs, freeze_words(phase.freeze), steps_words(phase)) if part)


def _augmentation(choice: Augmentation) -> dict[str, str]:
    found = _part(choice, _AUGMENTATION)
    # Of a picture that is not changed all variants are the same.
    return found if choice.changes else found | {_AUGMENTATION["views"][0]: NOT_THERE}


def _part(part: Part, names: Mapping[str, tuple[str, _Said]]) -> dict[str, str]:
    return {name: said(getattr(part, field)) for field, (name, said) in names.items()}


def _or(nothing: str, said: _Said = str) -> _Said:
    return lambda value: nothing if value is None or value == 0 else said(value)


def _choice(**words: str) -> _Said:
    return lambda value: words.get(value, str(value))


_SHARE = _or("off", share_words)

# By field; what is not named here is told in words of its own above.
_BACKBONE: dict[str, tuple[str, _Said]] = {
    "name": ("Pretrained network", str),
    "weights": ("Weights", _choice(imagenet="ImageNet", none="from scratch")),
    "image_size": ("Picture size", _or("the network's own", lambda size: f"{size} px")),
    "cut_at": ("Features taken from", _or("the last layer")),
    "fit": (
        "Pictures that are not square",
        _choice(stretch="stretched", crop="cropped", pad="padded with white"),
    ),
}
_PHASE: dict[str, tuple[str, _Said]] = {
    "epochs": ("Epochs", str),
    "freeze": ("Frozen layers", freeze_words),
    "batch_normalization": ("Backbone's batch normalization", str),
    "optimizer": ("Optimizer", str),
    "learning_rate": ("Learning rate", written_out),
    "momentum": ("Momentum", _or("none", lambda value: f"{value:g}")),
    "weight_decay": ("Weight decay", lambda value: "as usual" if value is None else written_out(value)),
    "schedule": ("Course of the learning rate", str),
    "warmup_epochs": ("Warm-up epochs", _or("none")),
    "clip_norm": ("Gradient clipping", _or("off", written_out)),
    "patience": ("Early stopping", _or("off", lambda epochs: f"after {epochs} epochs")),
}
_AUGMENTATION: dict[str, tuple[str, _Said]] = {
    "flip": ("Flip", _choice(none="off")),
    "rotation": ("Rotation", _or("off", lambda degrees: f"{degrees:g}°")),
    "zoom": ("Zoom", _SHARE),
    "shift": ("Shift", _SHARE),
    "brightness": ("Brightness", _SHARE),
    "contrast": ("Contrast", _SHARE),
    "colour": ("Colour", _SHARE),
    "crop": ("Crop", _SHARE),
    "views": ("Variants of each picture", _choice(fresh="fresh in each epoch")),
}
_RECIPE: dict[str, tuple[str, _Said]] = {
    "batch_size": ("Batch size", str),
    "loss": ("Loss", lambda loss: str(loss).replace("_", " ")),
    "label_smoothing": ("Label smoothing", _or("off", lambda value: f"{value:g}")),
    "class_weights": ("Rare classes", _choice(none="as they are", balanced="balanced")),
    "seed": ("Seed", str),
}
