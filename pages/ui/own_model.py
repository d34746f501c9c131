"""A model of one's own as the backbone: a file, or an earlier run."""

from collections.abc import Callable

import streamlit as st

from pages.ui import networks, state
from pages.ui.messages import keep_view, literal, shown
from pages.ui.sidebar import distinct
from tlcore import own_jobs, runs
from tlcore.backbones import OwnBackbone, own, own_intake
from tlcore.words import mark, tr

PIXELS = {
    "auto": mark("Find out by itself"),
    "0-255": mark("0 to 255, as in the file"),
    "0-1": mark("0 to 1"),
    "-1-1": mark("−1 to 1, as MobileNet and Inception"),
    "torch": mark("as DenseNet (PyTorch's way)"),
    "caffe": mark("as VGG and ResNet (Caffe's way)"),
    "lite": mark("as EfficientNet-Lite"),
}
_FILE, _RUN = mark("A file"), mark("An earlier run")


def bring_model() -> None:
    """An expander; a model that was taken in is chosen."""
    panel = st.expander(
        tr("Use your own model"), icon=":material/deployed_code:", key="own_model", on_change=keep_view
    )
    if not panel.open:
        return
    with panel:
        way = st.segmented_control(
            tr("Where it is"),
            [_FILE, _RUN],
            format_func=tr,
            default=_FILE,
            required=True,
            key="own_way",
            label_visibility="collapsed",
        )
        if way == _FILE:
            _file()
        else:
            _run()
        for sentence in own.list_damaged(state.workspace()):
            st.caption(f":material/broken_image: {literal(sentence)}")


def _file() -> None:
    st.caption(
        tr(
            "A network that was saved by Keras 3 as a .keras file and takes pictures. Its classifier "
            "is left out. Only Keras' own layers are opened, never code."
        )
    )
    file = st.file_uploader(tr("A .keras file"), type=["keras"], key="upload_model")
    pixels = st.selectbox(
        tr("Pixels it was trained on"),
        own_intake.PIXELS,
        format_func=lambda scale: tr(PIXELS[scale]),
        key="own_pixels",
        width=320,
        help=tr(
            "Networks are trained on pixels of a certain scale; on another one they see noise. Where "
            "the model scales pixels itself, that is found out."
        ),
    )
    if st.button(tr("Use this model"), key="use_model", disabled=file is None, icon=":material/check:"):
        content, name = file.getvalue(), file.name
        _take(
            lambda: own_jobs.take(state.workspace(), content, name=name, pixels=pixels, behind_others=False)
        )


def _run() -> None:
    known = [run for run in runs.list_all(state.workspace()) if run.has_model]
    if not known:
        st.caption(tr("There is no finished run yet."))
        return
    lines = distinct({run.id: (f"{run.name} · {run.dataset_name}", run.created[:16]) for run in known})
    chosen = st.selectbox(
        tr("Run"),
        list(lines),
        format_func=lines.__getitem__,
        key="own_run",
        help=tr("Its network, with what it learned on its pictures, becomes the backbone of a new training."),
    )
    if st.button(tr("Use its network"), key="use_run", disabled=chosen is None, icon=":material/check:"):
        _take(lambda: own_jobs.take_run(state.workspace(), chosen, behind_others=False))


def _take(work: Callable[[], OwnBackbone]) -> None:
    """Without waiting behind a training: all that time this page would not answer."""
    with shown():
        with st.spinner(tr("Looking at the model and measuring its layers …"), show_time=True):
            found = work()
        networks.choose(found.name)
        st.rerun()
