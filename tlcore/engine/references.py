"""Functions named by where they are, so that a job is a few words and its code is the worker's own."""

import importlib
from collections.abc import Callable
from typing import Any


def reference_to(function: Callable[..., object]) -> str:
    """``module:name`` of a module-level function. Raises TypeError for any other."""
    module = getattr(function, "__module__", None)
    name = getattr(function, "__qualname__", "")
    if module in (None, "__main__") or not name.isidentifier():
        raise TypeError(f"A job is a module-level function of an importable module. Received: {function!r}")
    reference = f"{module}:{name}"
    if resolve(reference) is not function:
        raise TypeError(f"{reference} is another function than the one given. Received: {function!r}")
    return reference


def resolve(reference: str) -> Callable[..., Any]:
    module, _, name = reference.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found
