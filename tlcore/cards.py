"""What lists tell of a dataset, in a small file beside its manifest: a list reads no picture's record."""

import functools
from dataclasses import asdict, dataclass
from pathlib import Path

from tlcore.errors import WorkspaceError
from tlcore.manifest import Dataset
from tlcore.workspace import read_json, stamp, write_json

__all__ = ["Card", "card_of", "find", "write"]

_FILE = "card.json"


@dataclass(frozen=True)
class Card:
    id: str
    name: str
    pictures: int
    classes: int
    split_seed: int
    version: int
    parent: str
    change: str
    created: str


def card_of(dataset: Dataset) -> Card:
    told = {name: getattr(dataset, name) for name in ("id", "name", "split_seed", "version", "parent")}
    return Card(
        **told,
        change=dataset.change,
        created=dataset.created,
        pictures=len(dataset.items),
        classes=len(dataset.classes),
    )


def write(dataset: Dataset) -> None:
    """Beside the manifest, which must be there."""
    size = (dataset.folder / "manifest.json").stat().st_size
    write_json(dataset.folder / _FILE, {**asdict(card_of(dataset)), "manifest_bytes": size})


def find(folder: Path) -> Card | None:
    """The card of a dataset's folder; None where there is none that fits the manifest."""
    file = folder / _FILE
    found, manifest = stamp(file), stamp(folder / "manifest.json")
    if found is None or manifest is None:
        return None
    card, size = _read(file, *found)
    return card if size == manifest[1] else None


# A dataset never changes, and every page lists them all at every click.
@functools.lru_cache(maxsize=4096)
def _read(file: Path, mtime_ns: int, size: int) -> tuple[Card | None, int]:
    try:
        told = read_json(file)
        manifest_bytes = told.pop("manifest_bytes")
        return Card(**told), manifest_bytes
    except (WorkspaceError, AttributeError, KeyError, TypeError):
        return None, 0
