"""One picture that a model judged, large: what it is, what was said of it, and what decided that."""

import streamlit as st

from pages.ui import messages, session, state, why
from pages.ui.messages import literal, told
from pages.ui.numbers import probabilities_words
from tlcore import judged_words, plots
from tlcore.evaluation import Evaluation, Judged, SplitEvaluation
from tlcore.runs import Run
from tlcore.words import tr

_MOST_BARS = 10
_PICTURE_PX = 360


def show_chosen(run: Run, evaluation: Evaluation) -> None:
    """Over the page, where the URL names a picture."""
    file = state.selected("judged")
    if file is None:
        return
    for result in evaluation.splits.values():
        for one in result.pictures:
            if one.file == file:
                title = literal(one.name)
                st.dialog(title, width="large", on_dismiss=_close)(_show)(run, result, one)
                return
    # Said once: the page is ready for another one.
    state.select(judged=None)
    st.info(
        tr("The picture of this link is not among those that this run was judged by."), icon=":material/info:"
    )


def _show(run: Run, result: SplitEvaluation, one: Judged) -> None:
    # A dialog is drawn anew by Streamlit, not by the page and its guard.
    with messages.guarded():
        messages.show_refused()
        _draw(run, result, one)
        # Of the callbacks that led here none chose anything, so the next link is followed.
        session.current().ahead = False


def _draw(run: Run, result: SplitEvaluation, one: Judged) -> None:
    path = state.workspace().datasets / run.dataset_id / "images" / one.file
    true, said = judged_words.true_and_said(run, result, one)
    ranked = sorted(zip(run.classes, one.probabilities, strict=True), key=lambda pair: -pair[1])[:_MOST_BARS]
    left, right = st.columns(2)
    with left:
        if path.is_file():
            st.image(str(path), width=_PICTURE_PX, alt=judged_words.alt(run, result, one))
        else:
            st.info(tr("The picture was deleted with its dataset."), icon=":material/broken_image:")
    with right:
        with st.container(horizontal=True):
            st.metric(tr("It is"), literal(true))
            st.metric(tr("The model said"), literal(said))
        st.plotly_chart(
            plots.probabilities(ranked),
            config={"displayModeBar": False},
            alt=probabilities_words(ranked),
        )
    if path.is_file():
        why.show(run, path, run.classes[one.predicted])


@told
def _close() -> None:
    state.select(judged=None)
