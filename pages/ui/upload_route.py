"""Where browsers send pictures: a route beside Streamlit's own, which would keep whole files in memory.

``POST /thaw/uploads/<id>`` begins an upload or goes on with one, ``PUT ...?offset=`` sends a piece. Who sends
holds a token that a page of this server gave to its session; nothing but the browser on the page itself is
answered.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.ui import base_path, state, tongue
from tlcore import uploads, words
from tlcore.api.hosts import LOOPBACK, hostname, is_same_place
from tlcore.errors import NotFound, ThawError
from tlcore.uploads import MAX_PIECE_BYTES, Kind, Upload
from tlcore.words import tr

TOKEN_HEADER = "X-Thaw-Token"

# New with each start of the server: the pages that are open then get new tokens by themselves.
_SECRET = secrets.token_bytes(32)
_MAX_ORDER_BYTES = 4096


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def path() -> str:
    """What an upload's id is appended to, as a browser asks for it."""
    return base_path.below("/thaw/uploads/")


def routes() -> list[Route]:
    return [Route(f"{path()}{{id}}", _answer, methods=["POST", "PUT"])]


# So that the signature of a link, which people hand on, is no token.
_SESSION = "session "


def new_token() -> str:
    """For one session."""
    owner = secrets.token_hex(16)
    return f"{owner}.{signed(_SESSION + owner)}"


def limit_bytes() -> int:
    """Of one upload."""
    return int(st.get_option("server.maxUploadSize")) * 1024 * 1024


def is_local(headers: Mapping[str, str]) -> bool:
    """Whether the server listens to this computer alone, and the browser runs on it: not behind a proxy."""
    passed_on = {"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"}
    return (
        _listens_to_itself()
        and hostname(headers.get("Host", headers.get("host", ""))) in LOOPBACK
        and not passed_on & {name.lower() for name in headers}
    )


async def _answer(request: Request) -> JSONResponse:
    with words.speaking(tongue.of(request)):
        return await _answered(request)


async def _answered(request: Request) -> JSONResponse:
    try:
        owner = owner_of(request)
        if request.method == "POST":
            order = _Order.parse(await _json(request))
            told = await run_in_threadpool(_begin, request.path_params["id"], owner, order)
        else:
            offset = _offset(request)
            piece = await body_of(request, MAX_PIECE_BYTES)
            told = await run_in_threadpool(_append, request.path_params["id"], offset, piece)
        return JSONResponse(told)
    except Refused as refused:
        return JSONResponse({"message": str(refused)}, refused.status)
    except NotFound as error:
        return JSONResponse({"message": str(error)}, 404)
    except ThawError as error:
        return JSONResponse({"message": str(error)}, 422)
    except ClientDisconnect:
        return JSONResponse({"message": tr("The browser left.")}, 400)


class _Order:
    """What a browser says of an upload as it begins."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind

    @classmethod
    def parse(cls, told: Any) -> "_Order":
        if not (isinstance(told, dict) and isinstance(told.get("name"), str) and told.get("kind") in [*Kind]):
            raise Refused(400, tr("This is no upload of Thaw. Reload the page and try again."))
        return cls(told["name"], told["kind"])


def _begin(id: str, owner: str, order: _Order) -> dict[str, Any]:
    upload = uploads.begin(state.workspace(), id, owner=owner, name=order.name, kind=order.kind)
    return _told(upload, uploads.received_bytes(upload), names=True)


def _append(id: str, offset: int, piece: bytes) -> dict[str, Any]:
    upload = uploads.load(state.workspace(), id)
    return _told(upload, uploads.append(upload, offset, piece, limit_bytes=limit_bytes()))


def _told(upload: Upload, received: int, *, names: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {"received": received}
    if names and upload.kind is Kind.FOLDER:
        # A name that is no Unicode can be kept, but not told.
        told["names"] = [name.encode("utf-8", "replace").decode() for name in uploads.arrived(upload)]
    return told


def owner_of(request: Request) -> str:
    """Who sends, by the token. Raises Refused for any but the browser on a page of this server."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin", "")
    if not is_our_host(host):
        raise Refused(
            403,
            tr(
                "This server does not go by the name it was asked for. Open it under the address it shows at "
                "its start, or add the name to server.allowedHosts."
            ),
        )
    if not is_same_place(origin, host):
        raise Refused(403, tr("Pictures are taken from Thaw's own pages only."))
    owner, _, signature = request.headers.get(TOKEN_HEADER, "").partition(".")
    if not hmac.compare_digest(signature.encode(), signed(_SESSION + owner).encode()):
        raise Refused(403, tr("This page is out of date. Reload it and try again."))
    return owner


def signed(owner: str) -> str:
    return hmac.new(_SECRET, owner.encode(), hashlib.sha256).hexdigest()


def is_our_host(host: str) -> bool:
    """Against a foreign name that leads to this computer. A server for others may have any name, unless
    ``server.allowedHosts`` says which."""
    name = hostname(host)
    allowed = [str(one).lower() for one in st.get_option("server.allowedHosts") or ()]
    allowed.append(str(st.get_option("browser.serverAddress") or "").lower())
    if (
        name in allowed
        or "*" in allowed
        or any(one[:2] == "*." and name.endswith(one[1:]) for one in allowed)
    ):
        return True
    return name in LOOPBACK or (not _listens_to_itself() and len(allowed) == 1)


def _listens_to_itself() -> bool:
    return st.get_option("server.address") in LOOPBACK


def _offset(request: Request) -> int:
    given = request.query_params.get("offset", "")
    if not (given.isascii() and given.isdigit() and len(given) < 20):
        raise Refused(400, tr("This is no piece of an upload. Reload the page and try again."))
    return int(given)


async def _json(request: Request) -> Any:
    try:
        return json.loads(await body_of(request, _MAX_ORDER_BYTES))
    except ValueError:
        return None


async def body_of(request: Request, limit: int) -> bytes:
    """Raises Refused as soon as it is too long, whatever its header says."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            raise Refused(413, tr("A piece of the upload is larger than {limit:,} bytes.", limit=limit))
    return bytes(content)
