"""A finished model up to what goes into its head, in Keras: for a worker."""

from typing import Any

from tlcore import heads, imported_model
from tlcore.errors import RunError
from tlcore.models import Prefix
from tlcore.runs import Run
from tlcore.words import tr


def prefix(run: Run, digest: str) -> Prefix:
    """Pixels → features, one vector for each picture. Raises RunError for a model that is built otherwise."""
    import keras

    model = imported_model.model_of(run)
    here = {layer.name: layer for layer in model.layers}
    # Whether there is a pooling depends on the backbone; the names do not depend on its width.
    names = [row.name for row in heads.rows(run.recipe.head, (1, 1, 1), run.output)]
    first = next((here[name] for name in names if name in here), None)
    if first is None:
        raise RunError(
            tr("The model of this run is not built as Thaw builds models: its head was not found.")
        )
    return Prefix(keras.Model(model.inputs[0], _vector(first)), digest)


def _vector(first: Any) -> Any:
    """What the head's first layer pools, else what it takes; a map, as for a head that flattens, averaged."""
    import keras

    if type(first).__name__.startswith("Global"):
        return first.output
    taken = first.input
    return keras.layers.GlobalAveragePooling2D()(taken) if len(taken.shape) == 4 else taken
