"""Requests to the API over a run, without a server."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests import asgi
from tlcore.api import guard, token
from tlcore.api.guard import Guard
from tlcore.api.limits import Limits
from tlcore.api.models import Models
from tlcore.api.routes import Api
from tlcore.workspace import Workspace

HOST = "localhost:8600"


@dataclass(frozen=True)
class Answered:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Asker:
    """Asks as a program does that holds the token."""

    workspace: Workspace
    api: Api

    def get(self, name: str, headers: Mapping[str, str] | None = None) -> Answered:
        return Answered(
            *asgi.answer(self.api.routes(), "GET", f"/api/{name}", {"host": HOST} | dict(headers or {}))
        )

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str | None] | None = None,
        *,
        query: str = "",
        pieces: int = 1,
    ) -> Answered:
        """``headers``: beside those of every request, or None for one of them to be left out."""
        given: dict[str, str | None] = {
            "host": HOST,
            "authorization": f"Bearer {token.obtain(self.workspace)}",
            "content-type": "application/octet-stream",
            **(headers or {}),
        }
        kept = {name: value for name, value in given.items() if value is not None}
        return Answered(*asgi.answer(self.api.routes(), "POST", f"/api/predict{query}", kept, body, pieces))

    def post_form(self, files: Sequence[tuple[str, bytes]], *, pieces: int = 3) -> Answered:
        body, kind = form(files)
        return self.post(body, {"content-type": kind}, pieces=pieces)


def asker(workspace: Workspace, only: str | None = None, **limits: Any) -> Asker:
    """``limits``: other ones than the defaults."""
    own = Guard(partial(token.obtain, workspace), guard.only_this_computer)
    return Asker(workspace, Api(Models(workspace, only), own, Limits(**limits)))


def form(files: Sequence[tuple[str, bytes]]) -> tuple[bytes, str]:
    """A form's body and its content type; of a file without a name: a plain field."""
    mark = secrets.token_hex(8)
    parts = []
    for name, content in files:
        file = f'; filename="{name}"' if name else ""
        head = f'--{mark}\r\nContent-Disposition: form-data; name="pictures"{file}\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
