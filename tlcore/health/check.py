"""All findings about a dataset, from the looks and the features of its pictures."""

from collections.abc import Callable, Sequence

import numpy as np

from tlcore.datasets import Dataset
from tlcore.health import balance, giveaways, lookalikes, quality, similarity, twins
from tlcore.health.findings import Finding, Kind, across
from tlcore.health.looks import Look
from tlcore.health.similarity import Floats

_ORDER = list(Kind)


def examine(
    dataset: Dataset,
    looks: Sequence[Look],
    features: Floats,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Finding]:
    """``looks`` and ``features`` (n, width) have one row per item. What most needs doing comes first."""
    labels = np.array([item.label for item in dataset.items])
    hashes = np.array([look.hash for look in looks], np.uint64)
    similar = similarity.compare(features, labels, hashes, progress)
    found = [
        *twins.find(dataset, looks, similar.pairs),
        *quality.find(dataset, looks),
        *balance.find(dataset),
    ]
    if not dataset.several_labels:
        # A picture of two classes says nothing about how these differ.
        found += lookalikes.find(dataset, similar.neighbours)
        found += giveaways.find(dataset, looks)
    found.sort(key=lambda one: (_ORDER.index(one.kind), not across(dataset, one)))
    return found
