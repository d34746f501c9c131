"""A folder, a zip or an upload becomes a Dataset, with a report of what was left out and why.

The class of a picture is the name of the folder that directly holds it, unless labels.csv says otherwise.
Folders `train`, `val`, `test` around the classes are put together and the split is made anew: only so can
the same picture be kept on one side, and every dataset be split again.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tlcore import archives, datasets, labels_file
from tlcore.archives import ZipBomb, clean_text
from tlcore.class_folders import MAX_CLASS_NAME_CHARACTERS, File, place
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import DatasetError
from tlcore.images import make_safe
from tlcore.report import MAX_LISTED, Report
from tlcore.sources import HOW, Source, opened, without_junk
from tlcore.workspace import Workspace, write_atomic

__all__ = ["MAX_CLASSES", "MAX_CLASS_NAME_CHARACTERS", "take"]

MAX_CLASSES = 1_000

Progress = Callable[[int, int], None]

# Decoding needs up to some hundred MB for each picture in hand, so more threads are not always better.
_THREADS = min(4, os.cpu_count() or 1)
_CHUNK_FILES = 64


@dataclass(frozen=True)
class _Outcome:
    """What became of a file: an item, its `label` still to be set, or the reason why there is none."""

    file: File
    item: Item | None = None
    notes: tuple[str, ...] = ()
    reason: str = ""


def take(
    workspace: Workspace,
    source: Source,
    *,
    name: str,
    val_fraction: float = 0.25,
    test_fraction: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of a folder, of a zip, or of uploads (relative name, content; one of them may be a zip).

    `progress` is called with (files done, files in all). Raises DatasetError when there is no dataset in
    it; single files that cannot be used only land in ``left_out``.
    """
    datasets.check_split(val_fraction, test_fraction, seed)
    workspace.check_writable()
    report = Report()
    with opened(source) as (listing, label), workspace.scratch() as scratch:
        found, listed = labels_file.read(without_junk(listing, report), report)
        files = place(found, report, listed)
        if not files and not report.left_out:
            raise DatasetError(f"{label} is empty. {HOW}")
        _check_class_count({name for file in files for name in file.class_names}, label, report)
        folder = Path(scratch) / "dataset"
        outcomes = _make_all_safe(files, folder / "images", progress)
        classes, items = _collect(outcomes, report)
        _check_class_count(classes, label, report)
        return datasets.save(
            workspace,
            folder,
            name=clean_text(name)[:MAX_CLASS_NAME_CHARACTERS] or "Pictures",
            classes=classes,
            items=items,
            left_out=report.left_out,
            notes=report.notes,
            val_fraction=val_fraction,
            test_fraction=test_fraction,
            seed=seed,
        )


def _check_class_count(classes: Iterable[str], label: str, report: Report) -> None:
    """Said before anything is decoded where it can be, and again for what was usable."""
    names = list(classes)
    if not names:
        reason = Counter(entry.reason for entry in report.left_out).most_common(1)[0][0]
        raise DatasetError(f"{label} holds no usable picture. The most common reason: {reason} {HOW}")
    if len(names) == 1:
        raise DatasetError(
            f"Only one class was found ('{names[0]}'). A classifier needs at least two: put each class's "
            "pictures into a folder of its own."
        )
    if len(names) > MAX_CLASSES:
        raise DatasetError(f"There are {len(names):,} classes; {MAX_CLASSES:,} is the limit.")


def _make_all_safe(files: Sequence[File], images: Path, progress: Progress | None) -> list[_Outcome]:
    """One outcome per file, in order. Pillow decodes outside of Python's lock, so threads do help."""
    outcomes: list[_Outcome] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="intake") as pool:
        # In chunks, so that a trap or a cancelled page stops the work soon.
        for start in range(0, len(files), _CHUNK_FILES):
            for outcome in pool.map(partial(_make_one_safe, images), files[start : start + _CHUNK_FILES]):
                outcomes.append(outcome)
                if progress:
                    progress(len(outcomes), len(files))
    return outcomes


def _make_one_safe(images: Path, file: File) -> _Outcome:
    if file.found.size_bytes > archives.MAX_FILE_BYTES:
        return _Outcome(file, reason=archives.TOO_LARGE)
    try:
        safe = make_safe(file.found.read())
    except ZipBomb:
        raise
    except DatasetError as error:
        return _Outcome(file, reason=str(error))
    kept = images / f"{safe.sha256}{safe.suffix}"
    if not kept.exists():
        write_atomic(kept, safe.content)
    item = Item(safe.sha256, kept.name, -1, file.shown, Split.TRAIN, safe.width_px, safe.height_px)
    return _Outcome(file, item, safe.notes)


def _collect(outcomes: Sequence[_Outcome], report: Report) -> tuple[list[str], list[Item]]:
    """Classes with a usable picture, and their items: each picture once per class or set of labels."""
    classes = sorted({name for outcome in outcomes if outcome.item for name in outcome.file.class_names})
    labels = {name: label for label, name in enumerate(classes)}
    first: dict[tuple[str, frozenset[int]], Item] = {}
    for outcome in outcomes:
        if outcome.item is None:
            report.leave_out(outcome.file.found.name, outcome.reason)
            continue
        label, *more = (labels[name] for name in outcome.file.class_names)
        item = replace(outcome.item, label=label, more=tuple(sorted(more)))
        twin = first.setdefault((item.sha256, frozenset(item.labels)), item)
        if twin is not item:
            report.leave_out(outcome.file.found.name, f"It is the same picture as '{twin.name}'.")
    unused = {
        name: out.file.listed for out in outcomes for name in out.file.class_names if name not in labels
    }
    report.notes += [
        f"The {'label' if listed else 'folder'} '{name}' has no usable picture and is no class."
        for name, listed in sorted(unused.items())
    ]
    changed = Counter(note for outcome in outcomes for note in outcome.notes)
    report.notes += [
        f"{n} {'picture' if n == 1 else 'pictures'}: {note}" for note, n in sorted(changed.items())
    ]
    report.notes += _shared_pictures(classes, list(first.values()))
    return classes, list(first.values())


def _shared_pictures(classes: Sequence[str], items: Sequence[Item]) -> list[str]:
    """A note for each picture that lies in several classes, up to a number one can read."""
    places: dict[str, list[str]] = defaultdict(list)
    for item in items:
        names = ";".join(classes[label] for label in item.labels)
        places[item.sha256].append(f"'{names}/{item.name}'")
    shared = [" and ".join(names) for names in places.values() if len(names) > 1]
    where = "has several sets of labels" if any(item.more for item in items) else "is in several classes"
    notes = [f"One picture {where}: {names}." for names in shared[:MAX_LISTED]]
    if len(shared) > MAX_LISTED:
        notes.append(f"{len(shared) - MAX_LISTED} more pictures are in several classes.")
    return notes
