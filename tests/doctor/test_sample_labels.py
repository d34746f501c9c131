"""The real sample with labels that are wrong on purpose: the list must begin with them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.conftest import SAMPLE
from tlcore import intake, picture_features
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import alike, heads, suspects
from tlcore.doctor.heads import Floats
from tlcore.workspace import Workspace

SEEDS = range(5)
SHARE = 0.1
FIRST = 30


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("labels") / "home")


@pytest.fixture(scope="module")
def sample(space: Workspace) -> Dataset:
    return intake.take(space, SAMPLE, name="clipart", val_fraction=0.25, test_fraction=0.1)


@pytest.fixture(scope="module")
def features(space: Workspace, sample: Dataset) -> Floats:
    plan = picture_features.plan_of(space, Recipe())
    return picture_features.computed(space, sample, plan, lambda done, total: None)[0]


def flipped(sample: Dataset, seed: int) -> tuple[Dataset, set[int]]:
    """A tenth of the pictures in another class each, drawn by the seed; and their rows."""
    draw = np.random.default_rng(seed)
    classes, count = len(sample.classes), round(SHARE * len(sample.items))
    rows = {*draw.choice(len(sample.items), count, replace=False).tolist()}
    items = [
        replace(item, label=int(item.label + draw.integers(1, classes)) % classes) if row in rows else item
        for row, item in enumerate(sample.items)
    ]
    return replace(sample, items=tuple(items)), rows


def first_of(space: Workspace, dataset: Dataset, features: Floats) -> set[int]:
    units = alike.units_of(space, dataset, features, lambda stage, done, total: None)
    probabilities, folds = heads.out_of_fold(features, dataset.targets(), units)
    assert folds == heads.MOST_FOLDS
    return {one.row for one in suspects.find(dataset, probabilities, features, units)[:FIRST]}


def test_the_first_thirty_hold_two_thirds_of_the_flipped(
    space: Workspace, sample: Dataset, features: Floats
) -> None:
    shares = []
    for seed in SEEDS:
        dataset, rows = flipped(sample, seed)
        shares.append(len(rows & first_of(space, dataset, features)) / len(rows))
    assert np.mean(shares) > 0.7
    # Of 23 pictures, 15 are a little less than two thirds: one draw in eight ends there or below.
    assert sum(share >= 2 / 3 for share in shares) >= len(SEEDS) - 1
    assert min(shares) > 0.6
