from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tlcore import plans
from tlcore.config import Recipe
from tlcore.models import Network
from tlcore.plans import PhasePlan

SIZE = 32
HEAD = {"layers": [{"dense": 8}, {"dropout": 0.5}]}
BACKBONES = ("mobilenet_v2", "vgg16")
# A layer in the middle of each, so that frozen layers stand before it and trained ones after.
MIDDLE = {"mobilenet_v2": 60, "vgg16": "block4_conv1"}


def made(name: str, *freezes: int | str, seed: int = 0, pooling: str = "avg") -> Network:
    recipe = Recipe.parse({
        "backbone": {"name": name, "weights": "none", "image_size": SIZE}, "seed": seed,
        "head": {**HEAD, "pooling": pooling}, "phases": [{"freeze": freeze} for freeze in freezes],
    })  # fmt: skip
    return Network(plans.make(recipe, 3), Path())


@cache
def network(name: str) -> Network:
    """Three phases: nothing is trained but the head, the later layers too, everything."""
    found = made(name, "all", MIDDLE[name], "none")
    enliven(found)
    return found


def enliven(found: Network) -> None:
    """Fit the statistics of BatchNormalization to noise: with random weights all features would be near 0."""
    for layer in found.backbone.layers:
        if type(layer).__name__ == "BatchNormalization":
            layer.momentum = 0.0
    found.backbone(np.random.default_rng(1).normal(size=(16, SIZE, SIZE, 3)), training=True)


def phase(name: str, number: int) -> PhasePlan:
    return network(name).plan.phases[number]


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, SIZE, SIZE, 3)).astype(np.float32)


@pytest.mark.parametrize("name", BACKBONES)
@pytest.mark.parametrize("number", [0, 1])
def test_prefix_and_suffix_are_the_whole(name: str, number: int, pixels: np.ndarray) -> None:
    found = network(name)
    prefix = found.prefix(phase(name, number))
    assert prefix is not None
    features = prefix.model.predict_on_batch(pixels)
    assert features.shape[1:] == phase(name, number).feature_shape
    probabilities = found.suffix(phase(name, number)).predict_on_batch(features)
    expected = found.whole().predict_on_batch(pixels)
    assert np.abs(probabilities - expected).max() < 1e-4
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(5), abs=1e-5)
    # The pictures are told apart, so there was something to differ in.
    assert np.ptp(features, axis=0).max() > 1e-3


def test_a_cut_within_the_backbone_gives_maps_and_at_its_end_a_vector() -> None:
    assert phase("vgg16", 0).feature_shape == (512,)
    assert (phase("vgg16", 1).cut_point, phase("vgg16", 1).feature_shape) == ("block3_pool", (4, 4, 256))


@pytest.mark.parametrize("name", BACKBONES)
def test_without_a_cut_the_suffix_is_the_whole(name: str, pixels: np.ndarray) -> None:
    found = network(name)
    assert phase(name, 2).cut_point is None
    assert found.prefix(phase(name, 2)) is None
    from_pixels = found.suffix(phase(name, 2)).predict_on_batch(pixels)
    assert np.abs(from_pixels - found.whole().predict_on_batch(pixels)).max() < 1e-6


@pytest.mark.parametrize("name", BACKBONES)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_freezing_sets_the_flags_that_the_plan_counts(name: str, number: int) -> None:
    found, plan = network(name), phase(name, number)
    found.freeze(plan)
    flags = [layer.trainable for layer in found.backbone.layers]
    assert flags == [False] * plan.frozen_layers + [True] * plan.trained_layers
    for model in (found.whole(), found.suffix(plan)):
        assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == plan.trainable_params


def test_the_counts_are_those_known_of_the_networks() -> None:
    head = 513 * 8 + 9 * 3
    assert [phase("vgg16", n).trainable_params for n in (0, 2)] == [head, 14_714_688 + head]
    assert [phase("mobilenet_v2", n).trainable_params for n in (0, 2)] == [
        1281 * 8 + 9 * 3,
        2_223_872 + 1281 * 8 + 9 * 3,
    ]


def test_the_parts_share_their_layers(pixels: np.ndarray) -> None:
    found = made("mobilenet_v2", "all")
    plan = found.plan.phases[0]
    suffix, before = found.suffix(plan), found.whole().predict_on_batch(pixels)
    for weight in suffix.trainable_weights:
        weight.assign(weight + 0.3 * np.random.default_rng(1).normal(size=weight.shape))
    after = found.whole().predict_on_batch(pixels)
    assert np.abs(after - before).max() > 0.01


def test_the_digest_is_of_what_the_output_depends_on() -> None:
    first = made("mobilenet_v2", "all", 60)
    head, inner = first.plan.phases
    digest = first.prefix(head).digest
    assert first.prefix(head).digest == digest
    assert made("mobilenet_v2", "all").prefix(head).digest == digest
    others = {
        first.prefix(inner).digest,
        made("mobilenet_v2", "all", seed=1).prefix(head).digest,
        made("mobilenet_v2", "all", pooling="max").prefix(head).digest,
    }
    assert len(others | {digest}) == 4
    # Pooling stands after an inner cut: its features are the same for all heads.
    max_pooled = made("mobilenet_v2", 60, pooling="max")
    assert max_pooled.prefix(max_pooled.plan.phases[0]).digest == first.prefix(inner).digest
    # Once layers were trained, what they are is what counts.
    first.freeze(inner)
    weight = first.backbone.get_layer("Conv_1").weights[0]
    weight.assign(weight + 1e-3)
    assert first.prefix(inner).digest in others
    changed = first.prefix(head).digest
    assert changed != digest
    weight.assign(weight + 1e-3)
    assert first.prefix(head).digest not in (digest, changed)


@pytest.mark.parametrize("name", BACKBONES)
def test_the_whole_takes_pixels_from_0_to_255(name: str, pixels: np.ndarray) -> None:
    found = network(name)
    # As the papers have it: from -1 to 1; or blue first, less the means of ImageNet.
    prepared = {
        "mobilenet_v2": pixels / 127.5 - 1.0,
        "vgg16": pixels[..., ::-1] - np.array([103.939, 116.779, 123.68], np.float32),
    }[name]
    maps = found.backbone.predict_on_batch(prepared)
    values = maps.mean(axis=(1, 2))
    for layer in found.head:
        values = np.asarray(layer(values))
    assert np.abs(found.whole().predict_on_batch(pixels) - values).max() < 1e-4


def test_what_is_dropped_by_cut_at_is_not_there() -> None:
    recipe = Recipe.parse({
        "backbone": {"name": "vgg16", "weights": "none", "image_size": SIZE, "cut_at": "block2_pool"},
        "head": {"layers": []},
    })  # fmt: skip
    found = Network(plans.make(recipe, 4), Path())
    assert found.backbone.layers[-1].name == "block2_pool"
    assert found.whole().count_params() == found.plan.total_params == 260_160 + 129 * 4
