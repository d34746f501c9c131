"""The pictures of a request: the body itself, or the files of a form; read as far as the limits let them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from tlcore.api.limits import Limits
from tlcore.api.refused import Refused
from tlcore.errors import ImageError
from tlcore.numbers import bytes_words

FORM = "multipart/form-data"
_NO_PICTURE = (
    f"There is no picture in the request. Send a picture as the body, or several as files of a form ({FORM})."
)


@dataclass(frozen=True)
class Sent:
    name: str
    read: Callable[[], bytes]
    """Its content, perhaps from disk, so not in the loop. Raises ImageError when it is too large."""


@asynccontextmanager
async def received(request: Request, limits: Limits) -> AsyncIterator[list[Sent]]:
    """The pictures of a request, as long as the block lasts. Raises Refused, ClientDisconnect."""
    is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    limit = limits.request_bytes if is_form else limits.picture_bytes
    limited = Request(request.scope, _Counting(request, limit).receive)
    try:
        # Who sends a byte now and then would hold a place for ever.
        async with asyncio.timeout(limits.receive_s):
            sent = await (_of_form if is_form else _of_body)(limited, limits)
    except TimeoutError as error:
        raise Refused(
            408, f"The request took longer than {limits.receive_s:g} seconds to arrive. Send fewer pictures."
        ) from error
    try:
        if not sent:
            raise Refused(400, _NO_PICTURE)
        yield sent
    finally:
        await limited.close()


class _Counting:
    """A request's messages; raises Refused as soon as it is too long, whatever its header says."""

    def __init__(self, request: Request, limit: int) -> None:
        self._receive, self._limit, self._left = request.receive, limit, limit
        said = request.headers.get("content-length", "")
        if said.isascii() and said.isdigit() and int(said[:20]) > limit:
            self._refuse()

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self._refuse()
        return message

    def _refuse(self) -> None:
        raise Refused(
            413, f"The request is larger than {bytes_words(self._limit)}. Send smaller or fewer pictures."
        )


async def _of_body(request: Request, limits: Limits) -> list[Sent]:
    content = await request.body()
    return [Sent("picture", lambda: content)] if content else []


async def _of_form(request: Request, limits: Limits) -> list[Sent]:
    try:
        form = await request.form(max_files=limits.pictures, max_fields=limits.pictures)
    except HTTPException as error:
        if "Too many files" in error.detail:
            raise Refused(413, f"At most {limits.pictures} pictures are judged in one request.") from error
        raise Refused(400, f"The form cannot be read: {error.detail}") from error
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    return [_sent(file, limits) for file in files]


def _sent(upload: UploadFile, limits: Limits) -> Sent:
    name, file, size = upload.filename or "picture", upload.file, upload.size or 0

    def read() -> bytes:
        if size > limits.picture_bytes:
            raise ImageError(
                f"The picture has {bytes_words(size)}; {bytes_words(limits.picture_bytes)} is the limit. "
                "Save it smaller."
            )
        return file.read()

    return Sent(name, read)
