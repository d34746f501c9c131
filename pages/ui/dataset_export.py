"""The pictures of a dataset to take away."""

import io
from pathlib import Path

import streamlit as st

from pages.ui import state
from tlcore import dataset_zip
from tlcore.datasets import Dataset

# A browser gets a file out of the server's memory; beyond this the command line writes it to the disk.
MOST_BYTES = 300_000_000


def show_export(dataset: Dataset) -> None:
    """A zip of class folders, made when it is asked for."""
    with st.expander("Take the pictures away", icon=":material/folder_zip:"):
        st.caption(
            "A zip with `train`, `val` and `test`, and in them a folder for each class. Thaw and other "
            "programs take it in as it is. The manifest beside them is plain JSON."
        )
        size_bytes = _size_bytes(dataset.id, dataset)
        if size_bytes > MOST_BYTES:
            st.info(
                f"The pictures take {size_bytes / 1e9:.1f} GB; a browser is given {MOST_BYTES / 1e6:.0f} MB "
                "at most. On the command line it has no limit:",
                icon=":material/info:",
            )
            st.code(f"thaw datasets export {dataset.id} --out {_file_name(dataset)}", language=None)
            return
        st.download_button(
            f"Download the zip, about {max(0.1, size_bytes / 1e6):,.1f} MB",
            lambda: _zipped(dataset),
            file_name=_file_name(dataset),
            mime="application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="download_dataset",
        )


def _file_name(dataset: Dataset) -> str:
    return f"{dataset.id}-version-{dataset.version}.zip"


@st.cache_data(max_entries=100, show_spinner=False)
def _size_bytes(id: str, _dataset: Dataset) -> int:
    return dataset_zip.size_bytes(_dataset)


def _zipped(dataset: Dataset) -> io.BytesIO:
    with state.workspace().scratch() as scratch:
        return io.BytesIO(dataset_zip.write(dataset, Path(scratch) / "dataset.zip").read_bytes())
