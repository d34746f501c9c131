"""Where a browser gets files from: they are streamed from disk, or made as they are sent.

Streamlit's own download would keep the whole file in the server's memory, and would not say why one cannot be
had. ``GET /thaw/<kind>/<id>.<ending>``, with a signature that a page of this server has put into its link.
More words about what is asked for stand behind the id, after commas.
"""

import asyncio
import hmac
from collections.abc import Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pages.ui import base_path, downloads, state, tongue, upload_route
from pages.ui.downloads import KINDS, PICTURES, Download
from tlcore import words
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, NotSaved, ThawError, WorkspaceError
from tlcore.runs import Run
from tlcore.words import tr


def link(dataset: Dataset) -> str:
    """What a browser asks for to get the dataset; as all links, it holds until the server is started anew."""
    return _link("datasets", dataset.id)


def project_link(dataset: Dataset) -> str:
    """To the project of the dataset."""
    return _link("projects", dataset.id)


def export_link(run: Run, formats: Sequence[str]) -> str:
    """To the zip of exports that were made."""
    return _link("exports", run.id, *formats)


def run_link(run: Run, *, with_pictures: bool) -> str:
    """To the whole run as one file."""
    return _link("runs", run.id, *([PICTURES] if with_pictures else []))


def report_link(run: Run) -> str:
    return _link("reports", run.id)


def card_link(run: Run) -> str:
    return _link("cards", run.id)


def logs_link(run: Run) -> str:
    return _link("logs", run.id)


def routes() -> list[Route]:
    return [
        Route(f"{_path(kind)}{{what}}{KINDS[kind].suffix}", partial(_answer, kind), methods=["GET"])
        for kind in KINDS
    ]


def _link(kind: str, *asked: str) -> str:
    what = ",".join(asked)
    asks = f"language={words.language()}&signature={_signature(kind, what)}"
    return f"{_path(kind)}{what}{KINDS[kind].suffix}?{asks}"


def _path(kind: str) -> str:
    return base_path.below(f"/thaw/{kind}/")


async def _answer(kind: str, request: Request) -> Response:
    with words.speaking(tongue.of(request)):
        return await _made(kind, request)


async def _made(kind: str, request: Request) -> Response:
    what = request.path_params["what"]
    if not upload_route.is_our_host(request.headers.get("host", "")):
        return _refused(tr("This server does not go by the name it was asked for."), 403)
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(given.encode(), _signature(kind, what).encode()):
        return _refused(tr("This link is out of date. Reload the page and try again."), 403)
    try:
        made = await run_in_threadpool(downloads.make, state.workspace(), kind, what.split(","))
    except ThawError as error:
        return _refused(str(error), _status(error))
    return _Sending(made, KINDS[kind].media_type)


class _Sending(StreamingResponse):
    """Sent piece by piece. Nothing of it is left on the disk, whether it arrives or the browser goes away."""

    def __init__(self, made: Download, media_type: str) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
        if made.size_bytes is not None:
            headers["Content-Length"] = str(made.size_bytes)
        super().__init__(made.pieces, media_type=media_type, headers=headers)
        self._over = made.over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.shield(asyncio.to_thread(self._over))


def _refused(sentence: str, status: int) -> Response:
    return PlainTextResponse(sentence, status, {"Cache-Control": "no-store"})


def _status(error: ThawError) -> int:
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, NotSaved):
        return 507
    # Else it is here, but not as it would have to be.
    return 500 if isinstance(error, WorkspaceError) else 409


def _signature(kind: str, what: str) -> str:
    return upload_route.signed(f"{kind} {what}")
