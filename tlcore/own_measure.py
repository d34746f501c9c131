"""A brought model measured: built once in a worker, its layers kept as data for all who have no Keras."""

import contextlib
import logging
from pathlib import Path
from typing import Any

import numpy as np

from tlcore.archives import clean_text
from tlcore.backbones import layer_info, own_intake, own_network
from tlcore.backbones.own import ANY_SIZE_MIN_PX, from_meta
from tlcore.errors import ModelFileError, ThawError
from tlcore.layer_measure import layers_of, windows_of
from tlcore.words import tr
from tlcore.workspace import read_json, write_atomic, write_json

log = logging.getLogger(__name__)

# Even and odd all the way down: where the rules hold at these they hold at any.
_TRIED_PX = (ANY_SIZE_MIN_PX + 1, 131, 256)
_RGB_ONLY = ("torch", "caffe")


def measure_job(folder: str) -> None:
    """The job of a brought model. How it ends is written into its folder; nothing is raised.

    Whoever waited may have given up and removed the folder: then the job ends at its next step.
    """
    place = Path(folder)
    try:
        measure_folder(place)
    except ThawError as error:
        _fail(place, str(error))
    except Exception as error:
        if place.is_dir():
            log.exception("the model in %s could not be measured", folder)
            _fail(place, _plain(error))


def _fail(folder: Path, message: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        write_json(own_intake.failed_file(folder), {"message": message}, make_folder=False)


def measure_folder(folder: Path) -> None:
    """Write ``layers.json``, then ``meta.json``. Raises ModelFileError for a model that is no backbone."""
    import keras

    # What earlier jobs of this worker left would keep its memory.
    keras.utils.clear_session()
    request = read_json(folder / "request.json")
    path = folder / "model.keras"
    own_network.check_budget(path, request["numbers"])
    model = own_network.load(path)
    _check_wanted(folder)
    _check_finite(model)
    taken = own_network.input_of(model)
    if taken.channels == 1 and request["preprocessing"] in _RGB_ONLY:
        raise ModelFileError(
            tr(
                "The pixels {request!r} are for colour pictures, and this model takes grey ones. Choose "
                "0-255, 0-1 or -1-1.",
                request=request["preprocessing"],
            )
        )
    size = taken.side_px or own_network.ANY_SIZE_PX
    built = own_network.flattened(model, size, name="measured", pretrained=False)
    any_size = taken.side_px is None and _keep_rules(folder, model, built.network)
    if not any_size:
        fixed = [(layer, None) for layer in layers_of(built.network)]
        write_atomic(_layers_file(folder), layer_info.to_bytes(fixed), make_folder=False)
    meta = {key: value for key, value in request.items() if key != "numbers"} | {
        "input_kind": taken.kind,
        "channels": taken.channels,
        "any_size": any_size,
        "image_size_px": size,
        "feature_width": int(built.network.output_shape[-1]),
        "dropped": list(built.dropped),
        "params": built.network.count_params(),
    }
    from_meta(meta, folder)
    write_json(own_intake.meta_file(folder), meta, make_folder=False)
    keras.utils.clear_session()


def _keep_rules(folder: Path, model: Any, network: Any) -> bool:
    """Write the layers with rules for any size; whether these hold, at sizes that divide well and badly."""
    rows = zip(layers_of(network), windows_of([network], fixed_borders=True), strict=True)
    write_atomic(_layers_file(folder), layer_info.to_bytes(rows), make_folder=False)
    return all(_hold(folder, model, size) for size in _TRIED_PX)


def _hold(folder: Path, model: Any, size: int) -> bool:
    """Whether the kept rules give what Keras builds at this size."""
    _check_wanted(folder)
    try:
        network = own_network.flattened(model, size, name="tried", pretrained=False).network
    except Exception:  # Some networks join maps that only fit at certain sizes.
        return False
    return layers_of(network) == layer_info.read_file(_layers_file(folder), size)


def _check_wanted(folder: Path) -> None:
    """Raises FileNotFoundError where nobody waits any more."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)


def _check_finite(model: Any) -> None:
    for weight in model.weights:
        if not np.isfinite(np.asarray(weight)).all():
            raise ModelFileError(
                tr(
                    "Its weights {name!r} hold numbers that are infinite or no numbers: its training "
                    "went wrong. Train it again, with a lower learning rate, and save it.",
                    name=clean_text(weight.path)[:60],
                )
            )


def _layers_file(folder: Path) -> Path:
    return folder / "layers.json"


def _plain(error: Exception) -> str:
    import tensorflow as tf

    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return tr("It is too large for the memory of this machine. Use a smaller network.")
    first = clean_text(str(error).strip().split("\n")[0])[:160]
    return tr(
        "Keras cannot rebuild it ({name}: {first}). Save the model again with a recent Keras 3.",
        name=type(error).__name__,
        first=first,
    )
