"""What the server of the pages and of the API is made of, as its own choice among what is installed."""

import sys

import pytest
import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol


@pytest.mark.skipif(sys.platform == "win32", reason="there is no uvloop for Windows")
def test_the_loop_is_one_that_sends_each_answer_at_once() -> None:
    from streamlit.web import bootstrap

    make = uvicorn.Config("nothing:app").get_loop_factory()
    assert make is not None
    loop = make()
    loop.close()
    assert type(loop).__module__.startswith("uvloop")
    assert bootstrap._get_uvloop_loop_factory() is not None


def test_requests_are_read_by_the_fast_parser() -> None:
    assert AutoHTTPProtocol.__module__ == "uvicorn.protocols.http.httptools_impl"
