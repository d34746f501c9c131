"""The API beside the pages, and the place on the Export page that tells of it."""

from collections.abc import Iterator

import pytest
import streamlit as st
from starlette.routing import Route

from pages.ui import api_route
from tests import asgi
from tests.pages.test_pages import opened, shown
from tests.pictures import png
from tlcore.api import token
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def routes(at_home: Workspace) -> Iterator[list[Route]]:
    before = st.get_option("server.address")
    st.config.set_option("server.address", "localhost")
    api_route.routes.cache_clear()
    yield api_route.routes()
    api_route.routes.cache_clear()
    st.config.set_option("server.address", before)


def test_a_run_is_asked_by_its_id(routes: list[Route], at_home: Workspace, trained: Run) -> None:
    headers = {"host": "localhost:8501", "authorization": f"Bearer {token.obtain(at_home)}"}
    status, _, content = asgi.answer(routes, "POST", f"/api/predict?run={trained.id}", headers, png())
    assert (status, b'"probabilities"' in content) == (200, True)
    assert asgi.answer(routes, "POST", "/api/predict", headers, png())[0] == 404


def test_neither_other_names_nor_strangers_are_answered(routes: list[Route], trained: Run) -> None:
    path = f"/api/predict?run={trained.id}"
    assert asgi.answer(routes, "POST", path, {"host": "localhost:8501"}, png())[0] == 401
    assert asgi.answer(routes, "GET", "/api/health", {"host": "evil.example"})[0] == 403


def test_the_routes_are_made_once(routes: list[Route]) -> None:
    """The threads behind them, and the open models, would otherwise be there for each of them."""
    assert api_route.routes() is routes


def test_they_stand_under_the_path_of_the_server(
    routes: list[Route], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = st.get_option("server.baseUrlPath")
    st.config.set_option("server.baseUrlPath", "/lab/thaw/")
    try:
        api_route.routes.cache_clear()
        headers = {"host": "localhost:8501"}
        status, _, content = asgi.answer(api_route.routes(), "GET", "/lab/thaw/api/openapi.json", headers)
        assert (status, b'"servers":[{"url":"/lab/thaw"}]' in content) == (200, True)
        assert asgi.answer(api_route.routes(), "GET", "/api/health", headers)[0] == 404
    finally:
        st.config.set_option("server.baseUrlPath", before)


def test_the_export_page_tells_how_to_ask(at_home: Workspace, trained: Run) -> None:
    page = opened("Export", run=trained.id)
    secret = token.obtain(at_home)
    assert secret not in str([code.value for code in page.code])
    page.session_state["from_programs"] = True
    page.run()
    assert not page.exception
    key, example = (code.value for code in page.code[-2:])
    assert key == secret
    assert f"/api/predict?run={trained.id}" in example
    assert f"Bearer {secret}" in example
    compile(example, "example", "exec")
    assert f"thaw serve {trained.id}" in shown(page)
