"""An HDF5 file of weights looked through before anything reads numbers from it.

HDF5 can point at other files on this machine (external links, external storage, virtual datasets) and can
declare far more numbers than it holds. Neither is ever part of weights that Keras saved.
"""

from pathlib import Path
from typing import Any

from tlcore.errors import ModelFileError
from tlcore.keras_files import kinds
from tlcore.words import mark, tr

MAX_BYTES = 2 * 10**9
MAX_OBJECTS = 200_000
_FILTERS = {1, 2, 3, 32000}  # deflate, shuffle, checksum, LZF: those that h5py brings with it
_OUT = mark("Save the weights again with Keras, in one file.")


def check_weights_file(path: Path, label: str = "") -> int:
    """How many numbers the file holds, an optimizer's left out. Raises ModelFileError."""
    import h5py

    label = label or f"'{path.name}'"
    with open(path, "rb") as file:
        if not kinds.is_hdf5(file.read(16)):
            raise ModelFileError(
                tr("{label} is not a file of Keras weights (.h5). {way_out}", label=label, way_out=tr(_OUT))
            )
    try:
        with h5py.File(path, "r") as root:
            return _walk(root, label)
    except ModelFileError:
        raise
    except Exception as error:  # HDF5 raises many things on damaged input.
        raise kinds.damaged(label) from error


def _walk(root: Any, label: str) -> int:
    """Every object once, without following a link that is not a plain one."""
    import h5py

    seen: set[Any] = set()
    numbers, size_bytes = 0, 0
    waiting = [("", root)]
    while waiting:
        place, group = waiting.pop()
        for name in group:
            where = f"{place}/{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ModelFileError(
                    tr(
                        "{label} is not opened: {where!r} is a link to somewhere else, which may be another "
                        "file of this machine. {way_out}",
                        label=label,
                        where=where[:80],
                        way_out=tr(_OUT),
                    )
                )
            item = group[name]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if len(seen) > MAX_OBJECTS:
                raise ModelFileError(
                    tr(
                        "{label} has more than {limit:,} parts; that is the limit. {way_out}",
                        label=label,
                        limit=MAX_OBJECTS,
                        way_out=tr(_OUT),
                    )
                )
            if isinstance(item, h5py.Group):
                waiting.append((where, item))
                continue
            _check_dataset(item, where, label)
            size_bytes += item.size * item.dtype.itemsize
            if size_bytes > MAX_BYTES:
                raise ModelFileError(
                    tr(
                        "{label} holds more than {limit:.0f} GB of weights; that is the limit. Use a "
                        "smaller network.",
                        label=label,
                        limit=MAX_BYTES / 1e9,
                    )
                )
            if not where.startswith(("/optimizer", "/_optimizer")):
                numbers += int(item.size)
    return numbers


def _check_dataset(item: Any, where: str, label: str) -> None:
    import h5py

    if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiub" or item.shape is None:
        raise ModelFileError(
            tr(
                "{label} is not opened: {where!r} holds no numbers. {way_out}",
                label=label,
                where=where[:80],
                way_out=tr(_OUT),
            )
        )
    settings = item.id.get_create_plist()
    if item.is_virtual or settings.get_layout() == h5py.h5d.VIRTUAL or settings.get_external_count():
        raise ModelFileError(
            tr(
                "{label} is not opened: the numbers of {where!r} lie in other files. {way_out}",
                label=label,
                where=where[:80],
                way_out=tr(_OUT),
            )
        )
    if any(settings.get_filter(i)[0] not in _FILTERS for i in range(settings.get_nfilters())):
        raise ModelFileError(
            tr(
                "{label} is not opened: {where!r} is packed in an unknown way. {way_out}",
                label=label,
                where=where[:80],
                way_out=tr(_OUT),
            )
        )
