"""The parts of a recipe. Each is frozen and checks itself; ``config`` puts them together."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from tlcore.words import tr

Activation = Literal["relu", "gelu", "elu", "selu", "silu", "tanh", "sigmoid", "linear"]
Optimizer = Literal["adam", "adamw", "sgd", "rmsprop", "lion"]
Schedule = Literal["constant", "cosine", "plateau"]
Pooling = Literal["avg", "max", "flatten"]
Flip = Literal["none", "horizontal", "vertical", "both"]
Fit = Literal["stretch", "crop", "pad"]
Loss = Literal["sparse_categorical_crossentropy", "categorical_crossentropy", "binary_crossentropy"]

WEIGHT_SUFFIXES = (".h5", ".keras")
"""Of a file of weights."""
WITH_MOMENTUM: tuple[Optimizer, ...] = ("sgd", "rmsprop")


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _weights(value: Any) -> str:
    files = isinstance(value, str) and value.endswith(WEIGHT_SUFFIXES) and not {"/", "\\"} & set(value)
    if value in ("imagenet", "none") or files:
        return str(value)
    raise ValueError(
        tr("should be imagenet, none, or the name of a .h5 or .keras file in the weights folder")
    )


class BackboneChoice(Part):
    """Which pretrained network, and how much of it."""

    name: str = "efficientnet_lite0"
    weights: Annotated[str, BeforeValidator(_weights)] = "imagenet"
    """``imagenet`` (for an own model: those it came with), ``none``, or a file in the weights folder."""
    image_size: int | None = Field(default=None, ge=16, le=1024)
    """Side of the square input in pixels; None is the size the backbone was trained with."""
    cut_at: str | None = None
    """Drop the layers after this one."""
    fit: Fit = "stretch"
    """How a picture becomes a square: stretched, cropped to its centre, or padded with white."""


class DenseLayer(Part):
    dense: int = Field(ge=1, le=16384)
    activation: Activation = "relu"
    l2: float = Field(default=0.0, ge=0.0, le=1.0)
    """Weight of the sum of squared weights in the loss."""


class DropoutLayer(Part):
    dropout: float = Field(ge=0.0, lt=1.0)


class BatchNormalizationLayer(Part):
    batch_normalization: Literal[True] = True


HEAD_LAYERS: dict[str, type[Part]] = {
    "dense": DenseLayer,
    "dropout": DropoutLayer,
    "batch_normalization": BatchNormalizationLayer,
}


def _kind(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else vars(value) if isinstance(value, BaseModel) else ()
    return next((kind for kind in HEAD_LAYERS if kind in keys), None)


HeadLayer = Annotated[
    Annotated[DenseLayer, Tag("dense")]
    | Annotated[DropoutLayer, Tag("dropout")]
    | Annotated[BatchNormalizationLayer, Tag("batch_normalization")],
    Discriminator(
        _kind,
        custom_error_type="head_layer",
        custom_error_message="A head layer is {dense: units}, {dropout: share} or "
        "{batch_normalization: true}",
    ),
]


class Head(Part):
    """The new layers on top; the output layer follows by itself and is what the loss asks for."""

    pooling: Pooling = "avg"
    layers: tuple[HeadLayer, ...] = Field(
        default=(DenseLayer(dense=128), DropoutLayer(dropout=0.2)), max_length=16
    )


def _freeze(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise ValueError(
            tr("should be all, none, a number of layers, or the name of the first trained layer")
        )
    return value


class Phase(Part):
    """One stretch of training with its own freeze choice and learning rate."""

    epochs: int = Field(default=20, ge=1, le=1000)
    freeze: Annotated[int | str, BeforeValidator(_freeze)] = "all"
    """``all``, ``none``, a number of leading layers, ``-n`` to train the last n,
    or the name of the first layer to train."""
    batch_normalization: Literal["frozen", "trained"] = "frozen"
    """Whether trained BatchNormalization layers of the backbone keep their statistics (Keras' own advice)
    or follow the batches."""
    optimizer: Optimizer = "adam"
    learning_rate: float = Field(default=0.001, gt=0.0, le=10.0)
    momentum: float = Field(default=0.0, ge=0.0, lt=1.0)
    weight_decay: float | None = Field(default=None, ge=0.0, le=1.0)
    """None is what Keras takes for the optimizer: 0.004 for AdamW, none for the others."""
    schedule: Schedule = "constant"
    """``cosine`` lowers the rate to 0 over the phase; ``plateau`` halves it where the loss stalls."""
    warmup_epochs: int = Field(default=0, ge=0, le=1000)
    """The rate rises from 0 to its full value over the first so many epochs."""
    clip_norm: float | None = Field(default=None, gt=0.0, le=1000.0)
    """The gradient, taken as one vector, is shortened to this length."""
    patience: int | None = Field(default=None, ge=1, le=1000)
    """The phase ends after so many epochs without a lower validation loss, and keeps the best epoch."""

    @model_validator(mode="after")
    def _fits_together(self) -> "Phase":
        if self.momentum and self.optimizer not in WITH_MOMENTUM:
            raise ValueError(
                tr(
                    "only {optimizers} have a momentum, not {optimizer}",
                    optimizers=tr(" and ").join(WITH_MOMENTUM),
                    optimizer=self.optimizer,
                )
            )
        if self.warmup_epochs and self.schedule == "plateau":
            raise ValueError(tr("a warm-up goes with constant and cosine, not with plateau"))
        if self.warmup_epochs > self.epochs:
            raise ValueError(
                tr(
                    "a warm-up of {warmup_epochs} epochs does not fit into {epochs}",
                    warmup_epochs=self.warmup_epochs,
                    epochs=self.epochs,
                )
            )
        return self


def _views(value: Any) -> int | str:
    if value == "fresh" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 16):
        return value  # type: ignore[no-any-return]
    raise ValueError(tr("should be a number from 1 to 16, or fresh"))


class Augmentation(Part):
    """Random changes of the training pictures. View 0 of a picture is the picture itself."""

    flip: Flip = "none"
    rotation: float = Field(default=0.0, ge=0.0, le=180.0)
    """Degrees, to either side."""
    zoom: float = Field(default=0.0, ge=0.0, le=0.5)
    """Share of the size by which a picture is shown larger or smaller."""
    shift: float = Field(default=0.0, ge=0.0, le=0.5)
    """Share of the side, in each direction."""
    brightness: float = Field(default=0.0, ge=0.0, le=0.9)
    contrast: float = Field(default=0.0, ge=0.0, le=0.9)
    colour: float = Field(default=0.0, ge=0.0, le=0.9)
    """Share by which the saturation goes up or down."""
    crop: float = Field(default=0.0, ge=0.0, le=0.8)
    """Share of the area that may be cut away."""
    views: Annotated[int | Literal["fresh"], BeforeValidator(_views)] = 1
    """So many fixed variants of each picture, computed once and taken in turn by epoch; or ``fresh`` ones
    in each epoch, for which every layer runs every time."""

    @property
    def changes(self) -> bool:
        """Whether any change of the pictures is asked for."""
        return self.flip != "none" or any(value for name, value in self if name not in ("flip", "views"))

    @property
    def fresh(self) -> bool:
        return self.views == "fresh" and self.changes

    @property
    def distinct_views(self) -> int:
        """How many variants there are to compute and keep; without a change they are all the same one."""
        return self.views if self.changes and self.views != "fresh" else 1
