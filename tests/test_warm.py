"""The backbone kept between runs: taken once, given back untouched, never with what a run has learned."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_training import curve, train
from tlcore import intake, plans, runtimes, warm
from tlcore.backbones import Backbone
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.models import Network
from tlcore.workspace import Workspace


def network(seed: int = 0, size: int = 32, **phase: Any) -> Network:
    backbone = {"name": "mobilenet_v2", "weights": "none", "image_size": size}
    recipe = Recipe.parse({"backbone": backbone, "seed": seed, "phases": [phase]})
    return Network(plans.make(recipe, 3), Path())


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> None:
    warm.give_back(None, None)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the backbones that are built."""
    names: list[str] = []
    build = Backbone.build

    def counted(entry: Backbone, *args: Any) -> Any:
        names.append(entry.name)
        return build(entry, *args)

    monkeypatch.setattr(Backbone, "build", counted)
    return names


def test_the_next_run_takes_it(built: list[str]) -> None:
    first = network()
    first.freeze(first.plan.phases[0])
    first.give_back()
    second = network()
    assert second.backbone is first.backbone
    assert built == ["mobilenet_v2"]


def test_two_never_have_the_same(built: list[str]) -> None:
    network().give_back()
    assert network().backbone is not network().backbone
    assert len(built) == 2


@pytest.mark.parametrize("other", [{"seed": 1}, {"size": 64}])
def test_another_one_is_built(built: list[str], other: dict[str, int]) -> None:
    network().give_back()
    network(**other)
    assert len(built) == 2


def test_what_was_trained_is_not_given_back(built: list[str]) -> None:
    first = network(freeze=100)
    first.freeze(first.plan.phases[0])
    first.give_back()
    network()
    assert len(built) == 2


def test_a_shorter_one_leaves_the_whole(built: list[str]) -> None:
    backbone = {"name": "mobilenet_v2", "weights": "none", "image_size": 32, "cut_at": "block_3_project_BN"}
    short = Network(plans.make(Recipe.parse({"backbone": backbone}), 3), Path())
    short.give_back()
    assert network().backbone.layers[-1].name == "out_relu"
    assert len(built) == 1


def test_runs_one_after_the_other_are_as_alone(
    workspace: Workspace, few_pictures: Path, built: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)
    dataset: Dataset = intake.take(workspace, few_pictures, name="few")
    head = {"backbone": {"image_size": 32}, "phases": [{"epochs": 2}]}
    fine = {"backbone": {"image_size": 32}, "phases": [{"epochs": 1}, {"epochs": 1, "freeze": -20}]}
    alone = train(workspace, dataset, Recipe.parse(head))
    again = train(workspace, dataset, Recipe.parse(head))
    assert len(built) == 1
    train(workspace, dataset, Recipe.parse(fine))
    after = train(workspace, dataset, Recipe.parse(head))
    # The fine-tuned one was not left for it.
    assert len(built) == 2
    assert np.array_equal(curve(alone), curve(again))
    assert np.array_equal(curve(alone), curve(after))
