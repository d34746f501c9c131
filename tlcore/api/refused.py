"""A request that is not answered, and why."""

from collections.abc import Mapping

from tlcore.errors import EngineError, ImageError, NotFound, ThawError, WorkspaceError

RETRY_S = 2


class Refused(Exception):
    """``str(error)`` is the sentence for who asked."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = {**headers_of(status), **(headers or {})}


def headers_of(status: int) -> dict[str, str]:
    """What is said beside a status."""
    return {"Retry-After": str(RETRY_S)} if status == 503 else {}


def status_of(error: ThawError) -> int:
    """The HTTP status that says what kind of error it is."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, ImageError):
        return 422
    if isinstance(error, EngineError):
        return 503
    return 500 if isinstance(error, WorkspaceError) else 409
