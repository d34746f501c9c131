"""One request to routes of ours, without a server."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from tests import loops


def answer(
    routes: Sequence[Route],
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    pieces: int = 1,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and content."""
    place, _, query = path.partition("?")
    size = -(-len(body) // pieces) or 1
    messages = [
        {"type": "http.request", "body": body[at : at + size], "more_body": at + size < len(body)}
        for at in range(0, len(body) or 1, size)
    ]
    answered: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": method,
        "path": place,
        "raw_path": place.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("localhost", 8501),
        "client": ("127.0.0.1", 9),
        "root_path": "",
    }

    async def ask() -> None:
        over = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            if body:
                return {"type": "http.disconnect"}
            # Who only reads stays until all of it has come.
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            answered.append(dict(message))

        await Starlette(routes=list(routes))(scope, receive, send)

    loops.run(ask())
    found = {name.decode(): value.decode() for name, value in answered[0]["headers"]}
    return answered[0]["status"], found, b"".join(message.get("body", b"") for message in answered)
