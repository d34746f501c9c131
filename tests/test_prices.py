"""The price tag: what it says before a run, and what runs teach it."""

from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from tlcore import features, plans, prefixes, prices, rates, runs, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.models import Network
from tlcore.plans import Plan
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def a_machine_of_100_gflops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "measure_peak", lambda: 100.0)


def plan_of(dataset: Dataset, workspace: Workspace, **recipe: Any) -> Plan:
    return plans.for_dataset(Recipe.parse(recipe), dataset, workspace)


def test_an_unknown_machine_is_priced_by_its_peak(workspace: Workspace, few: Dataset) -> None:
    plan = plan_of(few, workspace, backbone={"name": "vgg16"})
    price = prices.of_phase(workspace, plan, 0, few)
    assert not price.features_are_there
    assert price.cache_bytes == 36 * 512 * 4
    # 30.7 GFLOP a picture, at nearly all of 100 GFLOP a second, and a little for the conversion.
    assert price.features_s == pytest.approx(36 * 30.7 / 98, rel=0.25)
    assert price.total_s == price.features_s + price.first_batch_s + 20 * price.epoch_s
    assert prices.total_s(workspace, plan, (price,)) > price.total_s


def test_more_frozen_costs_less_in_each_epoch(workspace: Workspace, few: Dataset) -> None:
    def epoch_s(freeze: int | str) -> float:
        plan = plan_of(few, workspace, phases=[{"freeze": freeze}])
        return prices.of_phase(workspace, plan, 0, few).epoch_s

    costs = [epoch_s(freeze) for freeze in ("none", 60, 121, "all")]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 20 * costs[-1]


def test_views_cost_as_many_features(workspace: Workspace, few: Dataset) -> None:
    plan = plan_of(few, workspace)
    one = prices.of_phase(workspace, plan, 0, few)
    four = prices.of_phase(
        workspace, plan_of(few, workspace, augmentation={"flip": "both", "views": 4}), 0, few
    )
    assert four.cache_bytes == 4 * one.cache_bytes
    # The conversion is paid once.
    more_s = 3 * len(few.items) * prices.picture_s(workspace, plan, plan.phases[0])
    assert four.features_s - one.features_s == pytest.approx(more_s)


def test_features_that_are_there_cost_nothing(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    other = plan_of(few, shared_workspace, head={"layers": []})
    price = prices.of_phase(shared_workspace, other, 0, few)
    assert (price.features_are_there, price.features_s) == (True, 0.0)
    inner = plan_of(few, shared_workspace, phases=[{"freeze": 50}])
    assert not prices.of_phase(shared_workspace, inner, 0, few).features_are_there


def test_the_name_known_without_keras_is_the_one_that_training_uses(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    plan = plan_of(few, shared_workspace, **trained.recipe.to_json())
    network = Network(plan, shared_workspace.weights)
    prefix = network.prefix(plan.phases[0])
    digest = prefixes.known_digest(plan, 0, shared_workspace.weights)
    assert prefix is not None
    assert prefix.digest == digest
    assert (
        shared_workspace.features / features.features_key(few.items, digest, 224, features.View())
    ).is_dir()


@pytest.mark.parametrize(
    ("freezes", "known"),
    [(["all", 100], [True, True]), ([100, "all"], [True, False]), ([100, 60, 100], [True, True, False])],
)
def test_what_an_earlier_phase_trains_cannot_be_known(
    workspace: Workspace, few: Dataset, freezes: list[int | str], known: list[bool]
) -> None:
    plan = plan_of(few, workspace, phases=[{"freeze": freeze} for freeze in freezes])
    found = [
        prefixes.known_digest(plan, number, workspace.weights) is not None for number in range(len(freezes))
    ]
    assert found == known


def test_weights_that_are_not_here_have_no_name(
    workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    plan = plan_of(few, workspace, backbone={"name": "mobilenet_v2"})
    assert prefixes.known_digest(plan, 0, workspace.weights) is None
    # VGG16's are known by the hash in Keras' sources before they are downloaded.
    assert prefixes.known_digest(plan_of(few, workspace, backbone={"name": "vgg16"}), 0, workspace.weights)


def test_a_run_teaches_what_this_machine_takes(workspace: Workspace, few: Dataset) -> None:
    from tests.conftest import SAMPLE
    from tlcore import intake

    dataset = intake.take(workspace, SAMPLE, name="sample")
    recipe = Recipe.parse({"backbone": {"image_size": 64}, "phases": [{"epochs": 4}]})
    plan = plans.for_dataset(recipe, dataset, workspace)
    before = prices.of_phase(workspace, plan, 0, dataset)
    run = runs.create(workspace, recipe, dataset)
    training.train(workspace, run)
    measured = [event["seconds"] for event in run.events() if event["event"] == "epoch"]
    after = prices.of_phase(workspace, plan, 0, dataset)
    assert (before.features_are_there, after.features_are_there) == (False, True)
    assert min(measured[1:]) <= after.epoch_s <= max(measured[1:])
    for what in ("features efficientnet_lite0", "factor epoch head", "factor compile", "factor frame"):
        assert rates.learned(workspace, what), what


def test_what_was_computed_beside_others_teaches_nothing(workspace: Workspace, few: Dataset) -> None:
    plan = plan_of(few, workspace)

    def made(pictures: int) -> features.Features:
        array = np.zeros((len(few.items), 1))
        return features.Features("key", array, False, "litert", 2.0, pictures, FileLock("unused"))

    prices.learn_features(workspace, plan, 0, [made(20)], 5.0, converted=True)
    assert rates.learned(workspace, "features efficientnet_lite0") is None
    prices.learn_features(workspace, plan, 0, [made(36), made(20)], 9.0, converted=True)
    gflop = 36 * plan.phases[0].prefix_flop / 1e9
    assert rates.learned(workspace, "features efficientnet_lite0") == pytest.approx(gflop / 2.0)
    # A network that was not run yet is priced by how fast this one was, against what was expected of it.
    vgg = plan_of(few, workspace, backbone={"name": "vgg16"})
    machine = min(max(gflop / 2.0 / 65, 1 / 2.5), 2.5)
    expected_s = vgg.phases[0].prefix_flop / 1e9 / (98 * machine)
    assert prices.picture_s(workspace, vgg, vgg.phases[0]) == pytest.approx(expected_s)
    # Whether the rest of the time was the conversion's is not known.
    assert rates.learned(workspace, "factor conversion") is None


def test_a_conversion_is_learned_where_there_was_one(workspace: Workspace, few: Dataset) -> None:
    plan = plan_of(few, workspace)
    array = np.zeros((len(few.items), 1))
    made = features.Features("key", array, False, "litert", 2.0, len(few.items), FileLock("unused"))
    prices.learn_features(workspace, plan, 0, [made], 2.2, converted=False)
    assert rates.learned(workspace, "factor conversion") is None
    prices.learn_features(workspace, plan, 0, [made], 5.0, converted=True)
    assert rates.learned(workspace, "factor conversion") > 0.5
