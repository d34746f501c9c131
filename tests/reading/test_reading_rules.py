"""Each rule fires on a history made for it, and none on a good one."""

import dataclasses
from typing import Any

import pytest

from tests.reading.histories import (
    BY_HEART,
    CREEPING,
    FALLING,
    FLAT,
    GOOD,
    HELD_BACK,
    JUMPING,
    KEEPS_BEST,
    RISING,
    THAWED,
    epochs,
    finding,
    judged,
    seen,
)
from tlcore import lessons, reading
from tlcore.reading import RULES, Seen


def fired(one: Seen) -> list[str]:
    return [finding.name for finding in reading.findings(one)]


# Of each rule: what it is to be found in, and words of its sentence and its button.
CASES: dict[str, tuple[Seen, str, str | None]] = {
    "leak": (seen(GOOD, across=3), "3 groups of pictures", None),
    "rate_too_high": (
        seen(JUMPING, judged(0.6)),
        "rises in 2 of 5 steps, once from 0.60 to 1.50: the learning rate of 0.001 is too high",
        "a smaller learning rate (0.001 → 0.0001)",
    ),
    "never_said": (
        seen(GOOD, judged(unsaid=2), counts=(100, 90, 20)),
        "'owl' is never said of a validation picture. 'owl' has 20 training pictures, 'cat' 100",
        "class weights that balance rare classes",
    ),
    "rare_class": (
        seen(GOOD, judged(missed=2), counts=(100, 90, 20)),
        "Of 'owl' it finds only 19%. 'owl' has 20 training pictures, 'cat' 100",
        "class weights that balance rare classes",
    ),
    "memorising": (
        seen(RISING, judged(0.71)),
        "Since epoch 4 training accuracy rises (86% → 98%) while validation accuracy falls (76% → 71%)",
        "more dropout (0.2 → 0.5)",
    ),
    "by_heart": (
        seen(BY_HEART, judged(0.7)),
        "100% of the training pictures are right, but only 70% of the validation pictures: it knows",
        "more dropout (0.2 → 0.5)",
    ),
    "rate_too_low": (
        seen(CREEPING, judged(0.4)),
        "barely falls: 1.10 after the first epoch, 1.06 after 5",
        "a larger learning rate (0.001 → 0.01)",
    ),
    "underfitting": (
        seen(HELD_BACK, judged(0.78)),
        "Fewer training pictures are right (60%) than validation pictures (78%): most likely dropout holds",
        "less dropout (0.2 → none)",
    ),
    "still_improving": (
        seen(FALLING, judged(0.81)),
        "still falling at the last epoch (0.57 → 0.50)",
        "more epochs (6 → 11)",
    ),
    "plateau": (
        seen(FLAT, judged(0.8)),
        "stands still over the last epochs, at 80% right. 300 training pictures are enough",
        "fine-tune the last",
    ),
    "few_to_judge": (
        seen(GOOD, judged(0.9, pictures=20)),
        "20 validation pictures can hardly tell how good it is",
        None,
    ),
    "perfect": (seen(GOOD, judged(1.0), across=0), "no near duplicates were found", None),
    "stopped_early": (
        seen(GOOD, judged(0.98), KEEPS_BEST, kept=(5,)),
        "after 8 of 50 epochs and kept epoch 5",
        None,
    ),
}


def test_each_rule_has_its_history() -> None:
    assert list(CASES) == [rule.name for rule in RULES]


@pytest.mark.parametrize("name", CASES)
def test_a_rule_fires_on_its_own_history(name: str) -> None:
    one, words, title = CASES[name]
    found = finding(one, name)
    assert words in found.sentence
    assert found.sentence.endswith(".")
    if title is None:
        assert found.change is None
    else:
        assert found.change is not None
        assert title in found.change.title
        assert found.change.recipe.id != one.recipe.id


@pytest.mark.parametrize("name", CASES)
def test_three_at_most_are_told_and_one_of_a_topic(name: str) -> None:
    names = fired(CASES[name][0])
    assert 1 <= len(names) <= 3
    topics = [next(rule.topic for rule in RULES if rule.name == one) for one in names if one in CASES]
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_fires_on_a_good_history(rule: reading.rules.Rule) -> None:
    assert not rule.holds(seen(GOOD))


def test_of_a_good_run_it_is_said_so() -> None:
    (found,) = reading.findings(seen(GOOD))
    assert found.name == "fine"
    assert "It went well: 98% of the validation pictures are right" in found.sentence
    assert found.change is None
    (found,) = reading.findings(seen(GOOD, judged(0.95)))
    assert found.change is not None
    assert "fine-tune the last" in found.change.title


def test_of_a_bad_run_without_a_cause_it_is_not_said_that_it_went_well() -> None:
    slow = epochs(
        loss=[1.0, 0.8, 0.7, 0.68, 0.67, 0.67],
        val_loss=[1.0, 0.9, 0.85, 0.84, 0.84, 0.84],
        accuracy=[0.4, 0.5, 0.55, 0.56, 0.56, 0.56],
        val_accuracy=[0.4, 0.5, 0.54, 0.54, 0.55, 0.55],
    )
    assert fired(seen(slow, judged(0.55), counts=())) == ["unclear"]
    # A figure that is hardly known says nothing of how it went.
    assert fired(seen(slow, judged(0.55, pictures=20), counts=())) == ["unclear", "few_to_judge"]


def test_what_was_thawed_too_far_is_frozen_again_first() -> None:
    head = [dict(event) for event in GOOD]
    fine = [dict(event) | {"epoch": event["epoch"] + len(head), "phase": 1} for event in RISING]
    found = finding(seen((*head, *fine), judged(0.71), THAWED, trained_layers=20), "memorising")
    assert "Since epoch 12" in found.sentence
    assert found.change is not None
    assert found.change.title.startswith("fewer trained layers (20 → ")


def test_with_early_stopping_a_rise_after_the_best_epoch_is_no_fault() -> None:
    assert "memorising" in fired(seen(RISING, judged(0.76)))
    names = fired(seen(RISING, judged(0.76), KEEPS_BEST, kept=(4,)))
    assert "memorising" not in names
    assert "stopped_early" in names


def test_what_somebody_stopped_is_not_called_too_short() -> None:
    assert "still_improving" not in fired(seen(FALLING, judged(0.81), done=False))


def test_a_loss_out_of_all_proportion_is_the_rate_too() -> None:
    wild = epochs(
        loss=[3900.0, 800.0, 50.0, 5.0, 2.0, 1.6],
        val_loss=[940.0, 27.0, 4.5, 2.5, 3.0, 4.8],
        accuracy=[0.15, 0.29, 0.35, 0.36, 0.31, 0.29],
        val_accuracy=[0.25, 0.23, 0.3, 0.3, 0.25, 0.28],
    )
    found = finding(seen(wild, judged(0.3)), "rate_too_high")
    assert "was 3,900, where guessing would give 1.10: the learning rate of 0.001" in found.sentence
    assert "memorising" not in fired(seen(wild, judged(0.3)))


def test_few_pictures_are_not_enough_to_thaw() -> None:
    assert "plateau" not in fired(seen(FLAT, judged(0.8), counts=(20, 20, 20)))


def test_the_classes_that_speak_for_the_common_one_are_named_as_people_named_them() -> None:
    one = seen(GOOD, judged(unsaid=2), counts=(100, 90, 20))
    named = dataclasses.replace(one, classes=("cat", "dog", "*owl* <b>"))
    assert "'*owl* <b>' is never said" in finding(named, "never_said").sentence


def test_what_is_to_be_read_about_it_is_there() -> None:
    assert {rule.concept for rule in RULES} <= {concept.id for concept in lessons.CONCEPTS}


def test_several_labels_are_read_too() -> None:
    found = reading.findings(seen(GOOD, judged(0.98, several=True)))
    assert [one.name for one in found] == ["fine"]
    assert "98% of the validation pictures" in found[0].sentence


def test_a_short_history_is_enough() -> None:
    one: Any = epochs(loss=[1.0], val_loss=[0.9], accuracy=[0.5], val_accuracy=[0.9])
    assert fired(seen(one, None)) == ["fine"]
