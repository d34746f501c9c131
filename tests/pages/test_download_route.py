"""The route that files leave by: who is answered, with what, and what is left on the disk."""

import asyncio
import errno
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette

from pages.ui import download_route, downloads, upload_route
from tests import asgi, loops, pictures
from tests.exporters import tiny_runs
from tlcore import log_jobs, model_card, project_import, run_report, runs
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.runs import Run
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


@pytest.fixture
def run(home: Workspace, dataset: Dataset) -> Run:
    run = tiny_runs.bare(home, dataset)
    for format in ("onnx", "litert_float16"):
        tiny_runs.put(home, run, format)
    return run


def left(home: Workspace) -> list[str]:
    """What lies in the scratch."""
    folder = home.home / "scratch"
    return sorted(os.listdir(folder)) if folder.exists() else []


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


def test_exports_come_in_one_zip_and_nothing_of_it_stays(run: Run, home: Workspace) -> None:
    status, headers, content = ask(download_route.export_link(run, ["onnx", "litert_float16"]))
    assert status == 200
    name = f"thaw-{run.id}-onnx-litert_float16.zip"
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert (headers["content-type"], headers["content-length"]) == ("application/zip", str(len(content)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {"onnx/model.bin", "litert_float16/model.bin", "MODEL_CARD.md"} <= {*archive.namelist()}
    assert runs.load(home, run.id).exported
    assert left(home) == []


@pytest.mark.parametrize("with_pictures", [False, True])
def test_a_run_comes_with_its_pictures_or_without(run: Run, home: Workspace, with_pictures: bool) -> None:
    status, _, content = ask(download_route.run_link(run, with_pictures=with_pictures))
    assert status == 200
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert ("dataset/manifest.json" in archive.namelist()) == with_pictures
    assert left(home) == []


def test_what_is_to_be_read_comes_under_its_name(run: Run, home: Workspace) -> None:
    card = ask(download_route.card_link(run))
    assert card[2].decode() == model_card.text(home, run)
    assert card[1]["content-type"] == "text/markdown; charset=utf-8"
    report = ask(download_route.report_link(run))
    assert report[2].startswith(b"<!DOCTYPE html>")
    log_jobs.file_of(run).write_bytes(b"zip")
    logs = ask(download_route.logs_link(run))
    assert logs[2] == b"zip"
    # A report is to be kept, and never to be a page of this server.
    names = (model_card.file_name(run), run_report.file_name(run), f"thaw-{run.id}-tensorboard.zip")
    for name, (status, headers, _) in zip(names, (card, report, logs), strict=True):
        assert (status, headers["content-disposition"]) == (200, f'attachment; filename="{name}"')


def test_a_link_serves_for_nothing_else(run: Run) -> None:
    link = download_route.export_link(run, ["onnx"])
    for wrong in (
        link.replace("onnx", "litert_float16"),
        link.replace("/exports/", "/runs/"),
        download_route.run_link(run, with_pictures=True).replace(",pictures", ""),
    ):
        assert ask(wrong)[0] == 403, wrong


def test_why_it_cannot_be_had_is_said(run: Run, home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """As text, where Streamlit would say no more than that it failed."""
    status, headers, content = ask(download_route.export_link(run, ["keras"]))
    assert (status, headers["content-type"]) == (409, "text/plain; charset=utf-8")
    assert content.decode() == "Bare was not exported to Keras yet, or was changed since. Export it first."
    assert ask(download_route.logs_link(run))[::2] == (
        409,
        b"The logs of Bare were not written, or it was trained on since. Write them first.",
    )

    def refuse(workspace: Workspace, run: Run) -> str:
        raise RunError("No heat map can be drawn.")

    with monkeypatch.context() as patched:
        patched.setattr(run_report, "html", refuse)
        assert ask(download_route.report_link(run))[::2] == (409, b"No heat map can be drawn.")
    home.discard(run.folder)
    for link in (
        download_route.export_link(run, ["onnx"]),
        download_route.run_link(run, with_pictures=False),
        download_route.card_link(run),
    ):
        status, _, content = ask(link)
        assert (status, run.id in content.decode()) == (404, True)
    assert left(home) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    run: Run, home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    status, _, content = ask(download_route.export_link(run, ["onnx"]))
    assert status == 507
    assert "(No space left on device). Free some space" in content.decode()
    assert left(home) == []


def test_nothing_is_left_for_a_browser_that_went_away(
    run: Run, home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_PIECE_BYTES", 100)
    place, _, query = download_route.export_link(run, ["onnx"]).partition("?")
    scope = {"type": "http", "method": "GET", "path": place, "query_string": query.encode()}
    scope |= {"headers": [(b"host", b"localhost:8501")]}
    sent: list[bytes] = []

    async def leave() -> None:
        gone = asyncio.Event()

        async def receive() -> dict[str, object]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            if message.get("body"):
                assert left(home)
                sent.append(message["body"])
                gone.set()

        await Starlette(routes=download_route.routes())(scope, receive, send)

    loops.run(leave())
    assert {len(piece) for piece in sent} == {100}
    assert len(sent) < 5
    assert left(home) == []
