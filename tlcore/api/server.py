"""One run served by itself, without the pages."""

import socket
from collections.abc import Iterable
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tlcore.api import guard, hosts, patience, token
from tlcore.api.guard import Guard
from tlcore.api.limits import Limits
from tlcore.api.models import Models
from tlcore.api.routes import Api
from tlcore.errors import WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace


def application(
    workspace: Workspace,
    run: Run,
    *,
    is_for_others: bool = False,
    origins: Iterable[str] = (),
    limits: Limits | None = None,
) -> Starlette:
    """``is_for_others``: whether other computers reach it, under whatever name it has for them.
    ``origins``: of pages of other sites that may ask. The model is opened.
    Raises RunError, WorkspaceError."""
    models = Models(workspace, only=run.id)
    models.find(run.id)
    allowed = frozenset(map(hosts.checked_origin, origins))
    is_our_host = bool if is_for_others else guard.only_this_computer
    api = Api(models, Guard(partial(token.obtain, workspace), is_our_host, allowed), limits or Limits())
    return Starlette(
        routes=[*api.routes(), Route("/", _to_docs)],
        middleware=[_cors(allowed)] if allowed else [],
        exception_handlers={HTTPException: _told},
    )


def _cors(origins: frozenset[str]) -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=sorted(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Retry-After"],
    )


async def _to_docs(request: Request) -> Response:
    return RedirectResponse("/api/docs")


async def _told(request: Request, error: Exception) -> Response:
    """What is no route of ours, in the form of all other refusals."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


def opened(host: str, port: int) -> socket.socket:
    """A socket that listens; ``port`` 0: any that is free. Raises WorkspaceError when it cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # `localhost` may have two; clients everywhere try this one at least.
        family, address = min((one[0], one[4]) for one in found)
        made = socket.create_server(address[:2], family=family)
        # asyncio switches Nagle's algorithm off where a socket says it is TCP; else each answer waits 40 ms.
        return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=made.detach())
    except OSError as error:
        raise WorkspaceError(
            f"Port {port} of {host} cannot be used ({error.strerror}). Choose another: --port 0 takes any "
            "that is free."
        ) from error


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(app: Starlette, listening: socket.socket, limits: Limits | None = None) -> None:
    """Answer until the process is ended."""
    uvicorn.Server(config(app, limits or Limits())).run(sockets=[listening])


def config(app: ASGIApp, limits: Limits) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=patience.protocol(limits.headers_s),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        limit_concurrency=limits.connections,
        # A picture being judged is finished; who keeps a connection open is not waited for.
        timeout_graceful_shutdown=5,
    )
