"""The ways in: the sample, a folder or an archive from the browser, the camera, a folder of this computer."""

from pathlib import Path

import streamlit as st

from pages.ui import messages, state, taking, upload_route
from pages.ui.camera_burst import camera_burst
from pages.ui.folder_drop import folder_drop
from pages.ui.sending import LONGEST_PX, Sent
from tlcore import images, intake_jobs
from tlcore.errors import DatasetError
from tlcore.words import tr

LABELS_CSV = """file,labels
images/1.jpg,cat
images/2.jpg,cat;dog
"""


def bring(sample: Path) -> None:
    """The ways to bring pictures; what came in is watched and chosen by ``taking``."""
    with st.container(border=True):
        st.markdown(tr("**Try it on the sample**: 228 drawings in six classes, from birds to vehicles."))
        if st.button(tr("Use the sample"), type="primary", icon=":material/play_arrow:"):
            taking.begin(lambda: taking.start(sample))
    with st.container(border=True):
        st.markdown(tr("**Bring your own**"))
        _drop()
        with (
            st.expander(tr("Take pictures with the camera"), icon=":material/photo_camera:"),
            messages.shown(),
        ):
            begin_upload(camera_burst("camera_new"))
        if upload_route.is_local(st.context.headers):
            _path()
        with st.expander(tr("Several labels per picture, or no class folders"), icon=":material/label:"):
            _explain_labels()


def _drop() -> None:
    with messages.shown():
        begin_upload(folder_drop("drop_pictures"))
    st.caption(
        tr(
            "Pictures of a folder are made smaller before they are sent, to {px} pixels, which is what "
            "training needs; those of an archive keep up to {most_px:,}. Folders `train`, `val` and `test` "
            "around the classes are kept as the split.",
            px=LONGEST_PX,
            most_px=images.MAX_SIDE_PX,
        )
    )


def begin_upload(sent: Sent | None) -> None:
    """Have taken in what a browser has sent, if it has just sent something, and watch it."""
    if sent is not None:
        taking.begin(
            lambda: intake_jobs.start_upload(
                state.workspace(),
                sent.upload,
                missing=sent.missing,
                owner=state.owner(),
                into=sent.into,
                to=sent.to,
            )
        )


def _path() -> None:
    """Only where the server and the browser are on one computer: nobody else should read its disk."""
    with st.form("local_path", border=False):
        given = st.text_input(
            tr("Or a folder or archive of this computer"),
            placeholder=tr("The path of a folder, a zip, a tar or a tar.gz"),
            help=tr("It is read where it lies, and nothing is sent."),
        )
        if st.form_submit_button(tr("Use these pictures"), icon=":material/folder_open:") and given.strip():
            taking.begin(lambda: taking.start(_existing(given)))


def _existing(given: str) -> Path:
    path = Path(given.strip().strip('"')).expanduser()
    if not path.is_absolute() or not path.exists():
        raise DatasetError(
            tr("There is no folder or file of this name. Give the whole path, as your file manager shows it.")
        )
    return path


def _explain_labels() -> None:
    st.markdown(tr("A table called `labels.csv`, above the pictures, says what folders cannot:"))
    st.code(LABELS_CSV, language=None)
    st.markdown(
        tr(
            "`file` is the path as seen from the table, `labels` the names of all classes of that "
            "picture, separated by `;` or `|`. Instead of `labels`, one column of 0 and 1 per class "
            "will do. A picture in the table has just the labels given there; any other keeps its "
            "folder's class. A column `group` says which pictures belong together, such as those of "
            "one animal."
        )
    )
