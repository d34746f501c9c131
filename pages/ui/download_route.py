"""Where a browser gets a dataset from: a zip made as it is sent, so that neither memory nor disk holds it.

Streamlit's own download would keep the whole file in the server's memory. ``GET /thaw/datasets/<id>.zip``,
with a signature that a page of this server has put into its link.
"""

import hmac

import streamlit as st
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pages.ui import state, upload_route
from tlcore import dataset_zip, datasets
from tlcore.datasets import Dataset
from tlcore.errors import ThawError


def link(dataset: Dataset) -> str:
    """What a browser asks for to get the dataset; it holds until the server is started anew."""
    return f"{_path()}{dataset.id}.zip?signature={_signature(dataset.id)}"


def file_name(dataset: Dataset) -> str:
    return f"{dataset.id}-version-{dataset.version}.zip"


def routes() -> list[Route]:
    return [Route(f"{_path()}{{id}}.zip", _answer, methods=["GET"])]


def _path() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/thaw/datasets/" if base else "/thaw/datasets/"


async def _answer(request: Request) -> Response:
    id = request.path_params["id"]
    if not upload_route.is_our_host(request.headers.get("host", "")):
        return PlainTextResponse("This server does not go by the name it was asked for.", 403)
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(given.encode(), _signature(id).encode()):
        return PlainTextResponse("This link is out of date. Reload the page and try again.", 403)
    try:
        dataset = await run_in_threadpool(datasets.load, state.workspace(), id)
        pieces = await run_in_threadpool(dataset_zip.chunks, dataset)
    except ThawError as error:
        return PlainTextResponse(str(error), 404)
    return StreamingResponse(
        iterate_in_threadpool(pieces),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{file_name(dataset)}"',
            "Cache-Control": "no-store",
        },
    )


def _signature(id: str) -> str:
    # Another text than any session's name, so that neither signature serves for the other.
    return upload_route.signed(f"dataset {id}")
