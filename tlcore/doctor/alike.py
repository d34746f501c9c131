"""What must not be judged by itself: pictures of a group, and those that are nearly the same."""

import numpy as np

from tlcore import grouping, picture_features
from tlcore.asked import Tell
from tlcore.datasets import Dataset
from tlcore.health import album, similarity
from tlcore.picture_features import Floats
from tlcore.workspace import Workspace


def units_of(workspace: Workspace, dataset: Dataset, features: Floats, tell: Tell) -> list[str]:
    """For each picture what it is judged with. Nearly the same is what the health of a dataset calls so.

    Raises ImageError for a picture that is gone.
    """
    earlier = picture_features.ancestors(workspace, dataset)
    looks = album.looks_of(workspace, dataset, earlier, lambda done, total: tell("looks", done, total))
    labels = np.array([item.label for item in dataset.items])
    hashes = np.array([look.hash for look in looks], np.uint64)
    similar = similarity.compare(features, labels, hashes, lambda done, total: tell("comparing", done, total))
    sha256s = [item.sha256 for item in dataset.items]
    pairs = [(sha256s[one], sha256s[other]) for one, other, _ in similar.pairs]
    groups = grouping.groups_of(dataset.items, dataset.split_by)
    return grouping.units(sha256s, groups, [*dataset.together, *pairs])
