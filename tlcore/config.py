"""The recipe: everything that defines an experiment except the data. Frozen, and it checks itself."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, ValidationError

from tlcore.errors import RecipeError
from tlcore.suggest import suggestion

Activation = Literal["relu", "gelu", "elu", "selu", "silu", "tanh", "sigmoid", "linear"]
Optimizer = Literal["adam", "adamw", "sgd", "rmsprop"]
Pooling = Literal["avg", "max", "flatten"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class BackboneChoice(_Part):
    """Which pretrained network, and how much of it."""

    name: str = "efficientnet_lite0"
    weights: Literal["imagenet", "none"] = "imagenet"
    image_size: int | None = Field(default=None, ge=16, le=1024)
    """Side of the square input in pixels; None is the size the backbone was trained with."""
    cut_at: str | None = None
    """Drop the layers after this one."""


class DenseLayer(_Part):
    dense: int = Field(ge=1, le=16384)
    activation: Activation = "relu"


class DropoutLayer(_Part):
    dropout: float = Field(ge=0.0, lt=1.0)


def _kind(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else vars(value) if isinstance(value, BaseModel) else ()
    return next((kind for kind in ("dense", "dropout") if kind in keys), None)


HeadLayer = Annotated[
    Annotated[DenseLayer, Tag("dense")] | Annotated[DropoutLayer, Tag("dropout")],
    Discriminator(
        _kind,
        custom_error_type="head_layer",
        custom_error_message="A head layer is {dense: units} or {dropout: share}",
    ),
]


class Head(_Part):
    """The new layers on top; the output layer follows by itself, one unit per class, softmax."""

    pooling: Pooling = "avg"
    layers: tuple[HeadLayer, ...] = Field(
        default=(DenseLayer(dense=128), DropoutLayer(dropout=0.2)), max_length=16
    )


def _freeze(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise ValueError("should be all, none, a number of layers, or the name of the first trained layer")
    return value


class Phase(_Part):
    """One stretch of training with its own freeze choice and learning rate."""

    epochs: int = Field(default=20, ge=1, le=1000)
    freeze: Annotated[int | str, BeforeValidator(_freeze)] = "all"
    """``all``, ``none``, a number of leading layers, ``-n`` to train the last n,
    or the name of the first layer to train."""
    optimizer: Optimizer = "adam"
    learning_rate: float = Field(default=0.001, gt=0.0, le=10.0)


class Augmentation(_Part):
    """Views 1 … K-1 of a training picture are flipped at random; view 0 is the picture itself."""

    flip: Literal["none", "horizontal"] = "none"
    views: int = Field(default=1, ge=1, le=16)

    @property
    def distinct_views(self) -> int:
        """How many variants there are to compute and keep; without a flip they are all the same one."""
        return 1 if self.flip == "none" else self.views


class Recipe(_Part):
    """Everything that defines an experiment except the data."""

    backbone: BackboneChoice = BackboneChoice()
    head: Head = Head()
    phases: tuple[Phase, ...] = Field(default=(Phase(),), min_length=1, max_length=8)
    batch_size: int = Field(default=32, ge=1, le=1024)
    augmentation: Augmentation = Augmentation()
    loss: Literal["sparse_categorical_crossentropy"] = "sparse_categorical_crossentropy"
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    @classmethod
    def parse(cls, value: Any) -> Self:
        """Raises RecipeError, one sentence: rule, value, way out."""
        if not isinstance(value, dict):
            raise RecipeError("A recipe is a mapping such as {backbone: {name: efficientnet_lite0}}.")
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
            raise RecipeError(f"There is no recipe file {path.name!r}.") from error
        except OSError as error:
            raise RecipeError(f"{path.name} cannot be read ({error.strerror}).") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path.name} is not valid YAML or JSON.") from error

    def changed(self, key: str, value: Any) -> Self:
        """A new recipe with ``value`` at the dotted path ``key``, such as ``phases.0.epochs``."""
        data = self.model_dump(mode="json")
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
        canonical = json.dumps(self.to_json(), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def epochs(self) -> int:
        return sum(phase.epochs for phase in self.phases)

    def summary(self) -> str:
        """The recipe in a line, for lists of runs."""
        frozen = " → ".join(_freeze_words(phase.freeze) for phase in self.phases)
        layers = [
            f"dense {x.dense}" if isinstance(x, DenseLayer) else f"dropout {x.dropout:g}"
            for x in self.head.layers
        ]
        return " · ".join(
            [self.backbone.name, frozen, " + ".join([self.head.pooling, *layers]), f"{self.epochs} epochs"]
        )


def _freeze_words(freeze: str | int) -> str:
    if freeze == "all":
        return "all frozen"
    if freeze == "none":
        return "nothing frozen"
    if isinstance(freeze, str):
        return f"trained from {freeze}"
    return f"{freeze} frozen" if freeze >= 0 else f"last {-freeze} trained"


def _position(target: Any, part: str, key: str) -> str | int:
    if isinstance(target, list):
        if not part.isdecimal() or int(part) >= len(target):
            raise RecipeError(f"{key!r}: {part!r} is no position in a list of {len(target)}; count from 0.")
        return int(part)
    if not isinstance(target, dict) or part not in target:
        known = list(target) if isinstance(target, dict) else []
        raise RecipeError(f"The recipe has no {key!r}.{_near(part, known)}")
    return part


def _near(word: str, known: list[str]) -> str:
    listed = f" There is: {', '.join(known)}." if known else ""
    return suggestion(word, known) or listed


_FIELDS = {
    name
    for part in (Recipe, BackboneChoice, Head, Phase, Augmentation, DenseLayer, DropoutLayer)
    for name in part.model_fields
}


def _sentence(error: ValidationError) -> str:
    """The first complaint of pydantic as one sentence; the tags of unions are ours, not the reader's."""
    first = error.errors(include_url=False)[0]
    location = [str(part) for part in first["loc"]]
    place = (
        ".".join(
            part
            for i, part in enumerate(location)
            if not (
                i and part in ("dense", "dropout") and location[i - 1].isdecimal() and i + 1 < len(location)
            )
        )
        or "recipe"
    )
    if first["type"] == "extra_forbidden":
        return f"The recipe has no {place!r}.{_near(location[-1], sorted(_FIELDS))}"
    rule = first["msg"].removeprefix("Input ").removeprefix("Value error, ").rstrip(".")
    return f"{place}: {rule}. Received: {str(first['input'])[:80]}."
