"""Ready-made choices, from modest to much: a title and a part of the recipe each."""

from tlcore.recipe_parts import (
    Augmentation,
    BatchNormalizationLayer,
    DenseLayer,
    DropoutLayer,
    Head,
    Phase,
)
from tlcore.words import mark

HEADS: dict[str, tuple[str, Head]] = {
    "output": (mark("Output only"), Head(layers=())),
    "small": (mark("Small: dense 64"), Head(layers=(DenseLayer(dense=64),))),
    "usual": (mark("Usual: dense 128, dropout"), Head()),
    "wide": (
        mark("Wide: dense 512, dropout"),
        Head(layers=(DenseLayer(dense=512), DropoutLayer(dropout=0.4))),
    ),
    "deep": (
        mark("Deep: two dense layers, normalized"),
        Head(
            layers=(
                DenseLayer(dense=256),
                BatchNormalizationLayer(),
                DropoutLayer(dropout=0.3),
                DenseLayer(dense=128),
                DropoutLayer(dropout=0.3),
            )
        ),
    ),
    "large": (
        mark("Large: dense 1024, dropout"),
        Head(layers=(DenseLayer(dense=1024), DropoutLayer(dropout=0.5))),
    ),
}

AUGMENTATIONS: dict[str, tuple[str, Augmentation]] = {
    "none": (mark("None"), Augmentation()),
    "mirror": (mark("Mirrored"), Augmentation(flip="horizontal", views=2)),
    "light": (
        mark("Light: photos of things"),
        Augmentation(flip="horizontal", rotation=10, zoom=0.1, shift=0.05, brightness=0.1, views=4),
    ),
    "strong": (
        mark("Strong: few pictures"),
        Augmentation(
            flip="horizontal",
            rotation=20,
            zoom=0.2,
            shift=0.1,
            brightness=0.2,
            contrast=0.2,
            colour=0.2,
            crop=0.2,
            views=8,
        ),
    ),
    "above": (
        mark("Seen from above: cells, maps"),
        Augmentation(flip="both", rotation=180, zoom=0.1, brightness=0.1, views=6),
    ),
}

_FINE = Phase(epochs=5, freeze=-20, learning_rate=0.00001)

PHASES: dict[str, tuple[str, tuple[Phase, ...]]] = {
    "head": (mark("Head only"), (Phase(),)),
    "head_best": (mark("Head only, keep the best epoch"), (Phase(epochs=50, patience=8),)),
    "fine": (mark("Head, then fine-tune the last layers"), (Phase(epochs=10), _FINE)),
    "thaw": (
        mark("Thaw step by step"),
        (
            Phase(epochs=10),
            _FINE,
            Phase(epochs=5, freeze=-60, learning_rate=0.00001, schedule="cosine"),
        ),
    ),
}
