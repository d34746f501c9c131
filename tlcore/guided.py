"""Four questions in place of all controls: what each answer chooses of a recipe, in one table.

An answer changes only what it stands for: where the choices of two sets of answers are the same, a recipe
keeps what it has, also what was set by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tlcore.config import Recipe
from tlcore.presets import AUGMENTATIONS, HEADS, PHASES
from tlcore.recipe_parts import Augmentation
from tlcore.words import mark

AtHand = Callable[[str], bool]
"""Whether a network's pretrained weights can be had without a download."""


class Pictures(StrEnum):
    """How like photographs they are: pretrained networks have seen photographs."""

    PHOTOS = "photos"
    DRAWINGS = "drawings"
    ABOVE = "above"
    SIGNS = "signs"


class Time(StrEnum):
    MINUTE = "minute"
    MINUTES = "minutes"
    HOUR = "hour"


class Place(StrEnum):
    COMPUTER = "computer"
    PHONE = "phone"
    BROWSER = "browser"


class Goal(StrEnum):
    OVERALL = "overall"
    RARE = "rare"


@dataclass(frozen=True)
class Answers:
    """To the four questions; as they stand here they choose the default recipe."""

    pictures: Pictures = Pictures.PHOTOS
    time: Time = Time.MINUTE
    place: Place = Place.COMPUTER
    goal: Goal = Goal.OVERALL

    @classmethod
    def read(cls, value: Any) -> "Answers":
        """From what was kept, by question; what is no answer is left at the first one."""
        kept = value if isinstance(value, dict) else {}
        kinds: dict[str, type[StrEnum]] = {
            "pictures": Pictures,
            "time": Time,
            "place": Place,
            "goal": Goal,
        }
        given: dict[str, Any] = {
            question: kind(kept[question])
            for question, kind in kinds.items()
            if kept.get(question) in list(kind)
        }
        return cls(**given)


BUDGET_S = {Time.MINUTE: 60.0, Time.MINUTES: 600.0, Time.HOUR: 3600.0}

_VIEWS = {Time.MINUTE: 1, Time.MINUTES: 4, Time.HOUR: 8}
"""Variants of each picture. Each costs as much as the pictures themselves."""

_CHANGES = {
    Pictures.PHOTOS: AUGMENTATIONS["light"][1],
    Pictures.DRAWINGS: Augmentation(flip="horizontal", rotation=10, zoom=0.1, shift=0.05),
    Pictures.ABOVE: AUGMENTATIONS["above"][1],
    # Mirrored, a letter is another letter or none.
    Pictures.SIGNS: Augmentation(rotation=5, zoom=0.1, shift=0.05, brightness=0.1),
}

# What is unlike photographs gains more from thawing layers, which takes time.
_LIKE_PHOTOS = {Time.MINUTE: "", Time.MINUTES: "head_best", Time.HOUR: "fine"}
_UNLIKE_PHOTOS = {Time.MINUTE: "", Time.MINUTES: "fine", Time.HOUR: "thaw"}

# By preference; the last one's weights come with the install.
_DEFAULT = Recipe().backbone.name
_NETWORKS = {
    Place.COMPUTER: (_DEFAULT,),
    Place.PHONE: ("mobilenet_v3_large", _DEFAULT),
    Place.BROWSER: ("mobilenet_v3_small", _DEFAULT),
}
_FOR_AN_HOUR = ("efficientnet_lite2", "efficientnet_lite1", _DEFAULT)
_HEADS = {Place.COMPUTER: Recipe().head, Place.PHONE: HEADS["small"][1], Place.BROWSER: HEADS["small"][1]}
# Half the operations of 224 pixels.
_SIZES_PX = {Place.COMPUTER: None, Place.PHONE: None, Place.BROWSER: 160}
_WEIGHTS = {Goal.OVERALL: Recipe().class_weights, Goal.RARE: "balanced"}

PARTS = {
    "backbone.name": mark("network"),
    "backbone.image_size": mark("picture size"),
    "head.layers": mark("head"),
    "phases": mark("phases"),
    "augmentation": mark("augmentation"),
    "class_weights": mark("class weights"),
}
"""The parts of a recipe that the answers choose, by path, in words."""


def networks(answers: Answers) -> tuple[str, ...]:
    """The networks that fit, the best first; the weights of the last are always at hand."""
    if answers.place is Place.COMPUTER and answers.time is Time.HOUR:
        return _FOR_AN_HOUR
    return _NETWORKS[answers.place]


def choices(answers: Answers, at_hand: AtHand) -> dict[str, Any]:
    """What the answers choose, by path, as in a recipe's JSON. Nothing chosen has to be downloaded."""
    fitting = networks(answers)
    return {
        "backbone.name": next((name for name in fitting if at_hand(name)), fitting[-1]),
        "backbone.image_size": _SIZES_PX[answers.place],
        "head.layers": _HEADS[answers.place].model_dump(mode="json")["layers"],
        "phases": _phases(answers),
        "augmentation": _augmentation(answers).model_dump(mode="json"),
        "class_weights": _WEIGHTS[answers.goal],
    }


def answered(recipe: Recipe, before: Answers, after: Answers, at_hand: AtHand) -> Recipe:
    """The recipe once ``before`` was changed to ``after``: only what the two choose differently is set."""
    old, new = choices(before, at_hand), choices(after, at_hand)
    return _with(recipe, {path: value for path, value in new.items() if value != old[path]})


def chosen(recipe: Recipe, answers: Answers, at_hand: AtHand) -> Recipe:
    """The recipe with everything as the answers choose it."""
    return _with(recipe, choices(answers, at_hand))


def differing(recipe: Recipe, answers: Answers, at_hand: AtHand) -> tuple[str, ...]:
    """The paths where the recipe has something else than the answers would choose."""
    said = recipe.to_json()
    return tuple(path for path, value in choices(answers, at_hand).items() if _at(said, path) != value)


def _with(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    name = changes.get("backbone.name", recipe.backbone.name)
    if name != recipe.backbone.name:
        # Weights, a cut and a count of layers are of one network. How pictures are fitted is of the pictures.
        frozen = {
            f"phases.{number}.freeze": "all"
            for number, phase in enumerate(recipe.phases)
            if phase.freeze not in ("all", "none")
            and not (isinstance(phase.freeze, int) and phase.freeze < 0)
        }
        other = {"name": name, "fit": recipe.backbone.fit, "image_size": recipe.backbone.image_size}
        changes = {"backbone": other, **frozen} | changes
    return recipe.with_changes(changes)


def _phases(answers: Answers) -> list[dict[str, Any]]:
    table = _LIKE_PHOTOS if answers.pictures is Pictures.PHOTOS else _UNLIKE_PHOTOS
    key = table[answers.time]
    phases = PHASES[key][1] if key else Recipe().phases
    return [phase.model_dump(mode="json") for phase in phases]


def _augmentation(answers: Answers) -> Augmentation:
    views = _VIEWS[answers.time]
    if views == 1:
        return Recipe().augmentation
    return _CHANGES[answers.pictures].model_copy(update={"views": views})


def _at(said: dict[str, Any], path: str) -> Any:
    value: Any = said
    for part in path.split("."):
        value = value[part]
    return value
