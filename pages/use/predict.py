"""Show the model pictures of your own: one, many, or what the camera sees."""

import streamlit as st

from pages.ui import guide, judging, messages, predict_files, predict_one, predict_table, state
from pages.ui.live_camera import live_camera
from tlcore import predictions
from tlcore.errors import WorkspaceError
from tlcore.predictions import Batch
from tlcore.runs import Run
from tlcore.words import mark, tr

FILES, CAMERA = mark("Files"), mark("The camera")


def chosen_batch() -> Batch | None:
    id = state.selected("batch")
    if not id:
        return None
    try:
        return predictions.load(state.workspace(), id)
    except WorkspaceError:
        # Said once; the page is then ready for other pictures.
        state.select(batch=None)
        raise


def show_camera(run: Run) -> None:
    kept = live_camera(run, live=not judging.predictor(run).note)
    if kept:
        state.select(picture=kept, batch=None)


def show_batch(run: Run, batch: Batch) -> None:
    if predict_files.watch(run, batch):
        return
    if not predict_files.show_other_model(run, batch):
        predict_table.show(run, batch)


st.title(tr("Predict"))
run = guide.finished_run()
guide.headline(run)

way = st.segmented_control(
    tr("Pictures from"),
    [FILES, CAMERA],
    format_func=tr,
    default=FILES,
    required=True,
    key="way",
    bind="query-params",
)
with messages.shown():
    if way == FILES:
        predict_files.bring(run)
    else:
        show_camera(run)
batch = None
with messages.shown():
    batch = chosen_batch()
if batch is not None:
    with messages.shown():
        show_batch(run, batch)
chosen = state.selected("picture")
if chosen:
    with messages.shown():
        path, alone = predict_one.find(chosen, batch)
        predict_one.show(run, path, alone=alone)
guide.onward(tr("Next: take the model away"), "use/export.py")
