"""What differs between recipes, and between the datasets they were trained on, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tlcore.cards import Card
from tlcore.config import Augmentation, Phase, Recipe, freeze_words, layer_words, steps_words
from tlcore.numbers import share_words, written_out
from tlcore.recipe_parts import Part
from tlcore.runs import Run
from tlcore.words import mark, number, tr, trn

__all__ = ["NOT_THERE", "Row", "described", "made", "of_datasets", "of_recipes"]

NOT_THERE = "–"
"""The value of what a recipe does not have, such as a second phase."""

_Said = Callable[[Any], str]
_Choice = tuple[int, str]
"""The number of its phase, 0 outside of phases, and what it is called; '' is the phase itself."""


@dataclass(frozen=True)
class Row:
    what: str
    values: tuple[str, ...]
    """One for each of those that are compared, in their order."""


class _Off(str):
    """What is said of a choice by which nothing is done."""


def of_recipes(recipes: Sequence[Recipe]) -> list[Row]:
    """What is not the same in all of them, in the order in which a recipe is designed."""
    return _differing([_described(recipe, [len(one.phases) for one in recipes]) for recipe in recipes])


def described(recipe: Recipe) -> dict[str, str]:
    """Every choice of a recipe by its name, as on the Model page."""
    return {_name(choice): said for choice, said in _described(recipe, [len(recipe.phases)]).items()}


def made(recipe: Recipe) -> dict[str, str]:
    """The same, without what is off."""
    return {name: said for name, said in described(recipe).items() if not isinstance(said, _Off)}


def of_datasets(runs: Sequence[Run], cards: Mapping[str, Card]) -> list[Row]:
    """The datasets of the runs, where they differ; ``cards``: by id, of those that are still here."""
    if len({run.dataset_id for run in runs}) == 1:
        return []
    return _differing([_dataset(run, cards.get(run.dataset_id)) for run in runs])


def _differing(described: Sequence[Mapping[_Choice, str]]) -> list[Row]:
    choices = list(dict.fromkeys(choice for one in described for choice in one))
    rows = [Row(_name(it), tuple(one.get(it, NOT_THERE) for one in described)) for it in choices]
    return [row for row in rows if len(set(row.values)) > 1]


def _name(choice: _Choice) -> str:
    phase, what = choice
    if not phase:
        return tr(what)
    if not what:
        return tr("Phase {number}", number=phase)
    return tr("Phase {number}: {choice}", number=phase, choice=tr(what))


def _dataset(run: Run, card: Card | None) -> dict[_Choice, str]:
    if card is None:
        return {(0, mark("Dataset")): tr("{dataset} (deleted)", dataset=run.dataset_name)}
    return {
        (0, mark("Dataset")): card.name,
        (0, mark("Version of the dataset")): f"{card.version}",
        (0, mark("Pictures")): number(card.pictures, ","),
        (0, mark("Classes")): number(card.classes, ","),
        (0, mark("Seed of the split")): f"{card.split_seed}",
        (0, mark("Last change of the dataset")): card.change or tr("as it came in"),
        (0, mark("Id of the dataset")): card.id,
    }


def _described(recipe: Recipe, phases: Sequence[int]) -> dict[_Choice, str]:
    """Every choice of a recipe; ``phases``: how many each recipe has that is compared."""
    found = _part(recipe.backbone, _BACKBONE)
    found[0, mark("Pooling")] = recipe.head.pooling
    found[0, mark("Head")] = " + ".join(map(layer_words, recipe.head.layers)) or tr("output layer only")
    for place, phase in enumerate(recipe.phases, start=1):
        if place > min(phases):
            # Beside one that has no such phase, each of its choices would differ.
            found[place, ""] = _phase_words(phase)
            continue
        found |= _part(phase, _PHASE, place if max(phases) > 1 else 0)
    found |= _augmentation(recipe.augmentation)
    return found | _part(recipe, _RECIPE)


def _phase_words(phase: Phase) -> str:
    epochs = trn("{n} epoch", "{n} epochs", phase.epochs)
    return ", ".join(part for part in (epochs, freeze_words(phase.freeze), steps_words(phase)) if part)


def _augmentation(choice: Augmentation) -> dict[_Choice, str]:
    found = _part(choice, _AUGMENTATION)
    # Of a picture that is not changed all variants are the same.
    return found if choice.changes else found | {(0, _AUGMENTATION["views"][0]): _Off(NOT_THERE)}


def _part(part: Part, names: Mapping[str, tuple[str, _Said]], phase: int = 0) -> dict[_Choice, str]:
    return {(phase, name): said(getattr(part, field)) for field, (name, said) in names.items()}


def _or(nothing: str, said: _Said = str) -> _Said:
    return lambda value: tr(nothing) if value is None or value == 0 else said(value)


def _unless_off(said: _Said = str, off: str = mark("off")) -> _Said:
    return lambda value: _Off(tr(off)) if value in (None, 0, "none") else said(value)


def _choice(**words: str) -> _Said:
    return lambda value: tr(words[value]) if value in words else str(value)


def _general(value: float) -> str:
    return number(value, "g")


_NONE = mark("none")
_SHARE = _unless_off(share_words)

# By field; what is not named here is told in words of its own above.
_BACKBONE: dict[str, tuple[str, _Said]] = {
    "name": (mark("Pretrained network"), str),
    # Translators: of a network, not of classes
    "weights": (mark("Weights"), _choice(imagenet="ImageNet", none=mark("from scratch"))),
    "image_size": (mark("Picture size"), _or(mark("the network's own"), lambda size: f"{size} px")),
    "cut_at": (mark("Features taken from"), _or(mark("the last layer"))),
    "fit": (
        mark("Pictures that are not square"),
        _choice(stretch=mark("stretched"), crop=mark("cropped"), pad=mark("padded with white")),
    ),
}
_PHASE: dict[str, tuple[str, _Said]] = {
    "epochs": (mark("Epochs"), str),
    "freeze": (mark("Frozen layers"), freeze_words),
    "batch_normalization": (
        mark("Backbone's batch normalization"),
        _choice(frozen=mark("frozen"), trained=mark("trained")),
    ),
    "optimizer": (mark("Optimizer"), str),
    "learning_rate": (mark("Learning rate"), written_out),
    "momentum": (mark("Momentum"), _unless_off(_general, _NONE)),
    "weight_decay": (
        mark("Weight decay"),
        lambda value: tr("as usual") if value is None else written_out(value),
    ),
    "schedule": (
        mark("Course of the learning rate"),
        _choice(constant=mark("constant"), cosine=mark("cosine"), plateau=mark("plateau")),
    ),
    "warmup_epochs": (mark("Warm-up epochs"), _unless_off(str, _NONE)),
    "clip_norm": (mark("Gradient clipping"), _unless_off(written_out)),
    "patience": (
        mark("Early stopping"),
        _unless_off(lambda epochs: trn("after {n} epoch", "after {n} epochs", epochs)),
    ),
}
_AUGMENTATION: dict[str, tuple[str, _Said]] = {
    "flip": (
        mark("Flip"),
        _unless_off(
            _choice(horizontal=mark("horizontal"), vertical=mark("vertical"), both=mark("both")),
        ),
    ),
    "rotation": (mark("Rotation"), _unless_off(lambda degrees: f"{_general(degrees)}°")),
    "zoom": (mark("Zoom"), _SHARE),
    "shift": (mark("Shift"), _SHARE),
    "brightness": (mark("Brightness"), _SHARE),
    "contrast": (mark("Contrast"), _SHARE),
    "colour": (mark("Colour"), _SHARE),
    "crop": (mark("Crop"), _SHARE),
    "views": (mark("Variants of each picture"), _choice(fresh=mark("fresh in each epoch"))),
}
_RECIPE: dict[str, tuple[str, _Said]] = {
    "batch_size": (mark("Batch size"), str),
    "loss": (mark("Loss"), lambda loss: str(loss).replace("_", " ")),
    "label_smoothing": (mark("Label smoothing"), _unless_off(_general)),
    "class_weights": (mark("Rare classes"), _choice(none=mark("as they are"), balanced=mark("balanced"))),
    "seed": (mark("Seed"), str),
}
