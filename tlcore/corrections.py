"""What is right where a model was wrong: classes that a person gives pictures of a batch, sent to a dataset.

On disk: ``corrections.json`` of the batch, by the number of the row.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from tlcore import predictions, versions
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import DatasetError, NotFound, WorkspaceError
from tlcore.predictions import Batch, Row
from tlcore.report import quoted
from tlcore.words import tr, trn
from tlcore.workspace import Workspace, read_json, write_json


@dataclass(frozen=True)
class Correction:
    labels: tuple[str, ...]
    """The names of the classes that it belongs to."""
    sent: str = ""
    """Id of the dataset that has it now, or ''."""


def load(batch: Batch) -> dict[int, Correction]:
    """By row. Raises WorkspaceError for a damaged file."""
    try:
        told = read_json(batch.folder / "corrections.json")
        return {int(number): Correction(tuple(one["labels"]), one["sent"]) for number, one in told.items()}
    except NotFound:
        return {}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            tr("What was corrected of these pictures is damaged. Send them again.")
        ) from error


def correct(batch: Batch, numbers: Collection[int], labels: Sequence[str]) -> None:
    """Give the rows these classes. Raises DatasetError without a class, and WorkspaceError."""
    if not labels:
        raise DatasetError(tr("Choose the right class first."))
    _save(batch, load(batch) | {number: Correction(tuple(labels)) for number in numbers})


def take_back(batch: Batch, numbers: Collection[int]) -> None:
    """Of what a dataset has already, the dataset keeps it."""
    _save(batch, {number: one for number, one in load(batch).items() if number not in numbers})


def waiting(batch: Batch) -> dict[int, Correction]:
    """Those that no dataset has yet."""
    return {number: one for number, one in load(batch).items() if not one.sent}


def send(workspace: Workspace, batch: Batch, dataset: Dataset) -> Dataset:
    """The next version of `dataset`, with the pictures that wait in their right classes.

    One that is there already gets its right class. Raises DatasetError, WorkspaceError.
    """
    numbers = waiting(batch)
    chosen = {row: numbers[row.number].labels for row in predictions.rows(batch) if row.number in numbers}
    if not chosen:
        raise DatasetError(tr("No picture waits. Choose some, and give them their right class."))
    _check_fits(dataset, chosen.values())
    there = {item.sha256: item for item in dataset.items}
    known = {there[_sha256(row)]: names for row, names in chosen.items() if _sha256(row) in there}
    version = _relabelled(workspace, dataset, known)
    new = {row: names for row, names in chosen.items() if _sha256(row) not in there}
    if new:
        version = versions.add_classes(workspace, version, _taken(batch, version, new))
    _save(batch, load(batch) | {number: replace(one, sent=version.id) for number, one in numbers.items()})
    return version


def _check_fits(dataset: Dataset, chosen: Collection[Sequence[str]]) -> None:
    """They may have been chosen among the classes of another dataset."""
    unknown = sorted({name for names in chosen for name in names} - {*dataset.classes})
    if unknown:
        raise DatasetError(
            tr(
                "{dataset} has no class {classes}. Choose the dataset that has it, or set the right class of "
                "these pictures anew.",
                dataset=dataset.name,
                classes=quoted(unknown),
            )
        )
    if not dataset.several_labels and any(len(names) > 1 for names in chosen):
        raise DatasetError(
            tr(
                "A picture of {dataset} has one class; some of these were given several. Set them anew.",
                dataset=dataset.name,
            )
        )


def _relabelled(workspace: Workspace, dataset: Dataset, known: Mapping[Item, Sequence[str]]) -> Dataset:
    held = {item: {dataset.classes[label] for label in item.labels} for item in known}
    other = {item: names for item, names in known.items() if held[item] != set(names)}
    if not other:
        return dataset
    change = trn(
        "{n:,} picture given the right class on the Predict page",
        "{n:,} pictures given the right class on the Predict page",
        len(other),
    )
    return versions.relabel(workspace, dataset, other, change)


def _taken(batch: Batch, dataset: Dataset, new: Mapping[Row, Sequence[str]]) -> Dataset:
    """The pictures as a dataset that is not saved."""
    classes = sorted({name for names in new.values() for name in names})
    items = [_item(row, [classes.index(name) for name in names]) for row, names in new.items()]
    return replace(dataset, classes=tuple(classes), items=tuple(items), left_out=(), folder=batch.folder)


def _item(row: Row, labels: Sequence[int]) -> Item:
    return Item(
        sha256=_sha256(row),
        file=row.file,
        label=labels[0],
        more=tuple(sorted(labels[1:])),
        name=row.name.rpartition("/")[2],
        split=Split.TRAIN,
        width_px=row.width_px,
        height_px=row.height_px,
    )


def _sha256(row: Row) -> str:
    return row.file.partition(".")[0]


def _save(batch: Batch, corrections: Mapping[int, Correction]) -> None:
    told = {str(number): asdict(one) for number, one in corrections.items()}
    write_json(batch.folder / "corrections.json", told, make_folder=False)
