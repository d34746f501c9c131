"""The ways in: the sample, a zip, a folder."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.ui import messages, state
from tlcore import intake
from tlcore.datasets import Dataset

# Streamlit loses files of larger folder uploads without telling; a zip has no such limit.
MOST_FOLDER_FILES = 300

LABELS_CSV = """file,labels
images/1.jpg,cat
images/2.jpg,cat;dog
"""

Progress = Callable[[int, int], None]


def bring(sample: Path) -> None:
    """Buttons and upload fields; a dataset that came in is chosen."""
    with st.container(border=True):
        st.markdown("**Try it on the sample**: 228 drawings in six classes, from birds to vehicles.")
        if st.button("Use the sample", type="primary", icon=":material/play_arrow:"):
            _take(lambda tell: intake.take(state.workspace(), sample, name=sample.name, progress=tell))
    with st.container(border=True):
        st.markdown("**Bring your own**")
        way = st.segmented_control(
            "How",
            ["A zip", "A folder"],
            default="A zip",
            required=True,
            label_visibility="collapsed",
            key="way_in",
        )
        if way == "A zip":
            _zip()
        else:
            _folder()
        with st.expander("Several labels per picture", icon=":material/label:"):
            _explain_labels()


def _explain_labels() -> None:
    st.markdown("A table called `labels.csv`, above the folders of pictures, says what a folder cannot:")
    st.code(LABELS_CSV, language=None)
    st.markdown(
        "`file` is the path as seen from the table, `labels` the names of all classes of that picture, "
        "separated by `;` or `|`. Instead of `labels`, one column of 0 and 1 per class will do. "
        "A picture in the table has just the labels given there; any other keeps its folder's class."
    )


def _zip() -> None:
    file = st.file_uploader("A zip with one folder per class", key="upload_zip")
    if file is not None and st.button("Use these pictures", type="primary", key="use_zip"):
        with state.workspace().scratch() as scratch:
            # Under a name of our own: the uploaded one is only shown.
            source = Path(scratch) / "upload.zip"
            source.write_bytes(file.getbuffer())
            name = Path(file.name).stem or "pictures"
            _take(lambda tell: intake.take(state.workspace(), source, name=name, progress=tell))


def _folder() -> None:
    files = st.file_uploader(
        f"A folder with one folder per class, up to {MOST_FOLDER_FILES} files",
        accept_multiple_files="directory",
        key="upload_folder",
    )
    if not files:
        return
    if len(files) > MOST_FOLDER_FILES:
        st.error(
            f"{len(files)} files were chosen; a browser sends at most {MOST_FOLDER_FILES} reliably. "
            "Zip the folder and upload the zip.",
            icon=":material/info:",
        )
        return
    folders = {Path(file.name).parent for file in files}
    st.caption(f"{len(files)} files in {len(folders)} folders received")
    if st.button("Use these pictures", type="primary", key="use_folder"):
        name = Path(files[0].name).parts[0]
        uploads = [(file.name, bytes(file.getbuffer())) for file in files]
        _take(lambda tell: intake.take(state.workspace(), uploads, name=name, progress=tell))


def _take(work: Callable[[Progress], Dataset]) -> None:
    bar = st.progress(0.0, "Reading the pictures …")

    def tell(done: int, total: int) -> None:
        bar.progress(done / max(1, total), f"{done} of {total} pictures")

    with messages.shown():
        dataset = work(tell)
        state.select(dataset=dataset.id)
        st.rerun()
    bar.empty()
