"""The backbone of the last run, kept by a worker: building it again takes as long as training a head.

It is taken out while a run has it, and given back only by a run that trained none of its layers.
"""

from typing import Any

Key = tuple[str, int, str]
"""Name, image size in pixels, and what tells the weights apart."""

_kept: list[tuple[Key, Any]] = []


def take(key: Key | None) -> Any | None:
    """The network that is kept under the key, no longer kept then; None where another or none is."""
    if not _kept:
        return None
    kept, network = _kept.pop()
    return network if kept == key else None


def give_back(key: Key | None, network: Any) -> None:
    """Keep a network whose weights are as they came, in place of the one before."""
    _kept.clear()
    if key is not None:
        _kept.append((key, network))
