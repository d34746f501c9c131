"""The sections of a model card. Whatever a user wrote is shown as it is, and means nothing in Markdown."""

from collections.abc import Iterable, Iterator

import tlcore
from tlcore import confidence, dataset_words, datasets, evaluation, exporters, limits, markdown, origin, runs
from tlcore import recipe_difference as recipes
from tlcore import summary as figures
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotFound
from tlcore.evaluation import SplitEvaluation
from tlcore.fitting import FITS
from tlcore.intervals import wilson
from tlcore.markdown import code, escaped
from tlcore.numbers import range_words
from tlcore.report import counted
from tlcore.runs import Run
from tlcore.workspace import Workspace

# Of a choice in a recipe: that it is not made.
_NOT_MADE = ("off", "none", recipes.NOT_THERE)


def text(workspace: Workspace, run: Run) -> str:
    exporters.check_has_model(run)
    recipe = runs.extended(run.recipe, run.events())
    parts = [
        f"# {escaped(run.name)}",
        _summary(workspace, run),
        "## Intended use",
        _use(run),
        "## Limits",
        _list(limits.of(workspace, run)),
        "## Data",
        *_data(workspace, run),
        "## Training",
        *_training(workspace, run, recipe),
        "## Figures",
        *_figures(run),
        "## How sure it is",
        _confidence(run),
        "## Licence",
        _licence(workspace, run),
        "## What only you know",
        _FOR_PEOPLE,
        "## To train it again",
        *_again(run, recipe),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(workspace: Workspace, run: Run) -> str:
    note = f" {escaped(run.note)}" if run.note else ""
    return (
        f"An image classifier, trained on top of {origin.title(workspace, run, code)} with Thaw "
        f"{tlcore.__version__} on {run.created[:10]}. It tells {len(run.classes):,} classes apart: "
        f"{', '.join(map(code, run.classes))}.{note}"
    )


def _use(run: Run) -> str:
    says = (
        "which of its classes a picture shows, several or none"
        if run.several_labels
        else "which one of its classes a picture shows"
    )
    return (
        f"It says {says}, with a probability for each. It is meant for pictures like those it was trained "
        "on: the same kind of camera, light, background and crop. It was judged by pictures from the same "
        "source, and by no others. Where a mistake would hurt somebody, a person has to look."
    )


def _data(workspace: Workspace, run: Run) -> Iterator[str]:
    name = code(run.dataset_name)
    try:
        dataset = datasets.load(workspace, run.dataset_id)
    except NotFound:
        yield f"{name}, whose pictures were deleted since; its id is `{run.dataset_id}`."
        return
    yield f"{name}, version {dataset.version}. {dataset_words.split(dataset)}"
    yield _counts(dataset)
    if dataset.notes:
        yield _list(dataset.notes)
    yield f"Its id, a hash of pictures, labels and split: `{run.dataset_id}`."


def _counts(dataset: Dataset) -> str:
    return markdown.table(
        dataset_words.COLUMNS,
        [(code(name), *(f"{count:,}" for count in counts)) for name, *counts in dataset_words.rows(dataset)],
    )


def _training(workspace: Workspace, run: Run, recipe: Recipe) -> Iterator[str]:
    yield origin.weights(workspace, run, code)
    fitted = FITS[recipe.backbone.fit]
    yield f"Pictures are {fitted}, upright, in sRGB, and on white where they are transparent."
    described = recipes.described(recipe)
    rows = [(name, escaped(value)) for name, value in described.items() if value not in _NOT_MADE]
    yield markdown.table(("Choice", "Value"), rows)
    epochs = runs.progress(run, run.events(), alive=False).epochs
    yield (
        f"It was trained for {counted(len(epochs), 'epoch')}." if epochs else "Its history tells of no epoch."
    )


def _figures(run: Run) -> Iterator[str]:
    splits = evaluation.load(run).splits
    if not splits:
        yield "It was judged by no pictures."
    for split, result in splits.items():
        yield f"### On {len(result.pictures):,} {limits.NAMES[split]} pictures"
        yield markdown.table(
            ("Figure", "Value", "What it means"),
            [(one.title, one.value, one.sentence) for one in (*figures.main(result), *figures.more(result))],
        )
        yield _classes(result)


def _classes(result: SplitEvaluation) -> str:
    """Each class by itself: a mean may hide one that is never found."""
    return markdown.table(
        ("Class", "Precision", "Recall", "95% interval of the recall", "F1", "Pictures"),
        [
            (
                code(one.name),
                f"{one.precision:.1%}",
                f"{one.recall:.1%}" if one.support else "–",
                _interval(one.recall, one.support),
                f"{one.f1:.1%}",
                f"{one.support:,}",
            )
            for one in result.classes
        ],
    )


def _interval(share: float, total: int) -> str:
    if not total:
        return "–"
    return range_words(*wilson(round(share * total), total))


def _confidence(run: Run) -> str:
    choice = confidence.chosen(run)
    if choice == confidence.NONE:
        return "Nothing was chosen: it always answers, with the probabilities of its model."
    parts = []
    if choice.temperature != 1:
        effect = confidence.study(run).effects[Split.VAL]
        parts.append(
            f"Its logits are divided by the temperature {choice.temperature:.3g}, which was fitted on the "
            f"validation pictures (Guo et al. 2017): there the calibration error goes from "
            f"{effect.error_before:.1%} to {effect.error_after:.1%}. The figures above are without it."
        )
    if choice.threshold:
        parts.append(f'It says "I don\'t know" where it is less than {choice.threshold:.0%} sure.')
    return " ".join(parts)


def _licence(workspace: Workspace, run: Run) -> str:
    return (
        f"{origin.weights(workspace, run, code)} A model that was trained on top of others' weights is bound "
        "by their licence, and by what its pictures may be used for."
    )


_FOR_PEOPLE = """Thaw cannot know these. Write them down before you hand the model on:

- Where the pictures come from, who or what is in them, and by which right they are used.
- Who will use the model, for what, and what it must not be used for.
- Whom a mistake would hurt, and whether it makes more of them for some people, places or devices."""


def _again(run: Run, recipe: Recipe) -> Iterator[str]:
    yield f"With the recipe below as `recipe.yaml`: `thaw train {run.dataset_id} --recipe recipe.yaml`."
    # As code that is indented: no row of backticks in a name can end it.
    yield "\n".join(f"    {line}" for line in recipe.to_yaml().splitlines())
    said = ", ".join(f"{name} {version}" for name, version in origin.versions().items())
    yield f"This card was written with {said}."


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {escaped(one)}" for one in sentences)
