"""How much one request may ask for. Megapixels are limited where pictures are read (``tlcore.images``)."""

import os
from dataclasses import dataclass


def _threads() -> int:
    # A graph computes on all cores, for one picture at a time; meanwhile others are decoded.
    return max(2, min(4, os.cpu_count() or 2))


@dataclass(frozen=True)
class Limits:
    picture_bytes: int = 20_000_000
    pictures: int = 50
    """In one request."""
    request_bytes: int = 100_000_000
    requests: int = 32
    """That are received, wait or are judged at one time; the next one is sent away at once."""
    receive_s: float = 60.0
    """A request that has not arrived by then is given up."""
    headers_s: float = 20.0
    """A connection that has not asked for anything by then is closed; of ``thaw serve`` alone."""
    threads: int = _threads()
    connections: int = 256
    """That are open at one time; of ``thaw serve`` alone."""
