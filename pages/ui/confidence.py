"""How sure a run has to be: what a temperature does, and the dial from which on it answers."""

import streamlit as st

from pages.ui import messages, session, state
from pages.ui.messages import literal, told
from tlcore import confidence, confidence_plots, runs
from tlcore.confidence import NONE, Choice, Study
from tlcore.coverage import Coverage, Point
from tlcore.datasets import Split
from tlcore.errors import WorkspaceError
from tlcore.numbers import range_words
from tlcore.runs import Run

_NAMES = {Split.VAL: "validation", Split.TEST: "test"}
_FIRST_PERCENT = 80
"""Where the dial stands until somebody moves it."""
_NEXT_TO_NOTHING = 0.05
"""How far a temperature is from 1 that moves 80% by less than one percent."""


def show(run: Run) -> None:
    """Folded up: what it tells is computed when somebody asks."""
    panel = st.expander(
        'How sure it has to be before it answers, or says "I don\'t know"',
        icon=":material/tune:",
        key="confidence",
        on_change=messages.keep_view,
    )
    if panel.open:
        with panel:
            st.fragment(_draw)(run)


def _draw(run: Run) -> None:
    # A fragment is called by Streamlit, not by the page and its guard.
    with messages.guarded():
        messages.show_refused()
        found, chosen = confidence.study(run), _chosen(run)
        _tell_temperature(found)
        threshold = _dial(run, chosen, found)
        _show_use(run, chosen, Choice(found.fit.temperature, threshold))
        # Of the callbacks that led here none chose anything, so the next link is followed.
        session.current().ahead = False


def _chosen(run: Run) -> Choice | None:
    """None where what was chosen is damaged: it can be chosen anew."""
    try:
        return confidence.chosen(run)
    except WorkspaceError as error:
        st.error(literal(str(error)), icon=":material/info:")
        return None


def _tell_temperature(found: Study) -> None:
    if found.fit.not_fitted:
        st.caption(f"{found.fit.not_fitted} So its percentages stay as they are (temperature 1).")
        return
    temperature = found.fit.temperature
    st.markdown(f"**Temperature {temperature:.2f}**: its percentages were {_tendency(temperature)}.")
    st.dataframe(
        [
            {
                "Pictures": f"{effect.pictures:,} {_NAMES[split]}",
                "Log loss": effect.loss_before,
                "after": effect.loss_after,
                "Calibration error": effect.error_before,
                "after it": effect.error_after,
            }
            for split, effect in found.effects.items()
        ],
        hide_index=True,
        column_config={
            "Log loss": st.column_config.NumberColumn(format="%.3f"),
            "after": st.column_config.NumberColumn("Log loss after", format="%.3f"),
            "Calibration error": st.column_config.NumberColumn(format="percent"),
            "after it": st.column_config.NumberColumn("Calibration error after", format="percent"),
        },
        alt="Log loss and expected calibration error before and after the temperature: "
        + "; ".join(
            f"{_NAMES[split]} {effect.loss_before:.3f} to {effect.loss_after:.3f}, "
            f"{effect.error_before:.1%} to {effect.error_after:.1%}"
            for split, effect in found.effects.items()
        ),
    )
    seen = (
        "Only the row of the test pictures tells how well it does on others."
        if Split.TEST in found.effects
        else "There are no test pictures that could tell how well it does on others."
    )
    st.caption(
        "Temperature scaling (Guo et al. 2017) divides the logits by one number, so that what is said with "
        "80% is right 8 times of 10. The likeliest class stays the same. The number was fitted on the "
        f"validation pictures by log loss; the calibration error may still grow. {seen}"
    )


def _tendency(temperature: float) -> str:
    if abs(temperature - 1) < _NEXT_TO_NOTHING:
        return "about as sure as they were right, so it changes next to nothing"
    return "too sure of themselves" if temperature > 1 else "not sure enough"


def _dial(run: Run, chosen: Choice | None, found: Study) -> float:
    """The threshold that is looked at, and what it means."""
    key = _key(run)
    # 0 % with a temperature is a choice too: it answers every picture.
    first = _FIRST_PERCENT if chosen in (None, NONE) else round(100 * chosen.threshold)
    st.slider(
        "It answers from",
        0,
        99,
        format="%d%%",
        key=state.widget(key, state.notes().get(key, first)),
        on_change=_keep,
        args=(key,),
        help='Where it is less sure, it says "I don\'t know". 0%: it always answers.',
    )
    threshold = float(state.widget_value(key) / 100)
    for split, coverage in found.coverages.items():
        st.markdown(_sentence(split, coverage.at(threshold), run.several_labels))
    if Split.TEST in found.coverages:
        st.caption("The test pictures had no part in this choice, as long as you do not choose by them.")
    _curve(found, threshold)
    return threshold


def _sentence(split: Split, point: Point, several_labels: bool) -> str:
    head = f"At {point.threshold:.0%} it answers **{point.answered:,} of {point.pictures:,}** {_NAMES[split]}"
    if point.accuracy_interval is None:
        return f"{head} pictures."
    right = "have all their labels right" if several_labels else "are right"
    return (
        f"{head} pictures ({_interval(point.share_interval)}), and **{point.right:,}** of these {right} "
        f"({point.accuracy:.0%}; {_interval(point.accuracy_interval)})."
    )


def _interval(ends: tuple[float, float]) -> str:
    return f"95% interval {range_words(*ends)}"


def _curve(found: Study, threshold: float) -> None:
    st.plotly_chart(
        confidence_plots.accuracy_coverage(found.coverages, threshold),
        config={"displayModeBar": False},
        alt="How many of the answers are right over the share of pictures that is answered: "
        + "; ".join(_in_words(split, coverage) for split, coverage in found.coverages.items()),
    )
    st.caption(
        "The further left, the fewer pictures it answers; a line that climbs to the left says that it knows "
        "when it does not know. The diamond is the dial."
    )


def _in_words(split: Split, coverage: Coverage) -> str:
    points = [coverage.at(threshold) for threshold in (0.0, 0.5, 0.8, 0.9)]
    return f"{_NAMES[split]} " + ", ".join(
        f"from {point.threshold:.0%} {point.answered} answered, {point.right} right" for point in points
    )


def _show_use(run: Run, chosen: Choice | None, looked_at: Choice) -> None:
    if chosen is not None:
        _tell_use(run, chosen)
    with st.container(horizontal=True):
        st.button(
            "Use this",
            icon=":material/check:",
            type="primary",
            disabled=looked_at == chosen,
            key="confidence_use",
            on_click=_use,
            args=(run.id, looked_at.threshold),
        )
        if chosen != NONE:
            st.button(
                "Take it back",
                icon=":material/undo:",
                key="confidence_off",
                on_click=_drop,
                args=(run.id,),
            )


def _tell_use(run: Run, chosen: Choice) -> None:
    if chosen != NONE:
        answers = (
            f"it answers from {chosen.threshold:.0%}" if chosen.threshold else "it answers every picture"
        )
        percentages = (
            "with the percentages of its model"
            if chosen.temperature == 1
            else f"at a temperature of {chosen.temperature:.2f}"
        )
        st.success(
            f"In use: {answers}, {percentages}. Predictions and the exports that are made from now on "
            "follow; the figures of this page stay those of the model itself.",
            icon=":material/check_circle:",
        )
    elif confidence.is_outdated(run):
        st.info(
            "What was chosen counts no more, since the run was trained on. Choose again.",
            icon=":material/info:",
        )
    else:
        st.caption("Nothing is in use: it answers every picture, with the percentages of its model.")


def _key(run: Run) -> str:
    return f"sure_{run.id}"


@told
def _keep(key: str) -> None:
    state.notes()[key] = state.widget_value(key)


@told
def _use(run_id: str, threshold: float) -> None:
    confidence.use(runs.load(state.workspace(), run_id), threshold)


@told
def _drop(run_id: str) -> None:
    confidence.drop(runs.load(state.workspace(), run_id))
