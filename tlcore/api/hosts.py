"""By what name a server was asked for, and from which page: what keeps foreign pages out."""

from urllib.parse import urlsplit

from tlcore.errors import WorkspaceError

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def hostname(host: str) -> str:
    """Of a Host header, in small letters, without its port; empty where there is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def is_same_place(origin: str, host: str) -> bool:
    """Whether a page of ``origin`` came from the server that it now asks as ``host``."""
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def checked_origin(origin: str) -> str:
    """As a browser says it: scheme, host and port, or ``*`` for every page."""
    try:
        parts = urlsplit(origin)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if origin != "*" and not (is_whole and origin == f"{parts.scheme}://{parts.netloc}"):
        raise WorkspaceError(
            f"{origin!r} is no origin of a page. Say it as https://example.org or http://localhost:3000, "
            "or * for every page."
        )
    return origin.lower()
