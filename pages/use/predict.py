"""Show the model a picture of your own."""

from contextlib import nullcontext
from pathlib import Path

import streamlit as st

from pages.ui import guide, messages, state
from pages.ui.messages import literal
from pages.ui.numbers import percent
from tlcore import pictures, plots, runs
from tlcore.errors import NotFound, ThawError
from tlcore.predict import Prediction, Predictor
from tlcore.runs import Run


@st.cache_resource(max_entries=4, show_spinner=False)
def predictor(home: str, run_id: str) -> Predictor:
    space = state.workspace()
    # Behind a training this page would not answer all that time.
    return Predictor(space, runs.load(space, run_id), behind_others=False)


def judge(run: Run, path: Path) -> Prediction:
    judging = predictor(str(state.workspace().home), run.id)
    with st.spinner(literal(judging.note), show_time=True) if judging.note else nullcontext():
        return judging.predict_kept(path)


def keep(content: bytes) -> str:
    """On disk before it is on the page: a refresh shows the same picture. Returns why it cannot be used."""
    try:
        state.select(picture=pictures.keep(state.workspace(), content))
    except ThawError as error:
        # The answer to the picture before would stand under this one's name.
        state.select(picture=None)
        return str(error)
    return ""


def find(id: str) -> Path:
    try:
        return pictures.find(state.workspace(), id)
    except NotFound:
        # Said once; the page is then ready for another picture.
        state.select(picture=None)
        raise


@messages.told
def forget(id: str) -> None:
    pictures.forget(state.workspace(), id)
    state.select(picture=None)


st.title("Predict")
run = guide.finished_run()
guide.headline(run)

way = st.segmented_control(
    "Picture from", ["A file", "The camera"], default="A file", required=True, key="way", bind="query-params"
)
if way == "A file":
    file = st.file_uploader("A picture", key="predict_file", max_upload_size=50)
else:
    file = st.camera_input("Take a picture", key="predict_camera")
# A widget keeps its file; only one that is new replaces the picture in the URL.
if file is not None and st.session_state.get("seen_file") != file.file_id:
    st.session_state["seen_file"] = file.file_id
    st.session_state["refused_file"] = keep(file.getvalue())
if file is not None and st.session_state.get("refused_file"):
    st.error(literal(st.session_state["refused_file"]), icon=":material/info:")

chosen = state.selected("picture")
if chosen:
    with messages.shown():
        path = find(chosen)
        prediction = judge(run, path)
        left, right = st.columns([1, 2])
        with left:
            st.image(str(path), alt="The picture that was judged", width=280)
            st.button("Forget this picture", icon=":material/delete:", on_click=forget, args=(chosen,))
        with right:
            if prediction.independent:
                st.metric("It shows", literal(", ".join(prediction.labels)) or "None of the classes")
            else:
                st.metric(
                    "It looks like",
                    literal(prediction.label),
                    percent(prediction.probability),
                    delta_arrow="off",
                    delta_color="off",
                )
            st.plotly_chart(
                plots.probabilities(prediction.ranked[:10]),
                config={"displayModeBar": False},
                alt="The probability of each class: "
                + ", ".join(f"{name} {value:.0%}" for name, value in prediction.ranked[:10]),
            )
