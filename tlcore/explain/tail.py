"""A model's graph in two: up to its last feature map, and what is made of that map."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tlcore.explain import rules
from tlcore.explain.graph_file import NONE, GraphFile, Operation
from tlcore.explain.rules import Array


class NoMap(Exception):
    """The graph has no feature map from which a head leads to the answer."""


@dataclass(frozen=True)
class Step:
    kind: str
    options: dict[str, Any]
    inputs: tuple[int | Array, ...]
    """Places among the values, of which the first is the map; or constants."""
    shape: tuple[int, ...]
    """Of what it gives."""


@dataclass
class Tail:
    """What is made of the map: pooling and head."""

    steps: list[Step] = field(default_factory=list)

    def run(self, feature_map: Array) -> list[Array]:
        """All values on the way; the last one is the model's answer, (1, units)."""
        values = [feature_map]
        for step in self.steps:
            values.append(rules.value(step.kind, step.options, step.shape, _inputs(step, values)))
        return values

    def gradient(self, values: Sequence[Array], unit: int) -> Array:
        """Of the score of an output unit, in the map; ``values``: of ``run``."""
        steps = self.steps[:-1] if self.steps[-1].kind in rules.LAST else self.steps
        found: list[Array | None] = [None] * (len(steps) + 1)
        seed = np.zeros_like(values[len(steps)])
        seed.flat[unit] = 1
        found[-1] = seed
        for place in range(len(steps), 0, -1):
            step, gradient = steps[place - 1], found[place]
            if gradient is None:
                continue
            parts = rules.gradients(step.kind, step.options, _inputs(step, values), gradient)
            # Constants, which come last where they are not of use, need none.
            for source, part in zip(step.inputs, parts, strict=False):
                if isinstance(source, int):
                    known = found[source]
                    found[source] = part if known is None else known + part
        return found[0] if found[0] is not None else np.zeros_like(values[0])


def _inputs(step: Step, values: Sequence[Array]) -> list[Array]:
    return [values[one] if isinstance(one, int) else one for one in step.inputs]


def split(files: Sequence[Path]) -> tuple[list[Path | bytes], Tail]:
    """The graphs that give the last feature map, in a row, and the rest. Raises NoMap, ValueError.

    The map is the last tensor of height, width and channels through which all goes that the answer is made
    of: what the pooling of the head takes.
    """
    graphs = [GraphFile(file) for file in files]
    for number in range(len(graphs) - 1, -1, -1):
        graph = graphs[number]
        found = _last_map(graph, with_source=number > 0)
        if found is not None:
            tensor, first = found
            front: list[Path | bytes] = [*files[:number]]
            if tensor != graph.source:
                front.append(files[number] if tensor == graph.target else graph.ending_at(tensor))
            return front, _tail(
                [(graph, tensor, first), *((one, one.source, 0) for one in graphs[number + 1 :])]
            )
    raise NoMap


def _last_map(graph: GraphFile, with_source: bool) -> tuple[int, int] | None:
    """The tensor, and the place of the first operation after it."""
    needed = {graph.target}
    for place in range(len(graph.operations), -1, -1):
        if len(needed) == 1 and _is_map(graph, *needed) and (with_source or needed != {graph.source}):
            return next(iter(needed)), place
        if place and needed & {*graph.operations[place - 1].outputs}:
            operation = graph.operations[place - 1]
            needed -= {*operation.outputs}
            needed |= {tensor for tensor in operation.inputs if graph.is_computed(tensor)}
    return None


def _is_map(graph: GraphFile, tensor: int) -> bool:
    shape = graph.shape(tensor)
    return len(shape) == 4 and shape[1] * shape[2] > 1


def _tail(parts: Sequence[tuple[GraphFile, int, int]]) -> Tail:
    """``parts``: each graph with the tensor it goes on from and the place of the first operation to run."""
    tail = Tail()
    place = 0
    for graph, tensor, first in parts:
        known = {tensor: place}
        for operation in graph.operations[first:]:
            # What is left out computes shapes.
            if any(graph.is_computed(one) for one in operation.outputs):
                _add(tail, graph, operation, known)
        place = known[graph.target]
    if not tail.steps or place != len(tail.steps):
        raise NoMap
    return tail


def _add(tail: Tail, graph: GraphFile, operation: Operation, known: dict[int, int]) -> None:
    is_last = operation.kind in rules.LAST and operation.outputs == (graph.target,)
    if not (operation.kind in rules.KNOWN or is_last) or len(operation.outputs) != 1:
        raise NoMap
    shape = graph.shape(operation.outputs[0])
    inputs: list[int | Array] = []
    for tensor in operation.inputs:
        constant = graph.constant(tensor)
        if tensor in known:
            inputs.append(known[tensor])
        elif constant is not None:
            inputs.append(constant)
        elif graph.is_computed(tensor):
            raise NoMap
    tail.steps.append(Step(operation.kind, operation.options, tuple(inputs), shape))
    if operation.fused != NONE:
        if operation.fused not in rules.KNOWN:
            raise NoMap
        tail.steps.append(Step(operation.fused, {}, (len(tail.steps),), shape))
    known[operation.outputs[0]] = len(tail.steps)
