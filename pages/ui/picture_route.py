"""Small pictures of a batch for its table: a browser asks only for those that are in sight.

``GET /thaw/predictions/<batch>/<file>`` with a signature that a page of this server has put into the address.
"""

import hmac
import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from pages.ui import base_path, state, tongue, upload_route
from tlcore import predictions, thumbnails, words
from tlcore.errors import ThawError
from tlcore.predictions import Batch
from tlcore.words import tr

SIZE_PX = 112
_FILE = re.compile(r"[0-9a-f]{64}\.(jpg|png)")


def routes() -> list[Route]:
    return [Route(f"{_path()}{{batch}}/{{file}}", _answer, methods=["GET"])]


def addresses(batch: Batch) -> str:
    """With ``{file}`` for that of a row; they hold until the server is started anew."""
    return f"{_path()}{batch.id}/{{file}}?signature={_signature(batch.id)}"


def _path() -> str:
    return base_path.below("/thaw/predictions/")


async def _answer(request: Request) -> Response:
    with words.speaking(tongue.of(request)):
        return await _said(request)


async def _said(request: Request) -> Response:
    id, file = request.path_params["batch"], request.path_params["file"]
    if not upload_route.is_our_host(request.headers.get("host", "")):
        return PlainTextResponse(tr("This server does not go by the name it was asked for."), 403)
    given = request.query_params.get("signature", "")
    if not hmac.compare_digest(given.encode(), _signature(id).encode()):
        return PlainTextResponse(tr("This link is out of date. Reload the page and try again."), 403)
    try:
        content = await run_in_threadpool(_thumbnail, id, file)
    except ThawError as error:
        return PlainTextResponse(str(error), 404)
    # The file is named by its content.
    kept = {"Cache-Control": "private, max-age=86400"}
    return Response(content, media_type="image/jpeg", headers=kept) if content else Response(status_code=404)


def _thumbnail(id: str, file: str) -> bytes:
    batch = predictions.load(state.workspace(), id)
    return thumbnails.of(state.workspace(), batch.images / file, SIZE_PX) if _FILE.fullmatch(file) else b""


def _signature(id: str) -> str:
    return upload_route.signed(f"predictions {id}")
