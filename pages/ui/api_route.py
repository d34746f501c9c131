"""The API beside the pages: other programs ask for what a run says of pictures (``tlcore.api``)."""

from functools import lru_cache, partial
from urllib.parse import urlsplit

import streamlit as st
from starlette.routing import Route

from pages.ui import base_path, judging, state, upload_route
from tlcore.api import token
from tlcore.api.guard import Guard
from tlcore.api.routes import Api


@lru_cache(maxsize=1)
def routes() -> list[Route]:
    """The same at each call, so that the threads and models behind them are there once."""
    workspace = state.workspace()
    guard = Guard(partial(token.obtain, workspace), upload_route.is_our_host)
    return Api(judging.models(workspace.home), guard, prefix=base_path.below("")).routes()


def address() -> str:
    """Under which this browser reaches the server, without a slash at its end."""
    parts = urlsplit(st.context.url or "")
    place = (
        f"{parts.scheme}://{parts.netloc}"
        if parts.netloc
        else f"http://localhost:{st.get_option('server.port')}"
    )
    return place + base_path.below("")
