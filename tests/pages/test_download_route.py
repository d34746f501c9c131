"""The route that a dataset leaves by: who is answered, and with what."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from pages.ui import download_route, upload_route
from tests import asgi, pictures
from tlcore import project_import
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def _loopback() -> Iterator[None]:
    before = st.get_option("server.address")
    st.config.set_option("server.address", "localhost")
    yield
    st.config.set_option("server.address", before)


@pytest.fixture
def dataset(home: Workspace) -> Dataset:
    return pictures.taken(home, pictures.classes("cats", "dogs"))


def ask(link: str, *, method: str = "GET", host: str = "localhost:8501") -> tuple[int, dict[str, str], bytes]:
    return asgi.answer(download_route.routes(), method, link, {"host": host})


def test_the_zip_comes_under_its_name(dataset: Dataset) -> None:
    status, headers, content = ask(download_route.link(dataset))
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="{dataset.id}-version-1.zip"'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(dataset.items) + 1


def test_a_project_comes_under_its_name(dataset: Dataset, home: Workspace, tmp_path: Path) -> None:
    status, headers, content = ask(download_route.project_link(dataset))
    assert status == 200
    assert headers["content-disposition"] == f'attachment; filename="{dataset.id}-project.thaw"'
    (tmp_path / "p.thaw").write_bytes(content)
    brought = project_import.take(Workspace(tmp_path / "other"), tmp_path / "p.thaw")
    assert brought.dataset.items == dataset.items


def test_a_link_to_the_pictures_is_none_to_the_project(dataset: Dataset) -> None:
    signature = download_route.link(dataset).partition("?")[2]
    assert ask(f"{download_route.project_link(dataset).partition('?')[0]}?{signature}")[0] == 403


def test_nobody_else_is_answered(dataset: Dataset) -> None:
    link = download_route.link(dataset)
    owner, _, signature = upload_route.new_token().partition(".")
    for wrong in (
        link.partition("?")[0],
        link[:-1],
        link.replace(dataset.id, "0" * 16),
        f"/thaw/datasets/{owner}.zip?signature={signature}",
        f"/thaw/datasets/{dataset.id}.zip?signature=%C3%A9",
    ):
        assert ask(wrong)[0] == 403, wrong
    assert ask(link, host="evil.example:8501")[0] == 403
    assert ask(link, method="POST")[0] == 405


def test_a_picture_that_is_gone_is_said(dataset: Dataset) -> None:
    dataset.path(dataset.items[0]).unlink()
    status, _, content = ask(download_route.link(dataset))
    assert (status, b"missing" in content) == (404, True)
