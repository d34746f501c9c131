"""The label doctor on its page: asked for, waited for, and its suspects page by page."""

from functools import partial

import streamlit as st

from pages.ui import asking, fragments, label_changes, messages, state, suspect_card
from pages.ui.asking import Offer
from pages.ui.messages import keep_view, literal, one_line, told
from tlcore import backbones, datasets, doctor, runs
from tlcore.asked import Standing
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import Report
from tlcore.runs import Run
from tlcore.words import mark, tr, trn

PER_PAGE = 12

_STAGES = {
    "features": mark("What a network sees in the pictures"),
    "looks": mark("Sharpness, colours and borders"),
    "comparing": mark("Every picture with every other"),
    "heads": mark("Training heads without the pictures that they judge"),
}
_THAW, _RUN = "thaw", "run"


def choose_network(run: Run | None) -> Run | None:
    """The run whose backbone is to look at the pictures; None for the backbone that comes with Thaw."""
    if run is None or not _is_other(run):
        return None
    titles = {
        _THAW: backbones.get(Recipe().backbone.name).title,
        _RUN: backbones.get(run.recipe.backbone.name, state.workspace()).title,
    }
    if titles[_THAW] == titles[_RUN]:
        titles[_RUN] = tr("{network} as in {run}", network=titles[_RUN], run=run.name)
    chosen = st.segmented_control(
        tr("Features of"),
        [_THAW, _RUN],
        format_func=lambda one: literal(titles[one]),
        default=_THAW,
        required=True,
        key="judge",
        bind="query-params",
        help=tr(
            "The pretrained network through which the pictures are seen: the one that comes with "
            "Thaw, or that of the chosen run, as it was before its training."
        ),
    )
    return run if chosen == _RUN else None


def _is_other(run: Run) -> bool:
    with messages.shown():
        return doctor.is_other(state.workspace(), run)
    return False


def show(dataset: Dataset, run: Run | None) -> None:
    standing = doctor.look(state.workspace(), dataset.id, run)
    if standing.is_there:
        fragments.draw(dataset, partial(_show_report, run=run))
        return
    offer = Offer(
        tr("Judge the labels"),
        icon=":material/stethoscope:",
        key="doctor_start",
        on_click=_start,
        args=(dataset.id, run.id if run is not None else None),
        caption=tr("A network looks at every picture once, unless it has already; the heads take seconds."),
        primary=True,
    )
    asking.show(standing, partial(_look, dataset.id, run), _STAGES, offer)


def _look(dataset_id: str, run: Run | None) -> Standing:
    return doctor.look(state.workspace(), dataset_id, run)


@told
def _start(dataset_id: str, run_id: str | None) -> None:
    space = state.workspace()
    run = runs.load(space, run_id) if run_id else None
    doctor.start(space, datasets.load(space, dataset_id), run, owner=state.owner())


def _show_report(dataset: Dataset, run: Run | None) -> None:
    space = state.workspace()
    report = doctor.read(space, dataset.id, run)
    if report is None:
        # Somebody removed it meanwhile.
        st.rerun()
        return
    known = doctor.known_right(space, dataset)
    shown = [one for one in report.suspects if one.row not in known]
    decided = doctor.decided(space, dataset)
    _summarise(report, len(shown), len(report.suspects) - len(shown))
    label_changes.show_bar(dataset, run, decided)
    number = 1
    if len(shown) > PER_PAGE:
        number = st.pagination(
            -(-len(shown) // PER_PAGE),
            # The next version begins on its first page.
            key=f"suspects_{dataset.id}",
            on_change=keep_view,
        )
    page = shown[(number - 1) * PER_PAGE : number * PER_PAGE]
    with st.container(horizontal=True):
        for one in page:
            suspect_card.show(dataset, one, decided.get(one.row))


def _summarise(report: Report, shown: int, known: int) -> None:
    if shown:
        st.markdown(
            trn(
                "**{n:,} picture of {pictures:,}** does not look like its label, the most doubtful first. "
                "The first are the most likely to be wrong; further down hard pictures are more common.",
                "**{n:,} pictures of {pictures:,}** do not look like their labels, the most doubtful first. "
                "The first are the most likely to be wrong; further down hard pictures are more common.",
                shown,
                pictures=report.pictures,
            )
        )
    elif report.agreed is not None:
        st.success(
            tr("Heads that never saw them agree with the labels of the other pictures.")
            if known or report.not_judged
            else tr(
                "Heads that never saw them agree with the labels of all {pictures:,} pictures.",
                pictures=report.pictures,
            ),
            icon=":material/check:",
        )
    if report.agreed is not None:
        st.caption(literal(" ".join(_how(report, report.agreed, known))))
    if report.not_judged:
        names = ", ".join(one_line(name) for name in report.not_judged)
        st.info(
            literal(
                tr(
                    "Not judged, since all other pictures of their class are nearly the same or of the same "
                    "group: pictures of {classes}.",
                    classes=names,
                )
            ),
            icon=":material/info:",
        )


def _how(report: Report, agreed: float, known: int) -> list[str]:
    said = [
        tr(
            "By the features of {network}, in {folds} folds; groups and near duplicates are judged "
            "together. The heads agree with {agreed:.0%} of the labels.",
            network=report.network,
            folds=report.folds,
            agreed=agreed,
        )
    ]
    if known:
        said.append(
            trn(
                "{n:,} picture left out: you decided in an earlier version.",
                "{n:,} pictures left out: you decided in an earlier version.",
                known,
            )
        )
    return said
