"""The steps from pictures to a model, at the side: what is done and what is missing of what is chosen."""

import contextlib
from dataclasses import dataclass
from enum import Enum

import streamlit as st

from pages.ui import state
from pages.ui.messages import literal
from pages.ui.numbers import percent
from tlcore import measures, recipes, watching
from tlcore.cards import Card
from tlcore.datasets import Split
from tlcore.errors import ThawError
from tlcore.exporters.store import folder as exports_of
from tlcore.runs import Progress, Run, Status
from tlcore.words import mark, tr


class Mark(Enum):
    """A sign and a word: no meaning is carried by colour or shape alone."""

    DONE = (":material/check_circle:", mark("done"))
    UNDER_WAY = (":material/pending:", mark("under way"))
    MISSING = (":material/radio_button_unchecked:", mark("to do"))


@dataclass(frozen=True)
class Step:
    title: str
    mark: Mark
    detail: str = ""

    @property
    def line(self) -> str:
        sign, word = self.mark.value
        return f"{sign} **{self.title}** {tr(word)}{f' · {literal(self.detail)}' if self.detail else ''}"


def draw(cards: list[Card], known: list[Run]) -> None:
    """Of the chosen dataset, recipe and run, as they are on disk."""
    steps = _steps(cards, known)
    st.caption("  \n".join(step.line for step in steps))


def _steps(cards: list[Card], known: list[Run]) -> list[Step]:
    card = next((card for card in cards if card.id == state.selected("dataset")), None)
    run = next((run for run in known if run.id == state.selected("run")), None)
    return [
        _pictures(card),
        _recipe(run),
        *_of_run(run),
    ]


def _pictures(card: Card | None) -> Step:
    if card is None:
        return Step(tr("Pictures"), Mark.MISSING)
    detail = tr("{pictures:,} in {classes:,} classes", pictures=card.pictures, classes=card.classes)
    return Step(tr("Pictures"), Mark.DONE, detail)


def _recipe(run: Run | None) -> Step:
    recipe = run.recipe if run else None
    # A link to one that is not here is spoken of where the recipe is designed.
    with contextlib.suppress(ThawError):
        recipe = recipes.load(state.workspace(), state.selected("recipe") or "")
    if recipe is None:
        return Step(tr("Recipe"), Mark.MISSING, tr("the default one is ready"))
    return Step(tr("Recipe"), Mark.DONE, recipe.backbone.name)


def _of_run(run: Run | None) -> list[Step]:
    training, evaluation, export = tr("Training"), tr("Evaluation"), tr("Export")
    if run is None:
        return [Step(title, Mark.MISSING) for title in (training, evaluation, export)]
    progress = watching.look(state.workspace(), run).progress
    figure = measures.shares(run, progress).get(Split.VAL)
    return [
        _training(training, run, progress),
        Step(evaluation, Mark.DONE, tr("{share} right", share=percent(figure)) if figure is not None else "")
        if run.evaluation_file.is_file()
        else Step(evaluation, Mark.MISSING),
        Step(export, Mark.DONE if any(exports_of(run).glob("*/*")) else Mark.MISSING),
    ]


def _training(title: str, run: Run, progress: Progress) -> Step:
    status = tr(progress.status.value)
    if run.has_model and progress.status.final:
        return Step(title, Mark.DONE, "" if progress.status is Status.DONE else status)
    return Step(title, Mark.MISSING if progress.status.final else Mark.UNDER_WAY, status)
