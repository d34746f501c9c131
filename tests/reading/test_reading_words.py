"""What is said of a run is true of it: in the figures, in the causes, and in how much is claimed."""

import pytest

from tests.reading.histories import (
    CREEPING,
    FLAT,
    HELD_BACK,
    KEEPS_BEST,
    RISING,
    THAWED,
    epochs,
    finding,
    judged,
    seen,
)
from tlcore.config import Augmentation, Phase, Recipe
from tlcore.history import Event
from tlcore.reading import Seen


def with_accuracies(training: list[float], validation: list[float]) -> tuple[Event, ...]:
    """FLAT, with other accuracies."""
    return epochs(
        loss=[event["loss"] for event in FLAT],
        val_loss=[event["val_loss"] for event in FLAT],
        accuracy=training,
        val_accuracy=validation,
    )


def test_fewer_right_are_those_that_the_rule_found_fewer() -> None:
    # Over two epochs more training than validation pictures would be right.
    turned = with_accuracies([0.4] * 5 + [0.5, 0.89, 0.88], [0.8] * 5 + [0.9, 0.86, 0.86])
    sentence = finding(seen(turned, judged(0.86)), "underfitting").sentence
    assert "Fewer training pictures are right (76%) than validation pictures (87%)" in sentence
    many = with_accuracies([0.5] * 5 + [0.88] * 3, [0.7] * 5 + [0.98] * 3)
    sentence = finding(seen(many), "underfitting").sentence
    assert "(88%) than validation pictures (98%): most likely" in sentence


@pytest.mark.parametrize(
    ("chosen", "causes"),
    [
        (Augmentation(flip="horizontal", views="fresh"), "augmentation, dropout or both hold it back"),
        (Augmentation(flip="horizontal", views=4), "augmentation, dropout or both hold it back"),
        # The one view of a picture is the picture itself.
        (Augmentation(flip="horizontal", views=1), "most likely dropout holds it back"),
        (Augmentation(views="fresh"), "most likely dropout holds it back"),
    ],
)
def test_what_holds_back_may_be_the_augmentation(chosen: Augmentation, causes: str) -> None:
    recipe = Recipe(phases=(Phase(epochs=len(HELD_BACK)),), augmentation=chosen)
    assert causes in finding(seen(HELD_BACK, judged(0.78), recipe), "underfitting").sentence


def test_all_are_right_only_where_none_is_wrong() -> None:
    assert "Nearly all training pictures and all validation" in finding(*nearly_perfect(0.98)).sentence
    assert "Nearly all training pictures and all validation" in finding(*nearly_perfect(0.9999)).sentence
    assert finding(*nearly_perfect(1.0)).sentence.startswith("All training pictures and all validation")


def nearly_perfect(training: float) -> tuple[Seen, str]:
    return seen(with_accuracies([training] * 8, [1.0] * 8), judged(1.0)), "perfect"


def test_a_loss_that_rose_until_early_stopping_is_not_said_to_stand_still() -> None:
    # Right as often on both sides, so that nothing but the loss speaks.
    rose = tuple(event | {"accuracy": event["val_accuracy"]} for event in RISING)
    sentence = finding(seen(rose, judged(0.76), KEEPS_BEST, kept=(4,)), "plateau").sentence
    assert "the validation loss got no lower after epoch 4, at 76% right" in sentence


def test_by_heart_is_only_what_was_learned() -> None:
    gap = with_accuracies([0.6] * 8, [0.45] * 8)
    learned = with_accuracies([0.98] * 8, [0.8] * 8)
    assert finding(seen(learned, judged(0.8)), "by_heart").sentence.endswith("it knows the first by heart.")
    sentence = finding(seen(gap, judged(0.45)), "by_heart").sentence
    assert "60% of the training pictures are right, but only 45% of the validation pictures" in sentence
    assert sentence.endswith("it does much better on the pictures that it learned from.")
    # The model as it was kept: the figure that the page shows beside it.
    assert "only 75% of the validation" in finding(seen(learned, judged(0.75)), "by_heart").sentence


@pytest.mark.parametrize(("rate", "title"), [(1e-4, "(0.0001 → 0.001)"), (1e-5, "(0.00001 → 0.001)")])
def test_a_head_that_learns_nothing_is_told_so_where_a_thawed_phase_follows(rate: float, title: str) -> None:
    recipe = Recipe(phases=(Phase(epochs=5, learning_rate=rate), THAWED.phases[1]))
    fine = [dict(event) | {"epoch": event["epoch"] + 5, "phase": 1} for event in CREEPING]
    one = seen((*CREEPING, *fine), judged(0.4), recipe, trained_layers=20)
    change = finding(one, "rate_too_low").change
    assert change is not None
    assert change.title == f"a larger learning rate {title}"
