"""A folder, an archive or an upload becomes a Dataset, with a report of what was left out and why.

The class of a picture is the name of the folder that directly holds it, unless labels.csv says otherwise.
Folders `train`, `val`, `test` above or below the classes are the split, where they make a usable one; all the
same a picture is on one side only.
"""

import contextvars
import hashlib
import os
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tlcore import archives, datasets, labels_file, staging
from tlcore import own_split as own
from tlcore.archives import ZipBomb, clean_text
from tlcore.class_folders import MAX_CLASS_NAME_CHARACTERS, File, place
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import DatasetError
from tlcore.images import make_safe
from tlcore.report import MAX_LISTED, Report
from tlcore.sources import HOW, Source, opened, without_junk
from tlcore.staging import Staging
from tlcore.words import mark, tr, trn
from tlcore.workspace import Workspace

__all__ = ["MAX_CLASSES", "MAX_CLASS_NAME_CHARACTERS", "read", "take"]

MAX_CLASSES = 1_000

Progress = Callable[[int, int], None]

# Pillow decodes outside of Python's lock, so threads do help.
_THREADS = min(32, os.cpu_count() or 1)
# Read ahead: enough that no core waits for a slow picture, few enough for the memory.
_AHEAD_FILES = 4 * _THREADS


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
    own_split: bool = True,
    called: str = "",
    missing: Sequence[str] = (),
    progress: Progress | None = None,
) -> Dataset:
    """Make a dataset of a folder, of an archive (zip, tar, tar.gz), or of uploads (relative name, content; a
    single one may be an archive).

    `own_split`: keep the split that the folders say, where they say a usable one. `called`: what sentences
    call the source, if not by the name of its path. `missing`: files of it that could not be sent. `progress`
    is called with (files done, files in all). Of a path that was being taken when the process ended, what was
    read is not read again. Raises DatasetError when there is no dataset in it; single files that cannot be
    used only land in ``left_out``.
    """
    datasets.check_split(val_fraction, test_fraction, seed)
    path = source if isinstance(source, Path) else None
    report = Report()
    for name_of_missing in missing:
        report.leave_out(name_of_missing, tr("It could not be read where it was sent from."))
    with staging.opened(workspace, path) as stage, opened(source, stage.room, called) as (listing, label):
        found, listed = labels_file.read(without_junk(listing, report), report)
        files = place(found, report, listed)
        if not files and not report.left_out:
            raise DatasetError(tr("{label} is empty. {way_out}", label=label, way_out=tr(HOW)))
        _check_class_count({name for file in files for name in file.class_names}, label, report)
        outcomes = _make_all_safe(files, stage, progress)
        classes, items = _collect(outcomes, report)
        _check_class_count(classes, label, report)
        split_by = _split_by(items, report, wanted=own_split)
        stage.settle({item.file for item in items})
        return datasets.save(
            workspace,
            stage.folder,
            name=clean_text(name)[:MAX_CLASS_NAME_CHARACTERS] or tr("Pictures"),
            classes=classes,
            items=items,
            left_out=report.left_out,
            notes=report.notes,
            val_fraction=val_fraction,
            test_fraction=test_fraction,
            seed=seed,
            split_by=split_by,
        )


def read(
    files: Sequence[File], stage: Staging, report: Report, progress: Progress | None
) -> tuple[list[str], list[Item]]:
    """Classes, and the usable ones of some files, each picture once, their images in `stage`; the others are
    reported."""
    classes, items = _collect(_make_all_safe(files, stage, progress), report)
    stage.settle({item.file for item in items})
    return classes, items


def _split_by(items: Sequence[Item], report: Report, *, wanted: bool) -> str:
    """What the folders say of the split, and what became of it."""
    folders = ", ".join(f"'{name}'" for name in own.folders(items))
    if not folders:
        return ""
    if wanted and own.usable(items):
        report.notes.append(tr("The folders {folders} say the split, and it was kept.", folders=folders))
        return own.OWN
    report.notes.append(
        tr("The folders {folders} were put together; the split was made anew.", folders=folders)
    )
    return ""


def _check_class_count(classes: Iterable[str], label: str, report: Report) -> None:
    """Said before anything is decoded where it can be, and again for what was usable."""
    names = list(classes)
    if not names:
        reason = Counter(entry.reason for entry in report.left_out).most_common(1)[0][0]
        raise DatasetError(
            tr(
                "{label} holds no usable picture. The most common reason: {reason} {way_out}",
                label=label,
                reason=reason,
                way_out=tr(HOW),
            )
        )
    if len(names) == 1:
        raise DatasetError(
            tr(
                "Only one class was found ('{name}'). A classifier needs at least two: put each class's "
                "pictures into a folder of its own.",
                name=names[0],
            )
        )
    if len(names) > MAX_CLASSES:
        raise DatasetError(
            tr(
                "There are {classes:,} classes; {limit:,} is the limit.",
                classes=len(names),
                limit=MAX_CLASSES,
            )
        )


def _make_all_safe(files: Sequence[File], stage: Staging, progress: Progress | None) -> list[_Outcome]:
    """One outcome per file, in order."""
    outcomes: list[_Outcome] = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="intake") as pool:
        try:
            for outcome in _in_order(pool, partial(_make_one_safe, stage), files):
                outcomes.append(outcome)
                if progress:
                    progress(len(outcomes), len(files))
        finally:
            # A trap, or a person who leaves, stops the work soon.
            pool.shutdown(cancel_futures=True)
    return outcomes


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[File], _Outcome], files: Sequence[File]
) -> Iterator[_Outcome]:
    """Never more than a few files in hand, however many there are."""
    ahead: deque[Future[_Outcome]] = deque()
    for file in files:
        # Each file has a context of its own: what is said of it is in the language of this one.
        ahead.append(pool.submit(contextvars.copy_context().run, work, file))
        if len(ahead) >= _AHEAD_FILES:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _make_one_safe(stage: Staging, file: File) -> _Outcome:
    if file.found.size_bytes > archives.MAX_FILE_BYTES:
        return _Outcome(file, reason=archives.too_large())
    try:
        content = file.found.read()
        source_sha256 = hashlib.sha256(content).hexdigest()
        read = stage.find(source_sha256) or stage.keep(source_sha256, make_safe(content))
    except ZipBomb:
        raise
    except DatasetError as error:
        return _Outcome(file, reason=str(error))
    item = Item(
        sha256=read.sha256,
        file=read.file,
        label=-1,
        name=file.shown,
        split=Split.TRAIN,
        width_px=read.width_px,
        height_px=read.height_px,
        folder=file.above,
        group=file.group,
    )
    return _Outcome(file, item, read.notes)


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
            same = tr("It is the same picture as '{name}'.", name=twin.name)
            report.leave_out(outcome.file.found.name, same)
    unused = {
        name: out.file.listed for out in outcomes for name in out.file.class_names if name not in labels
    }
    report.notes += [
        tr("The label '{name}' has no usable picture and is no class.", name=name)
        if listed
        else tr("The folder '{name}' has no usable picture and is no class.", name=name)
        for name, listed in sorted(unused.items())
    ]
    changed = Counter(note for outcome in outcomes for note in outcome.notes)
    report.notes += [
        trn("{n} picture: {note}", "{n} pictures: {note}", n, note=tr(note))
        for note, n in sorted(changed.items())
    ]
    report.notes += _shared_pictures(classes, list(first.values()))
    return classes, list(first.values())


def _shared_pictures(classes: Sequence[str], items: Sequence[Item]) -> list[str]:
    """A note for each picture that lies in several classes, up to a number one can read."""
    places: dict[str, list[str]] = defaultdict(list)
    for item in items:
        names = ";".join(classes[label] for label in item.labels)
        places[item.sha256].append(f"'{names}/{item.name}'")
    shared = [tr(" and ").join(names) for names in places.values() if len(names) > 1]
    told = mark("One picture is in several classes: {names}.")
    if any(item.more for item in items):
        told = mark("One picture has several sets of labels: {names}.")
    notes = [tr(told, names=names) for names in shared[:MAX_LISTED]]
    if len(shared) > MAX_LISTED:
        more = len(shared) - MAX_LISTED
        notes.append(tr("{pictures} more pictures are in several classes.", pictures=more))
    return notes
