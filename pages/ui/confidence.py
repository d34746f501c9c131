"""How sure a run has to be: what a temperature does, and the dial from which on it answers."""

import streamlit as st

from pages.ui import messages, session, state
from pages.ui.messages import literal, told
from tlcore import confidence, confidence_plots, runs
from tlcore.confidence import NONE, Choice, Effect, Study
from tlcore.coverage import Coverage, Point
from tlcore.datasets import Split
from tlcore.errors import WorkspaceError
from tlcore.numbers import range_words
from tlcore.runs import Run
from tlcore.words import mark, tr

# Translators: the two splits before a colon or figures, as in "validation 0.31 to 0.29"
_NAMES = {Split.VAL: mark("validation"), Split.TEST: mark("test")}
# Translators: so many validation pictures, so many test pictures, in a column that is called Pictures
_COUNTED = {Split.VAL: mark("{pictures:,} validation"), Split.TEST: mark("{pictures:,} test")}
_ANSWERED = {
    Split.VAL: mark("**{answered:,} of {pictures:,}** validation pictures"),
    Split.TEST: mark("**{answered:,} of {pictures:,}** test pictures"),
}
_FIRST_PERCENT = 80
"""Where the dial stands until somebody moves it."""
_NEXT_TO_NOTHING = 0.05
"""How far a temperature is from 1 that moves 80% by less than one percent."""


def show(run: Run) -> None:
    """Folded up: what it tells is computed when somebody asks."""
    panel = st.expander(
        tr('How sure it has to be before it answers, or says "I don\'t know"'),
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
        stays = tr("So its percentages stay as they are (temperature 1).")
        st.caption(f"{found.fit.not_fitted} {stays}")
        return
    st.markdown(tr(_tendency(found.fit.temperature), temperature=found.fit.temperature))
    _show_effects(found)
    about = tr(
        "Temperature scaling (Guo et al. 2017) divides the logits by one number, so that what is said with "
        "80% is right 8 times of 10. The likeliest class stays the same. The number was fitted on the "
        "validation pictures by log loss; the calibration error may still grow."
    )
    seen = (
        tr("Only the row of the test pictures tells how well it does on others.")
        if Split.TEST in found.effects
        else tr("There are no test pictures that could tell how well it does on others.")
    )
    st.caption(f"{about} {seen}")


def _show_effects(found: Study) -> None:
    st.dataframe(
        [
            {
                "pictures": tr(_COUNTED[split], pictures=effect.pictures),
                "loss": effect.loss_before,
                "loss_after": effect.loss_after,
                "error": effect.error_before,
                "error_after": effect.error_after,
            }
            for split, effect in found.effects.items()
        ],
        hide_index=True,
        column_config={
            "pictures": tr("Pictures"),
            "loss": st.column_config.NumberColumn(tr("Log loss"), format="%.3f"),
            "loss_after": st.column_config.NumberColumn(tr("Log loss after"), format="%.3f"),
            "error": st.column_config.NumberColumn(tr("Calibration error"), format="percent"),
            "error_after": st.column_config.NumberColumn(tr("Calibration error after"), format="percent"),
        },
        alt=tr(
            "Log loss and expected calibration error before and after the temperature: {effects}",
            effects="; ".join(_effect_words(split, effect) for split, effect in found.effects.items()),
        ),
    )


def _effect_words(split: Split, effect: Effect) -> str:
    return tr(
        "{split} {loss:.3f} to {loss_after:.3f}, {error:.1%} to {error_after:.1%}",
        split=tr(_NAMES[split]),
        loss=effect.loss_before,
        loss_after=effect.loss_after,
        error=effect.error_before,
        error_after=effect.error_after,
    )


def _tendency(temperature: float) -> str:
    """A marked sentence."""
    if abs(temperature - 1) < _NEXT_TO_NOTHING:
        return mark(
            "**Temperature {temperature:.2f}**: its percentages were about as sure as they were right, so it "
            "changes next to nothing."
        )
    if temperature > 1:
        return mark("**Temperature {temperature:.2f}**: its percentages were too sure of themselves.")
    return mark("**Temperature {temperature:.2f}**: its percentages were not sure enough.")


def _dial(run: Run, chosen: Choice | None, found: Study) -> float:
    """The threshold that is looked at, and what it means."""
    key = _key(run)
    # 0 % with a temperature is a choice too: it answers every picture.
    first = _FIRST_PERCENT if chosen in (None, NONE) else round(100 * chosen.threshold)
    st.slider(
        tr("It answers from"),
        0,
        99,
        format="%d%%",
        key=state.widget(key, state.notes().get(key, first)),
        on_change=_keep,
        args=(key,),
        help=tr('Where it is less sure, it says "I don\'t know". 0%: it always answers.'),
    )
    threshold = float(state.widget_value(key) / 100)
    for split, coverage in found.coverages.items():
        st.markdown(_sentence(split, coverage.at(threshold), run.several_labels))
    if Split.TEST in found.coverages:
        st.caption(tr("The test pictures had no part in this choice, as long as you do not choose by them."))
    _curve(found, threshold)
    return threshold


def _sentence(split: Split, point: Point, several_labels: bool) -> str:
    pictures = tr(_ANSWERED[split], answered=point.answered, pictures=point.pictures)
    if point.accuracy_interval is None:
        return tr("At {threshold:.0%} it answers {pictures}.", threshold=point.threshold, pictures=pictures)
    sentence = (
        mark(
            "At {threshold:.0%} it answers {pictures} ({interval}), and **{right:,}** of these have all "
            "their labels right ({accuracy:.0%}; {accuracy_interval})."
        )
        if several_labels
        else mark(
            "At {threshold:.0%} it answers {pictures} ({interval}), and **{right:,}** of these are right "
            "({accuracy:.0%}; {accuracy_interval})."
        )
    )
    return tr(
        sentence,
        threshold=point.threshold,
        pictures=pictures,
        interval=_interval(point.share_interval),
        right=point.right,
        accuracy=point.accuracy,
        accuracy_interval=_interval(point.accuracy_interval),
    )


def _interval(ends: tuple[float, float]) -> str:
    return tr("95% interval {interval}", interval=range_words(*ends))


def _curve(found: Study, threshold: float) -> None:
    st.plotly_chart(
        confidence_plots.accuracy_coverage(found.coverages, threshold),
        config={"displayModeBar": False},
        alt=tr(
            "How many of the answers are right over the share of pictures that is answered: {splits}",
            splits="; ".join(_in_words(split, coverage) for split, coverage in found.coverages.items()),
        ),
    )
    st.caption(
        tr(
            "The further left, the fewer pictures it answers; a line that climbs to the left says "
            "that it knows when it does not know. The diamond is the dial."
        )
    )


def _in_words(split: Split, coverage: Coverage) -> str:
    points = ", ".join(
        tr(
            "from {threshold:.0%} {answered} answered, {right} right",
            threshold=point.threshold,
            answered=point.answered,
            right=point.right,
        )
        for point in map(coverage.at, (0.0, 0.5, 0.8, 0.9))
    )
    return f"{tr(_NAMES[split])} {points}"


def _show_use(run: Run, chosen: Choice | None, looked_at: Choice) -> None:
    if chosen is not None:
        _tell_use(run, chosen)
    with st.container(horizontal=True):
        st.button(
            tr("Use this"),
            icon=":material/check:",
            type="primary",
            disabled=looked_at == chosen,
            key="confidence_use",
            on_click=_use,
            args=(run.id, looked_at.threshold),
        )
        if chosen != NONE:
            st.button(
                tr("Take it back"),
                icon=":material/undo:",
                key="confidence_off",
                on_click=_drop,
                args=(run.id,),
            )


def _tell_use(run: Run, chosen: Choice) -> None:
    if chosen != NONE:
        answers = (
            tr("it answers from {threshold:.0%}", threshold=chosen.threshold)
            if chosen.threshold
            else tr("it answers every picture")
        )
        percentages = (
            tr("with the percentages of its model")
            if chosen.temperature == 1
            else tr("at a temperature of {temperature:.2f}", temperature=chosen.temperature)
        )
        st.success(
            tr(
                "In use: {answers}, {percentages}. Predictions and the exports that are made from now on "
                "follow; the figures of this page stay those of the model itself.",
                answers=answers,
                percentages=percentages,
            ),
            icon=":material/check_circle:",
        )
    elif confidence.is_outdated(run):
        st.info(
            tr("What was chosen counts no more, since the run was trained on. Choose again."),
            icon=":material/info:",
        )
    else:
        st.caption(tr("Nothing is in use: it answers every picture, with the percentages of its model."))


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
