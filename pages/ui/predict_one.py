"""One picture and what a run says of it: the answer, each class, what decided, what is like it."""

from contextlib import nullcontext
from pathlib import Path

import streamlit as st

from pages.ui import doubt, judging, state, why
from pages.ui.messages import literal, told
from pages.ui.numbers import percent, probabilities_words
from tlcore import confidence, pictures, plots, predictions
from tlcore.errors import NotFound
from tlcore.predict import Prediction
from tlcore.predictions import Batch
from tlcore.runs import Run
from tlcore.words import tr

_MOST_BARS = 10


def show(run: Run, path: Path, *, alone: bool) -> None:
    """``path``: as of ``why.show``; ``alone``: a picture of ``pictures.keep``, which may be forgotten."""
    prediction = _judge(run, path)
    left, right = st.columns([1, 2])
    with left:
        st.image(str(path), alt=tr("The picture that was judged"), width=280)
        if alone:
            st.button(
                tr("Forget this picture"), icon=":material/delete:", on_click=_forget, args=(path.stem,)
            )
        else:
            st.button(tr("Close this picture"), icon=":material/close:", on_click=_close)
    with right:
        _show_answer(run, prediction)
        worth = st.container()
        shown = prediction.ranked[:_MOST_BARS]
        st.plotly_chart(
            plots.probabilities(shown),
            config={"displayModeBar": False},
            alt=probabilities_words(shown),
        )
    why.show(run, path, prediction.label, prediction.probabilities)
    doubt.show_nearest(run, path)
    # Last: where only a worker can look at the picture, that takes a while.
    with worth:
        doubt.tell_unlike(run, path)


def find(id: str, batch: Batch | None) -> tuple[Path, bool]:
    """A picture of the batch, or one that was shown alone; and whether it is such. Raises NotFound."""
    for row in predictions.rows(batch) if batch is not None else ():
        if row.picture == id:
            return batch.path(row), False  # type: ignore[union-attr]
    try:
        return pictures.find(state.workspace(), id), True
    except NotFound:
        # Said once; the page is then ready for another picture.
        state.select(picture=None)
        raise


def _judge(run: Run, path: Path) -> Prediction:
    judge = judging.predictor(run)
    with st.spinner(literal(judge.note), show_time=True) if judge.note else nullcontext():
        return judge.predict_kept(path)


@told
def _forget(id: str) -> None:
    pictures.forget(state.workspace(), id)
    state.select(picture=None)


@told
def _close() -> None:
    state.select(picture=None)


def _show_answer(run: Run, prediction: Prediction) -> None:
    if prediction.unsure:
        st.metric(tr("It says"), tr("I don't know"))
        guess = ", ".join(prediction.labels) or tr("none of the classes")
        st.caption(
            literal(
                tr(
                    "It is less than {threshold:.0%} sure, which was chosen for this run on the Evaluate "
                    "page. Its best guess: {guess}.",
                    threshold=confidence.chosen(run).threshold,
                    guess=guess,
                )
            )
        )
    elif prediction.independent:
        st.metric(tr("It shows"), literal(", ".join(prediction.labels)) or tr("None of the classes"))
    else:
        st.metric(
            tr("It looks like"),
            literal(prediction.label),
            percent(prediction.probability),
            delta_arrow="off",
            delta_color="off",
        )
