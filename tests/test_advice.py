from typing import Any

import pytest

from tlcore import advice, plans, presets
from tlcore.config import Recipe


def said(pictures: int | None = None, **recipe: Any) -> list[str]:
    return advice.warnings(plans.make(Recipe.parse(recipe), 10), pictures)


def test_the_usual_way_has_no_warning() -> None:
    assert said() == []
    assert said(phases=[{}, {"freeze": 100, "learning_rate": 1e-5}], pictures=50) == []


@pytest.mark.parametrize("preset", presets.PHASES.values(), ids=presets.PHASES)
def test_ready_made_phases_are_never_warned_of(preset: Any) -> None:
    assert said(phases=[phase.model_dump() for phase in preset[1]]) == []


@pytest.mark.parametrize(
    ("optimizer", "rate"), [("adam", 1e-4), ("adamw", 1e-4), ("rmsprop", 1e-4), ("sgd", 1e-2), ("lion", 3e-5)]
)
def test_a_high_rate_on_unfrozen_layers(optimizer: str, rate: float) -> None:
    def phases(rate: float) -> list[dict[str, Any]]:
        return [{}, {"freeze": -20, "optimizer": optimizer, "learning_rate": rate}]

    assert said(phases=phases(rate)) == []
    (sentence,) = said(phases=phases(2 * rate))
    assert sentence == (
        f"Phase 2 trains 20 layers of the network at a learning rate of {2 * rate:g}: steps that large "
        f"overwrite what it has learned. Use {rate:g} or less for {optimizer}."
    )


def test_unfrozen_layers_without_weights_are_not_warned_of() -> None:
    # The last layer of Lite0 is an activation: there is nothing to train.
    assert said(phases=[{}, {"freeze": -1, "learning_rate": 0.1}]) == []


def test_a_random_head_on_unfrozen_layers() -> None:
    (sentence,) = said(phases=[{"freeze": 100, "learning_rate": 1e-5}])
    assert "while the head is still random" in sentence
    assert "Train the head alone first" in sentence


def test_statistics_of_small_batches() -> None:
    phases = [{}, {"freeze": 100, "learning_rate": 1e-5, "batch_normalization": "trained"}]
    assert said(phases=phases, batch_size=16) == []
    (sentence,) = said(phases=phases, batch_size=8)
    assert sentence.startswith("Phase 2 lets BatchNormalization follow batches of 8 pictures")
    # VGG16 has none.
    vgg = [{}, {"freeze": -4, "learning_rate": 1e-5, "batch_normalization": "trained"}]
    assert said(phases=vgg, batch_size=8, backbone={"name": "vgg16"}) == []


def test_flatten_with_a_huge_head() -> None:
    assert said(head={"pooling": "flatten", "layers": []}) == []
    (sentence,) = said(head={"pooling": "flatten", "layers": [{"dense": 256}]})
    assert sentence == (
        "Flatten hands 62,720 numbers to the head and makes it 16.1 million parameters, which learn "
        "the pictures by heart. Average pooling hands it 1,280."
    )


def test_frozen_random_weights_and_few_pictures() -> None:
    scratch = {"backbone": {"weights": "none"}}
    (frozen,) = said(**scratch)
    assert "some of them stay frozen" in frozen
    (few,) = said(pictures=171, **scratch, phases=[{"freeze": "none"}])
    assert few.startswith("From scratch a network needs thousands of pictures; there are 171 to train on.")
    assert said(pictures=5000, **scratch, phases=[{"freeze": "none"}]) == []
