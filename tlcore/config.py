"""The recipe: everything that defines an experiment except the data. Frozen, and it checks itself."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, ValidationError, model_validator

from tlcore import recipe_rules
from tlcore.errors import RecipeError
from tlcore.numbers import written_out
from tlcore.recipe_parts import (
    HEAD_LAYERS,
    Augmentation,
    BackboneChoice,
    BatchNormalizationLayer,
    DenseLayer,
    DropoutLayer,
    Head,
    HeadLayer,
    Loss,
    Part,
    Phase,
)
from tlcore.suggest import suggestion
from tlcore.words import mark, number, tr

__all__ = [
    "Augmentation",
    "BackboneChoice",
    "BatchNormalizationLayer",
    "DenseLayer",
    "DropoutLayer",
    "Head",
    "HeadLayer",
    "Phase",
    "Recipe",
]


class Recipe(Part):
    """Everything that defines an experiment except the data."""

    backbone: BackboneChoice = BackboneChoice()
    head: Head = Head()
    phases: tuple[Phase, ...] = Field(default=(Phase(),), min_length=1, max_length=8)
    batch_size: int = Field(default=32, ge=1, le=1024)
    augmentation: Augmentation = Augmentation()
    loss: Loss = "sparse_categorical_crossentropy"
    """``binary_crossentropy`` makes sigmoid outputs: several labels per picture, or one unit for two classes.
    The other two make softmax outputs, one label per picture."""
    label_smoothing: float = Field(default=0.0, ge=0.0, lt=0.5)
    class_weights: Literal["none", "balanced"] = "none"
    """``balanced``: pictures of rare classes weigh more, so that every class weighs the same in all."""
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.label_smoothing and self.loss.startswith("sparse"):
            raise ValueError(
                tr(
                    "label_smoothing goes with categorical_crossentropy and binary_crossentropy, not with "
                    "sparse_categorical_crossentropy"
                )
            )
        return self

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Raises RecipeError, one sentence: rule, value, way out."""
        if not isinstance(value, dict):
            raise RecipeError(tr("A recipe is a mapping such as {backbone: {name: efficientnet_lite0}}."))
        try:
            return cls.model_validate(value)
        except ValidationError as error:
            raise RecipeError(_sentence(error)) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """A recipe from a YAML or JSON file (JSON is YAML)."""
        try:
            return cls.parse(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
        except FileNotFoundError as error:
            raise RecipeError(tr("There is no recipe file {name!r}.", name=path.name)) from error
        except OSError as error:
            raise RecipeError(
                tr("{name} cannot be read ({strerror}).", name=path.name, strerror=error.strerror)
            ) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise RecipeError(tr("{name} is not valid YAML or JSON.", name=path.name)) from error

    def changed(self, key: str, value: Any) -> Self:
        """A new recipe with ``value`` at the dotted path ``key``, such as ``phases.0.epochs``."""
        return self.with_changes({key: value})

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """A new recipe with several values changed in order, checked when all of them are in place."""
        data = self.model_dump(mode="json")
        for key, value in changes.items():
            *parents, last = key.split(".")
            target: Any = data
            for part in parents:
                target = target[_position(target, part, key)]
            position = _position(target, last, key)
            target[position] = value
        return self.parse(data)

    def to_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.to_json(), sort_keys=False)

    @property
    def id(self) -> str:
        """Sixteen hex digits of the content: equal recipes have equal ids."""
        said = self.to_json()
        # Recipes from before there was a choice keep their ids.
        if self.backbone.fit == "stretch":
            del said["backbone"]["fit"]
        canonical = json.dumps(said, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def epochs(self) -> int:
        return sum(phase.epochs for phase in self.phases)

    def summary(self) -> str:
        """The recipe in a line, for lists of runs: what it is, then whatever is not as by default."""
        parts = [
            _backbone_words(self.backbone),
            " → ".join(freeze_words(phase.freeze) for phase in self.phases),
            " + ".join([self.head.pooling, *map(layer_words, self.head.layers)]),
            tr("{epochs} epochs", epochs=" + ".join(str(phase.epochs) for phase in self.phases)),
            _each([steps_words(phase) for phase in self.phases]),
            "sigmoid" if self.loss == "binary_crossentropy" else "",
            tr("classes balanced") if self.class_weights == "balanced" else "",
            tr("label smoothing {share:g}", share=self.label_smoothing) if self.label_smoothing else "",
            _augmentation_words(self.augmentation),
            tr("batches of {size}", size=self.batch_size)
            if self.batch_size != _default("batch_size")
            else "",
            tr("seed {seed}", seed=self.seed) if self.seed != _default("seed") else "",
        ]
        return " · ".join(part for part in parts if part)


_FITS = {"stretch": "", "crop": mark("on cropped pictures"), "pad": mark("on padded pictures")}


def _default(field: str) -> Any:
    return Recipe.model_fields[field].default


def _backbone_words(backbone: BackboneChoice) -> str:
    weights = {"imagenet": "", "none": tr("from scratch")}
    parts = [
        backbone.name,
        # Translators: with these weights.
        weights.get(backbone.weights, tr("with {weights}", weights=backbone.weights)),
        tr("at {size} px", size=backbone.image_size) if backbone.image_size else "",
        # Translators: up to this layer, which is the last one that is taken.
        tr("up to {layer}", layer=backbone.cut_at) if backbone.cut_at else "",
        tr(_FITS[backbone.fit]),
    ]
    return " ".join(part for part in parts if part)


def layer_words(layer: HeadLayer) -> str:
    if isinstance(layer, DenseLayer):
        activation = f" {layer.activation}" if layer.activation != "relu" else ""
        l2 = f" L2 {written_out(layer.l2)}" if layer.l2 else ""
        return f"dense {layer.dense}{activation}{l2}"
    if isinstance(layer, DropoutLayer):
        return f"dropout {number(layer.dropout, 'g')}"
    return tr("batch normalization")


def freeze_words(freeze: str | int) -> str:
    if freeze == "all":
        return tr("all frozen")
    if freeze == "none":
        return tr("nothing frozen")
    if isinstance(freeze, str):
        return tr("trained from {layer}", layer=freeze)
    # Translators: so many layers.
    return (
        tr("{layers} frozen", layers=freeze) if freeze >= 0 else tr("last {layers} trained", layers=-freeze)
    )


def steps_words(phase: Phase) -> str:
    """How a phase takes its steps; empty where that is as by default."""
    usual = Phase(epochs=phase.epochs, freeze=phase.freeze)
    if phase == usual:
        return ""
    parts = [
        f"{phase.optimizer} {written_out(phase.learning_rate)}",
        phase.momentum and tr("momentum {momentum:g}", momentum=phase.momentum),
        phase.schedule != usual.schedule and phase.schedule,
        phase.warmup_epochs and tr("warm-up {epochs}", epochs=phase.warmup_epochs),
        phase.weight_decay is not None and tr("decay {decay}", decay=written_out(phase.weight_decay)),
        phase.clip_norm and tr("clipped at {length}", length=written_out(phase.clip_norm)),
        phase.patience and tr("patience {epochs}", epochs=phase.patience),
        phase.batch_normalization == "trained" and tr("statistics trained"),
    ]
    return " ".join(part for part in parts if part)


def _each(phases: list[str]) -> str:
    """What is said of each phase; once where it is the same of all."""
    if len(set(phases)) == 1:
        return phases[0]
    usual = f"{Phase().optimizer} {written_out(Phase().learning_rate)}"
    return " → ".join(words or usual for words in phases)


def _augmentation_words(choice: Augmentation) -> str:
    if not choice.changes:
        return ""
    only_flipped = choice == Augmentation(flip=choice.flip, views=choice.views)
    if choice.fresh:
        return tr("flipped fresh") if only_flipped else tr("augmented fresh")
    if only_flipped:
        return tr("flipped ×{views}", views=choice.views)
    return tr("augmented ×{views}", views=choice.views)


def _position(target: Any, part: str, key: str) -> str | int:
    if isinstance(target, list):
        if not part.isdecimal() or int(part) >= len(target):
            raise RecipeError(
                tr(
                    "{key!r}: {place!r} is no position in a list of {length}; count from 0.",
                    key=key,
                    place=part,
                    length=len(target),
                )
            )
        return int(part)
    if not isinstance(target, dict) or part not in target:
        known = list(target) if isinstance(target, dict) else []
        raise RecipeError(tr("The recipe has no {key!r}.{near}", key=key, near=_near(part, known)))
    return part


def _near(word: str, known: list[str]) -> str:
    listed = tr(" There is: {names}.", names=", ".join(known)) if known else ""
    return suggestion(word, known) or listed


_PARTS: dict[str, tuple[type[Part], ...]] = {
    "backbone": (BackboneChoice,),
    "head": (Head,),
    "layers": tuple(HEAD_LAYERS.values()),
    "phases": (Phase,),
    "augmentation": (Augmentation,),
}


def _known(location: list[str]) -> list[str]:
    """The fields that there are where the last part of the location was looked for."""
    around = next((_PARTS[part] for part in reversed(location[:-1]) if part in _PARTS), (Recipe,))
    return [name for part in around for name in part.model_fields]


def _sentence(error: ValidationError) -> str:
    """The first complaint of pydantic as one sentence; the tags of unions are ours, not the reader's."""
    first = error.errors(include_url=False)[0]
    location = [str(part) for part in first["loc"]]
    place = ".".join(part for i, part in enumerate(location) if not _is_tag(location, i)) or "recipe"
    if first["type"] == "extra_forbidden":
        return tr(
            "The recipe has no {place!r}.{near}", place=place, near=_near(location[-1], _known(location))
        )
    rule = recipe_rules.sentence(first)
    # A rule about several values together names them itself.
    of_several = first["type"] == "value_error" and isinstance(first["input"], dict)
    if of_several:
        return f"{place}: {rule}."
    return tr("{place}: {rule}. Received: {value}.", place=place, rule=rule, value=str(first["input"])[:80])


def _is_tag(location: list[str], i: int) -> bool:
    """Whether this is pydantic's name of a head layer's kind: after its position, before a field."""
    return i > 0 and location[i] in HEAD_LAYERS and location[i - 1].isdecimal() and i + 1 < len(location)
