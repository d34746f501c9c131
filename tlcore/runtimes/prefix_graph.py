"""The frozen prefix as LiteRT: converted once, compared with Keras on real pictures, shared by all runs."""

import importlib.metadata
import logging
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from tlcore import feature_store
from tlcore.models import Prefix
from tlcore.runtimes import graph
from tlcore.runtimes.graph import Graph, Numbers, Pixels
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_atomic, write_json

log = logging.getLogger(__name__)

LARGEST_DIFFERENCE = 1e-4
"""Relative to the largest number that Keras gives."""
# A verdict on another version of the conversion, or of what runs it, does not count.
_VERSION = f"1 {importlib.metadata.version('ai-edge-litert')}"


@dataclass(frozen=True)
class Verdict:
    """What the comparison said; kept beside the graph."""

    version: str
    difference: float
    """Largest relative difference; -1 where there is none to tell."""
    sentence: str
    """Why the graph is not used; empty for one that is."""
    tensorflow_is_faster: bool | None = None
    """On this machine; None where that was not tried."""


def path_of(workspace: Workspace, digest: str) -> Path:
    return workspace.graphs / f"{digest[:32]}.tflite"


def is_there(workspace: Workspace, digest: str) -> bool:
    """Whether a graph that may be used lies there, as far as can be told without opening it."""
    verdict = _verdict(path_of(workspace, digest))
    return verdict is not None and not verdict.sentence and path_of(workspace, digest).is_file()


def tensorflow_is_faster(workspace: Workspace, digest: str) -> bool | None:
    """None where that was not tried."""
    verdict = _verdict(path_of(workspace, digest))
    return None if verdict is None else verdict.tensorflow_is_faster


def note_faster(workspace: Workspace, digest: str, tensorflow: bool) -> None:
    """Keep which runtime was found to be faster, beside the graph."""
    file = path_of(workspace, digest)
    if (verdict := _verdict(file)) is not None:
        write_json(_verdict_file(file), asdict(replace(verdict, tensorflow_is_faster=tensorflow)))


def obtain(workspace: Workspace, prefix: Prefix, pixels: Pixels) -> Verdict:
    """Convert a prefix unless that was done before, and say whether its graph may be used.

    ``pixels``: a few real pictures, (n, size, size, 3).
    """
    file = path_of(workspace, prefix.digest)
    known = _verdict(file)
    if known is not None and (known.sentence or _opens(file)):
        return known
    with feature_store.making(workspace, f"graph-{prefix.digest[:32]}", lambda: None):
        # Another worker that needs the same may have been first.
        known = _verdict(file)
        if known is None or not (known.sentence or _opens(file)):
            known = _converted(file, prefix, pixels)
            write_json(_verdict_file(file), asdict(known))
    return known


def _converted(file: Path, prefix: Prefix, pixels: Pixels) -> Verdict:
    try:
        write_atomic(file, graph.to_litert(prefix.model))
        found = difference(Graph([file]).run, _keras(prefix), pixels)
    except Exception as error:
        log.exception("the prefix %s could not be converted", prefix.digest)
        name = type(error).__name__
        return Verdict(_VERSION, -1.0, tr("The frozen layers could not be converted ({error}).", error=name))
    if found <= LARGEST_DIFFERENCE:
        return Verdict(_VERSION, found, "")
    return Verdict(
        _VERSION,
        # JSON knows no infinity.
        found if math.isfinite(found) else -1.0,
        differs(found),
    )


def differs(found: float) -> str:
    """Why a graph that differs so much from Keras is not used."""
    return tr(
        "The converted graph differs from Keras by {difference:.1e} (at most {limit:.0e} is accepted), so "
        "it is not used.",
        difference=found,
        limit=LARGEST_DIFFERENCE,
    )


def _keras(prefix: Prefix) -> Callable[[Pixels], Numbers]:
    def run(pixels: Pixels) -> Numbers:
        # Called as it is: for so few, tracing a graph would take longer than the work. One by one: called so,
        # a model holds what every layer gives.
        rows = [prefix.model(one[None].astype(np.float32), training=False).numpy() for one in pixels]
        return np.concatenate(rows)

    return run


def difference(one: Callable[[Pixels], Numbers], other: Callable[[Pixels], Numbers], values: Pixels) -> float:
    """Largest difference of two functions' numbers, relative to the largest number of the second."""
    expected = other(values)
    largest = max(float(np.abs(expected).max()), 1e-30)
    found = float(np.abs(one(values) - expected).max()) / largest
    return found if math.isfinite(found) else math.inf


def _verdict_file(file: Path) -> Path:
    return file.with_suffix(".json")


def _verdict(file: Path) -> Verdict | None:
    if not _verdict_file(file).is_file():
        return None
    try:
        verdict = Verdict(**read_json(_verdict_file(file)))
    except TypeError:
        return None
    return verdict if verdict.version == _VERSION else None


def _opens(file: Path) -> bool:
    """Whether a graph is there and can be read; one that is damaged is made anew, or no run would mend it."""
    try:
        Graph([file])
    except ValueError:
        return False
    return True
