"""What runs a finished graph: LiteRT where it gives what Keras gives, else TensorFlow in a worker.

A run's graph is in two parts: the frozen prefix, converted once and shared by all runs that have it, and the
rest, which is small. So a second head is ready to predict at once.
"""

from tlcore.runtimes.choice import Runner, kept_runner, runner
from tlcore.runtimes.graph import Graph, Numbers, Pixels, frozen, to_litert
from tlcore.runtimes.prefix_graph import LARGEST_DIFFERENCE
from tlcore.runtimes.prefix_graph import is_there as prefix_is_converted
from tlcore.runtimes.run_graph import (
    GraphRecord,
    convert,
    convert_whole,
    damaged,
    graph_files,
    open_graph,
    read_record,
    refuse_graph,
    sample,
)

__all__ = [
    "LARGEST_DIFFERENCE",
    "Graph",
    "GraphRecord",
    "Numbers",
    "Pixels",
    "Runner",
    "convert",
    "convert_whole",
    "damaged",
    "graph_files",
    "frozen",
    "kept_runner",
    "open_graph",
    "prefix_is_converted",
    "read_record",
    "refuse_graph",
    "runner",
    "sample",
    "to_litert",
]
