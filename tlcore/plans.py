"""What a recipe amounts to, counted without Keras: layers, parameters, and what each phase may cache."""

import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tlcore import backbones, cuts, heads, outputs
from tlcore.backbones import AnyBackbone, LayerInfo
from tlcore.config import Phase, Recipe
from tlcore.datasets import Dataset
from tlcore.outputs import Output
from tlcore.workspace import Workspace

Shape = tuple[int, ...]
Dtype = Literal["uint8", "float16", "float32"]
_FLOATS: tuple[Dtype, ...] = ("float32", "float16")
_BYTES: dict[Dtype, int] = {"uint8": 1, "float16": 2, "float32": 4}


@dataclass(frozen=True)
class PhasePlan:
    frozen_layers: int
    """Leading backbone layers that are not trained, the input layer counted."""
    trained_layers: int
    """Backbone layers that are trained; the head always is."""
    trainable_params: int
    cut_point: str | None
    """The layer whose output is cached; None: the pictures' pixels are."""
    pooled: bool
    """Whether the head's pooling is computed once too, before caching."""
    feature_shape: Shape
    prefix_flop: int
    """Multiplications and additions for the features of one image; 0 without a cut point."""
    suffix_flop: int
    """The same for what is left to be run in every epoch, one way forward."""
    cut_index: int | None
    """The place of the cut among the layers."""
    dtype: Dtype
    """Of what is cached: pixels as they are, vectors exactly, large maps rounded where they would not fit."""

    @property
    def bytes_per_image(self) -> int:
        return math.prod(self.feature_shape) * _BYTES[self.dtype]


@dataclass(frozen=True)
class Plan:
    recipe: Recipe
    backbone: AnyBackbone
    output: Output
    image_size_px: int
    layers: tuple[LayerInfo, ...]
    """The backbone's layers as far as they are kept (``cut_at``)."""
    head: tuple[heads.HeadRow, ...]
    cut_points: tuple[str, ...]
    phases: tuple[PhasePlan, ...]

    @property
    def classes(self) -> int:
        return self.output.classes

    @property
    def output_shape(self) -> Shape:
        """Height, width and channels of the backbone's output; or features, for one that ends in a vector."""
        return self.layers[-1].output_shape

    @property
    def head_params(self) -> int:
        return sum(row.params for row in self.head)

    @property
    def total_params(self) -> int:
        return sum(layer.params for layer in self.layers) + self.head_params

    def to_json(self) -> dict[str, Any]:
        return {
            "backbone": self.recipe.backbone.name,
            "image_size": self.image_size_px,
            "fit": self.recipe.backbone.fit,
            "backbone_layers": len(self.layers),
            "output_shape": list(self.output_shape),
            "total_params": self.total_params,
            "cut_points": list(self.cut_points),
            "head": [asdict(row) for row in self.head],
            "output_activation": self.output.activation,
            "phases": [asdict(phase) | {"bytes_per_image": phase.bytes_per_image} for phase in self.phases],
        }


def cache_budget_bytes() -> int:
    """A cache larger than this is not made (``THAW_CACHE_GB``); its layers then run in every epoch."""
    return int(float(os.environ.get("THAW_CACHE_GB", "8")) * 2**30)


def for_dataset(recipe: Recipe, dataset: Dataset, workspace: Workspace) -> Plan:
    """The plan that a training on this dataset follows."""
    return make(
        recipe,
        len(dataset.classes),
        several_labels=dataset.several_labels,
        workspace=workspace,
        images=len(dataset.items),
        budget_bytes=cache_budget_bytes(),
    )


def make(
    recipe: Recipe,
    classes: int,
    *,
    several_labels: bool = False,
    workspace: Workspace | None = None,
    images: int = 0,
    budget_bytes: int | None = None,
) -> Plan:
    """The plan of a recipe for so many classes.

    With ``images`` and ``budget_bytes`` a phase caches at the deepest cut that fits the budget; where none
    fits it caches pixels, and the frozen layers run at every epoch. So they do for fresh augmentation.
    ``workspace`` is where an own backbone lies.
    Raises RecipeError for a backbone, cut or freeze choice that does not exist, or a loss that does not fit.
    """
    entry = backbones.get(recipe.backbone.name, workspace)
    output = outputs.of(recipe.loss, classes, several_labels)
    size = recipe.backbone.image_size or entry.image_size_px
    layers = cuts.truncated(entry.layers(size), recipe.backbone.cut_at)
    head = heads.rows(recipe.head, layers[-1].output_shape, output)
    points = cuts.cut_points(layers)
    kept = images * recipe.augmentation.distinct_views
    most = budget_bytes // kept if budget_bytes is not None and kept else None
    return Plan(
        recipe,
        entry,
        output,
        size,
        layers,
        tuple(head),
        tuple(layers[i].name for i in points),
        tuple(_phase(recipe, phase, layers, head, size, most) for phase in recipe.phases),
    )


def _phase(
    recipe: Recipe,
    phase: Phase,
    layers: tuple[LayerInfo, ...],
    head: Sequence[heads.HeadRow],
    size: int,
    most_bytes: int | None,
) -> PhasePlan:
    frozen = cuts.frozen_count(layers, phase.freeze)
    trained = layers[frozen:]
    params = sum(layer.trainable_params for layer in trained) + sum(row.trainable_params for row in head)
    everything = sum(layer.flop for layer in layers) + sum(row.flop for row in head)
    for cut in reversed(cuts.usable_cuts(layers, frozen) if not recipe.augmentation.fresh else ()):
        shape = layers[cut].output_shape
        # A vector needs no pooling, and a flattened map is as large as the map.
        pooled = cut == len(layers) - 1 and len(shape) > 1 and recipe.head.pooling != "flatten"
        shape = head[0].output_shape if pooled else shape
        before = sum(layer.flop for layer in layers[: cut + 1])
        # Vectors are small, and the head is trained on all their digits.
        for dtype in _FLOATS if len(shape) > 1 else _FLOATS[:1]:
            found = PhasePlan(
                frozen,
                len(trained),
                params,
                layers[cut].name,
                pooled,
                shape,
                before,
                everything - before,
                cut,
                dtype,
            )
            if most_bytes is None or found.bytes_per_image <= most_bytes:
                return found
    return PhasePlan(frozen, len(trained), params, None, False, (size, size, 3), 0, everything, None, "uint8")
