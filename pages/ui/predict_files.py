"""Files shown to a run: one is judged at once, of many a batch is made, which is watched."""

import streamlit as st

from pages.ui import judging, state
from pages.ui.folder_drop import folder_drop
from pages.ui.messages import guarded, literal, told
from pages.ui.sending import Sent
from tlcore import pictures, prediction_jobs, predictions, runs, sources, uploads
from tlcore.errors import DatasetError, ThawError
from tlcore.predictions import Batch, Look, Status
from tlcore.runs import Run
from tlcore.uploads import Kind, Upload
from tlcore.words import tr

LOOK_S = 0.5


def bring(run: Run) -> None:
    """The place to drop files at. Raises NotFound for an upload that is gone, and as ``pictures.keep``."""
    sent = folder_drop("predict_files", pictures=True, whole=True)
    st.caption(tr("One picture or many, a folder, a zip, a tar or a tar.gz. They are sent as they are."))
    if sent is None:
        return
    # The answer to the picture before would stand under this one's name.
    state.select(picture=None, batch=None)
    if _is_one(sent):
        state.select(picture=_kept(sent.upload))
    else:
        begun = prediction_jobs.start_upload(
            state.workspace(), run, sent.upload, judging.opener(run), missing=sent.missing
        )
        state.select(batch=begun.id)
    st.rerun()


def _is_one(sent: Sent) -> bool:
    if sent.upload.kind is not Kind.FOLDER:
        return False
    names = [*uploads.arrived(sent.upload), *sent.missing]
    return len(names) == 1


def _kept(upload: Upload) -> str:
    """The id of the picture in the upload, which is removed."""
    try:
        if not uploads.arrived(upload):
            raise DatasetError(tr("The picture could not be read where it was sent from. Choose it again."))
        with sources.opened(upload.data, called=upload.name) as (listing, _):
            if not listing.files:
                raise DatasetError(listing.skipped[0][1])
            return pictures.keep(state.workspace(), listing.files[0].read())
    finally:
        uploads.discard(state.workspace(), upload)


def watch(run: Run, batch: Batch) -> bool:
    """How far a batch is; whether it is still under way."""
    look = predictions.look(state.workspace(), batch)
    if look.status is Status.JUDGING:
        with st.container(border=True):
            st.markdown(f"**{literal(batch.name)}**")
            st.fragment(_watch, run_every=LOOK_S)(batch)
        return True
    if look.status is Status.DONE:
        return False
    if look.status is Status.FAILED:
        st.error(literal(look.message), icon=":material/info:")
    else:
        st.warning(
            tr("It was stopped after {done:,} of {total:,} files.", done=look.done, total=look.total)
            if look.status is Status.STOPPED
            else tr(
                "It was interrupted after {done:,} of {total:,} files.", done=look.done, total=look.total
            ),
            icon=":material/info:",
        )
    st.button(
        tr("Go on"), key="go_on_judging", icon=":material/play_arrow:", on_click=_go_on, args=(batch.id,)
    )
    return False


def show_forget(batch: Batch) -> None:
    st.button(
        tr("Forget these pictures"),
        key="forget_batch",
        icon=":material/delete:",
        on_click=_forget,
        args=(batch.id,),
    )


def _watch(batch: Batch) -> None:
    # A fragment that looks again by itself is called by Streamlit, not by the page and its guard.
    with guarded():
        look = predictions.look(state.workspace(), batch)
        if look.status is not Status.JUDGING:
            st.rerun()
        st.progress(look.done / max(1, look.total), words(look))
        st.button(tr("Stop"), key="stop_judging", icon=":material/stop:", on_click=_stop, args=(batch.id,))


def words(look: Look) -> str:
    """What stands over the bar."""
    return (
        tr("{done:,} of {total:,} files", done=look.done, total=look.total)
        if look.total
        else tr("Reading the files …")
    )


def show_other_model(run: Run, batch: Batch) -> bool:
    """Whether another run judged these pictures, or this one before it was trained on; and the way out."""
    if batch.run_id == run.id and batch.model == predictions.model_of(run):
        return False
    st.info(literal(_other_model(run, batch)), icon=":material/info:")
    with st.container(horizontal=True):
        st.button(
            tr("Judge them with this run"),
            key="judge_again",
            icon=":material/replay:",
            # Those that were not judged are not among its pictures.
            disabled=predictions.look(state.workspace(), batch).status is not Status.DONE,
            on_click=_again,
            args=(batch.id, run.id),
        )
        show_forget(batch)
    return True


def _other_model(run: Run, batch: Batch) -> str:
    if batch.run_id == run.id:
        return tr("{run} was trained on since it judged these pictures.", run=run.name)
    try:
        other = runs.load(state.workspace(), batch.run_id).name
    except ThawError:
        # Its pictures can be judged by this one all the same.
        return tr(
            "These pictures ({batch}) were judged by a run that is gone, not by {run}.",
            batch=batch.name,
            run=run.name,
        )
    return tr(
        "These pictures ({batch}) were judged by {other}, not by {run}.",
        batch=batch.name,
        other=other,
        run=run.name,
    )


@told
def _stop(id: str) -> None:
    prediction_jobs.stop(predictions.load(state.workspace(), id))


@told
def _go_on(id: str) -> None:
    batch = predictions.load(state.workspace(), id)
    run = runs.load(state.workspace(), batch.run_id)
    prediction_jobs.go_on(state.workspace(), batch, judging.opener(run))


@told
def _again(id: str, run_id: str) -> None:
    batch, run = predictions.load(state.workspace(), id), runs.load(state.workspace(), run_id)
    other = prediction_jobs.again(state.workspace(), batch, run, judging.opener(run))
    state.select(batch=other.id, picture=None)


@told
def _forget(id: str) -> None:
    predictions.forget(state.workspace(), predictions.load(state.workspace(), id))
    state.select(batch=None, picture=None)
