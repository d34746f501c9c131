"""The pictures that the run learned from: how many, how they are split, and what they look like."""

from tlcore import dataset_words, datasets, plots, thumbnails
from tlcore.datasets import Dataset, Item, Split
from tlcore.errors import NotFound
from tlcore.run_report.markup import (
    FILE_PX,
    Html,
    chart,
    folded,
    gallery,
    heading,
    listed,
    paragraph,
    picture,
    section,
    table,
)
from tlcore.runs import Run
from tlcore.words import tr, trn
from tlcore.workspace import Workspace

# Of more there are neither bars nor a picture of each: a page has to be looked through.
_MOST_CLASSES = 60
_MOST_LEFT_OUT = 50


def section_of(workspace: Workspace, run: Run) -> Html:
    title = tr("Its pictures")
    try:
        dataset = datasets.load(workspace, run.dataset_id)
    except NotFound:
        gone = tr(
            "The pictures of {dataset}, whose id is {id}, were deleted since.",
            dataset=run.dataset_name,
            id=run.dataset_id,
        )
        return section(title, paragraph(gone))
    version = tr("Dataset {name}, version {version}.", name=dataset.name, version=dataset.version)
    return section(
        title,
        paragraph(f"{version} {dataset_words.split(dataset)}"),
        *_counts(dataset),
        listed(dataset.notes) if dataset.notes else "",
        _left_out(dataset),
        *_examples(workspace, dataset),
    )


def _counts(dataset: Dataset) -> list[Html]:
    columns = [tr(column) for column in dataset_words.COLUMNS]
    rows = table(tr("Pictures of each class"), columns, dataset_words.rows(dataset))
    if len(dataset.classes) > _MOST_CLASSES:
        return [folded(tr("The pictures of each class"), rows)]
    alt = tr("Pictures of each class for training, validation and test")
    return [chart(plots.class_counts(dataset), alt), rows]


def _left_out(dataset: Dataset) -> Html:
    if not dataset.left_out:
        return ""
    rows = [(one.name, one.reason) for one in dataset.left_out[:_MOST_LEFT_OUT]]
    return folded(
        trn("{n:,} file left out", "{n:,} files left out", len(dataset.left_out)),
        table(tr("Files left out"), (tr("File"), tr("Why")), rows),
    )


def _examples(workspace: Workspace, dataset: Dataset) -> list[Html]:
    """One of each class, from those it was trained on."""
    first: dict[int, Item] = {}
    for item in dataset.of(Split.TRAIN):
        first.setdefault(item.label, item)
    shown = [first[label] for label in sorted(first)][:_MOST_CLASSES]
    small = thumbnails.of_each(workspace, [dataset.path(item) for item in shown], FILE_PX)
    names = [dataset.classes[item.label] for item in shown]
    named = tr("One of each class")
    if len(shown) < len(first):
        named = tr("One of each of the first {classes} classes", classes=len(shown))
    return [
        heading(3, named),
        gallery(
            picture([(content, f"{name}: {item.name}")], name, item.name)
            for name, item, content in zip(names, shown, small, strict=True)
        ),
    ]
