"""The health of a dataset: asked for, waited for, and what was found with its pictures and remedies."""

from functools import partial

import streamlit as st

from pages.ui import asking, findings, health_remedies, messages, state
from pages.ui.asking import Offer
from tlcore import health, words
from tlcore.asked import Standing
from tlcore.datasets import Dataset
from tlcore.health import Finding, Kind, Report
from tlcore.words import mark, tr, trn

_STAGES = {
    "features": mark("What a network sees in the pictures"),
    "looks": mark("Sharpness, colours and borders"),
    "comparing": mark("Every picture with every other"),
}
_TITLES = {
    Kind.TWO_CLASSES: (":material/call_split:", mark("The same picture in two classes")),
    Kind.EXACT: (":material/content_copy:", mark("The same picture twice")),
    Kind.NEAR: (":material/filter_2:", mark("Nearly the same")),
    Kind.GIVEAWAY: (":material/key:", mark("What gives a class away")),
    Kind.ALIKE: (":material/compare:", mark("Classes that look alike")),
    Kind.BLURRED: (":material/blur_on:", mark("Blurred")),
    Kind.EMPTY: (":material/check_box_outline_blank:", mark("Nearly empty")),
    Kind.TINY: (":material/photo_size_select_small:", mark("Tiny")),
    Kind.IMBALANCE: (":material/balance:", mark("Some classes are much larger")),
    Kind.FEW: (":material/hourglass_empty:", mark("Few pictures")),
}


def show_health(dataset: Dataset) -> None:
    """The section of the Data page; it looks again every second while the pictures are being looked at."""
    st.subheader(tr("Health"))
    standing = health.look(state.workspace(), dataset.id)
    if standing.is_there:
        _show_report(dataset)
        return
    offer = Offer(
        tr("Check the pictures"),
        icon=":material/health_and_safety:",
        key="health_start",
        on_click=health_remedies.start,
        args=(dataset,),
        caption=tr(
            "Finds pictures that are there twice or nearly so, blurred and empty ones, classes that "
            "look alike, and borders or captions that give a class away. It looks at every picture "
            "once, and a training uses what it computes."
        ),
    )
    asking.show(standing, partial(_look, dataset.id), _STAGES, offer)


def _look(dataset_id: str) -> Standing:
    return health.look(state.workspace(), dataset_id)


def _show_report(dataset: Dataset) -> None:
    report = health.read(state.workspace(), dataset.id)
    if report is None:
        # Somebody removed it meanwhile.
        st.rerun()
        return
    kept = health.kept_keys(state.workspace())
    shown = [one for one in report.findings if one.key not in kept]
    left = [one for one in report.findings if one.key in kept]
    if not shown:
        st.success(_nothing(report, left), icon=":material/check:")
    _show_split(dataset, report)
    for kind in Kind:
        some = [one for one in shown if one.kind is kind]
        if some:
            _show_kind(dataset, kind, some)
    if left:
        _show_kept(left)


def _nothing(report: Report, left: list[Finding]) -> str:
    if left:
        return tr("Nothing else was found in {pictures:,} pictures.", pictures=report.pictures)
    return tr(
        "{pictures:,} pictures were looked at, and nothing was found that would hurt a training.",
        pictures=report.pictures,
    )


def _show_split(dataset: Dataset, report: Report) -> None:
    """Above all others, and also for pairs that were kept as they are: they may not be on both sides."""
    torn = [one for one in report.findings if health.across(dataset, one)]
    if not torn:
        return
    with st.container(border=True):
        st.markdown(
            trn(
                ":material/call_split: **Nearly the same picture is on both sides of the split**: what is "
                "learned by heart from the one counts as understood at the other.",
                ":material/call_split: **Nearly the same picture is on both sides of the split, {n:,} "
                "times**: what is learned by heart from the one counts as understood at the other.",
                len(torn),
            )
        )
        st.button(
            tr("Keep them on one side"),
            type="primary",
            icon=":material/join:",
            key="health_together",
            on_click=health_remedies.keep_together,
            args=(dataset, report.findings),
            help=tr(
                "A new version of the dataset, in which each such group moves to one side; the other "
                "pictures stay where they are."
            ),
        )


def _show_kind(dataset: Dataset, kind: Kind, some: list[Finding]) -> None:
    icon, title = _TITLES[kind]
    panel = st.expander(
        f"{tr(title)} ({words.number(len(some), ',')})",
        icon=icon,
        expanded=kind in health.SIMILAR,
        key=f"health_{kind}",
        on_change=messages.keep_view,
    )
    if not panel.open:
        return
    with panel:
        findings.show(dataset, kind, some)


def _show_kept(left: list[Finding]) -> None:
    panel = st.expander(
        tr("Kept as they are ({findings:,})", findings=len(left)),
        icon=":material/bookmark:",
        key="health_kept",
        on_change=messages.keep_view,
    )
    if not panel.open:
        return
    with panel:
        for one in left:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(one.sentence)
                st.button(
                    tr("Show again"),
                    key=f"again_{one.key}",
                    on_click=health_remedies.keep,
                    args=([one], False),
                )
