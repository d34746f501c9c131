"""Our routes lie below the path that a proxy gives to the server."""

from collections.abc import Callable, Iterator

import pytest
import streamlit as st

from pages.ui import base_path, download_route, live_route, picture_route, upload_route


@pytest.fixture
def base() -> Iterator[Callable[[str], None]]:
    before = st.get_option("server.baseUrlPath")
    yield lambda path: st.config.set_option("server.baseUrlPath", path)
    st.config.set_option("server.baseUrlPath", before)
    live_route.routes.cache_clear()


@pytest.mark.parametrize(
    ("given", "stands"), [("", ""), ("/", ""), ("lab", "/lab"), ("/lab/thaw/", "/lab/thaw")]
)
def test_where_the_server_stands(base: Callable[[str], None], given: str, stands: str) -> None:
    base(given)
    assert base_path.below("") == stands
    assert base_path.below("/thaw/live/") == f"{stands}/thaw/live/"


def test_all_routes_lie_below_it(base: Callable[[str], None]) -> None:
    base("lab")
    live_route.routes.cache_clear()
    modules = (download_route, live_route, picture_route, upload_route)
    paths = [route.path for module in modules for route in module.routes()]
    assert len(paths) >= len(modules)
    assert [path for path in paths if not path.startswith("/lab/thaw/")] == []
