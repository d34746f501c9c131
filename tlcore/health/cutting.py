"""Borders cut off: another version of the dataset, in which these pictures begin where their border ends."""

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image

from tlcore import datasets, images
from tlcore.datasets import Dataset, Item
from tlcore.errors import DatasetError
from tlcore.health import looks
from tlcore.words import tr, trn
from tlcore.workspace import Workspace, write_atomic

# A smaller rest is not what was meant: such a picture is left as it is.
_LEAST_LEFT = 0.1


def cut_borders(workspace: Workspace, dataset: Dataset, rows: Sequence[int]) -> Dataset:
    """``rows``: places of the pictures in the dataset. Raises DatasetError where none has a border."""
    chosen = {*rows}
    with workspace.scratch() as scratch:
        folder = Path(scratch)
        items = [
            _cut(dataset, item, folder) if row in chosen else item for row, item in enumerate(dataset.items)
        ]
        count = sum(one is not other for one, other in zip(items, dataset.items, strict=True))
        if not count:
            raise DatasetError(tr("None of these pictures has a border that could be cut off."))
        # Two pictures may have differed in nothing but their border.
        once = {(item.sha256, frozenset(item.labels)): item for item in reversed(items)}
        changed = replace(dataset, items=tuple(reversed(once.values())), left_out=(), notes=())
        cut = replace(dataset, items=tuple(items), folder=folder)
        change = trn("Borders cut off of {n:,} picture", "Borders cut off of {n:,} pictures", count)
        return datasets.save_version(workspace, dataset, changed, change, sources=[cut])


def _cut(dataset: Dataset, item: Item, folder: Path) -> Item:
    """The picture without its border, and its file under ``folder``; or the item itself."""
    with images.open_kept(dataset.path(item)) as kept:
        picture = kept.convert("RGB")
    top, right, bottom, left = (side.width for side in looks.of(picture).sides)
    width, height = picture.size
    box = (
        round(left * width),
        round(top * height),
        width - round(right * width),
        height - round(bottom * height),
    )
    if (
        box == (0, 0, width, height)
        or min((box[2] - box[0]) / width, (box[3] - box[1]) / height) < _LEAST_LEFT
    ):
        return item
    safe = images.make_safe(_encoded(picture.crop(box), Path(item.file).suffix))
    name = f"{safe.sha256}{safe.suffix}"
    write_atomic(folder / "images" / name, safe.content)
    return replace(item, sha256=safe.sha256, file=name, width_px=safe.width_px, height_px=safe.height_px)


def _encoded(picture: Image.Image, suffix: str) -> bytes:
    """In the kind that it was: a JPEG that became a PNG would give the pictures away that were cut."""
    content = io.BytesIO()
    if suffix == ".jpg":
        picture.save(content, "JPEG", quality=100, subsampling=0)
    else:
        picture.save(content, "PNG")
    return content.getvalue()
