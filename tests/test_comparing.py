"""Runs compared on the pictures that all of them were judged by."""

from pathlib import Path

import pytest

from tests import several_labels
from tests.judged_runs import judged
from tlcore import comparing, comparison_words, datasets, intake, versions
from tlcore.comparing import Comparison
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError
from tlcore.paired import Paired
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def pictures(workspace: Workspace, few_pictures: Path) -> Dataset:
    """Nine for validation, three for the test."""
    return intake.take(workspace, few_pictures, name="few", val_fraction=0.25, test_fraction=0.1)


def verdict(found: Comparison, first: int = 0, second: int = 1) -> str:
    return comparison_words.verdict(found, (first, second), "ABC", "ABC")


def test_two_runs_that_differ_measurably(workspace: Workspace, pictures: Dataset) -> None:
    good, bad = judged(workspace, pictures, "good", {8}), judged(workspace, pictures, "bad", range(8))
    found = comparing.compare([bad, good], Split.VAL)
    assert [(share.right, share.pictures) for share in found.shares] == [(1, 9), (8, 9)]
    difference = found.pairs[0, 1]
    assert difference.counts == Paired(both=0, only_first=1, only_second=8, neither=0)
    assert difference.adjusted == pytest.approx(20 / 512)
    assert verdict(found) == (
        "B is measurably better than A on these 9 pictures: A alone gets 1 right, B alone 8 (McNemar's test, "
        "p = 0.039)."
    )
    assert found.same_pictures
    assert comparison_words.notes(found) == []


def test_a_difference_that_may_be_chance(workspace: Workspace, pictures: Dataset) -> None:
    runs = [judged(workspace, pictures, "x", {0, 1}), judged(workspace, pictures, "y", {1, 2, 3})]
    assert verdict(comparing.compare(runs, Split.VAL)) == (
        "A and B do not differ measurably on these 9 pictures: A alone gets 2 right, B alone 1 (McNemar's "
        "test, p = 1.00). With fewer than 6 pictures on which they differ nothing could be proved; more "
        "held-out pictures would tell more."
    )
    same = comparing.compare([runs[0], judged(workspace, pictures, "z", {0, 1})], Split.VAL)
    assert "get the very same pictures right" in verdict(same)
    assert same.pairs[0, 1].adjusted == 1.0


def test_several_pairs_are_corrected(workspace: Workspace, pictures: Dataset) -> None:
    runs = [
        judged(workspace, pictures, name, wrong) for name, wrong in (("x", ()), ("y", range(7)), ("z", {0}))
    ]
    found = comparing.compare(runs, Split.VAL)
    assert found.pairs[0, 1].counts.p_value == pytest.approx(2 / 128)
    assert found.pairs[0, 1].adjusted == pytest.approx(6 / 128)
    # Of the smallest three times as much; the next twice.
    assert found.pairs[1, 2].adjusted == pytest.approx(4 / 64)
    assert [found.pairs[pair].is_measurable for pair in ((0, 1), (0, 2), (1, 2))] == [True, False, False]


def test_the_pictures_that_tell_them_apart(workspace: Workspace, pictures: Dataset) -> None:
    runs = [judged(workspace, pictures, "x", {0, 1}), judged(workspace, pictures, "y", {1, 2})]
    items = pictures.of(Split.VAL)
    found = comparing.compare(runs, Split.VAL)
    assert [one.file for one in found.only(0, 1)] == [items[2].file]
    assert [one.file for one in found.only(1, 0)] == [items[0].file]


def test_the_test_pictures_and_all_of_them(workspace: Workspace, pictures: Dataset) -> None:
    runs = [judged(workspace, pictures, "x", {9}), judged(workspace, pictures, "y")]
    assert comparing.sides(runs) == [Split.VAL, Split.TEST]
    counted = {side: comparing.compare(runs, side).shares[0] for side in (Split.VAL, Split.TEST, None)}
    assert {side: (one.right, one.pictures) for side, one in counted.items()} == {
        Split.VAL: (9, 9),
        Split.TEST: (2, 3),
        None: (11, 12),
    }


def test_runs_on_another_split_share_what_none_was_trained_on(
    workspace: Workspace, pictures: Dataset
) -> None:
    other = datasets.resplit(workspace, pictures, val_fraction=0.5, test_fraction=0.0, seed=5)
    runs = [judged(workspace, pictures, "x"), judged(workspace, other, "y")]
    assert comparing.sides(runs) == []
    found = comparing.compare(runs, None)
    held_out = [{i.file for i in one.items if i.split is not Split.TRAIN} for one in (pictures, other)]
    assert {one.file for one in found.pictures} == held_out[0] & held_out[1]
    assert 0 < len(found.pictures) < 12
    assert [own.pictures for own in found.own] == [12, 18]
    assert "judged by different pictures (12, 18)" in comparison_words.notes(found)[0]


def test_what_is_labelled_otherwise_is_left_out(workspace: Workspace, pictures: Dataset) -> None:
    moved = pictures.of(Split.VAL)[0]
    other = versions.move(workspace, pictures, [moved], "vehicle")
    found = comparing.compare([judged(workspace, pictures, "x"), judged(workspace, other, "y")], None)
    assert (len(found.pictures), found.relabelled) == (11, 1)
    assert moved.file not in {one.file for one in found.pictures}
    assert "not the same in all datasets: 1." in " ".join(comparison_words.notes(found))


def test_other_classes_are_said(workspace: Workspace, pictures: Dataset) -> None:
    fewer = versions.remove_class(workspace, pictures, "bird")
    found = comparing.compare([judged(workspace, pictures, "x"), judged(workspace, fewer, "y")], None)
    assert not found.same_classes
    assert len(found.pictures) == 8
    assert "the harder task" in comparison_words.notes(found)[-1]


def test_without_common_pictures_there_is_no_test(workspace: Workspace, pictures: Dataset) -> None:
    renamed = pictures
    for name in pictures.classes:
        renamed = versions.rename_class(workspace, renamed, name, f"{name}s")
    found = comparing.compare([judged(workspace, pictures, "x"), judged(workspace, renamed, "y")], None)
    assert (found.pictures, found.shares, found.pairs, found.relabelled) == ((), (), {}, 12)


def test_of_several_labels_all_have_to_be_right(workspace: Workspace) -> None:
    dataset = several_labels.taken(workspace)
    # Of the first picture nothing is said; of the second one label of two, the other run says both.
    runs = [several_labels.judged(workspace, dataset, missed) for missed in ((0,), (1, 0))]
    found = comparing.compare(runs, Split.VAL)
    assert [(share.right, share.pictures) for share in found.shares] == [(3, 4), (3, 4)]
    items = dataset.of(Split.VAL)
    assert [one.file for one in found.only(0, 1)] == [items[1].file]
    assert [one.file for one in found.only(1, 0)] == [items[0].file]


def test_what_cannot_be_compared(workspace: Workspace, pictures: Dataset) -> None:
    run = judged(workspace, pictures, "x")
    for chosen, sentence in (
        ([run], "2 to 6 runs can be compared at once. Received: 1."),
        ([run, run], "A run is named twice."),
        ([judged(workspace, pictures, "y") for _ in range(7)], "Received: 7."),
    ):
        with pytest.raises(RunError, match=sentence):
            comparing.compare(chosen, Split.VAL)
    other = judged(workspace, pictures, "untrained")
    other.model_file.unlink()
    with pytest.raises(RunError, match="untrained has no model yet"):
        comparing.compare([run, other], Split.VAL)
    found, refused = comparing.chosen_of(workspace, [run.id, other.id, run.id, "../x", "0" * 8])
    assert found == [run]
    assert [sentence[:12] for sentence in refused] == ["untrained ha", "There is no ", "There is no "]


def test_the_newest_two_of_one_dataset(workspace: Workspace, pictures: Dataset) -> None:
    other = datasets.resplit(workspace, pictures, val_fraction=0.5, test_fraction=0.0, seed=5)
    runs: list[Run] = [judged(workspace, pictures, f"{i}") for i in range(3)]
    lone = judged(workspace, other, "lone")
    newest_first = [lone, *reversed(runs)]
    assert comparing.newest_pair(newest_first, None) == [runs[2], runs[1]]
    assert comparing.newest_pair(newest_first, other.id) == [runs[2], runs[1]]
    assert comparing.newest_pair([lone], None) == []
    second = judged(workspace, other, "second")
    assert comparing.newest_pair([second, *newest_first], pictures.id) == [runs[2], runs[1]]
    assert comparing.newest_pair([second, *newest_first], None) == [second, lone]


def test_p_values_in_words() -> None:
    assert [comparison_words.p_words(p) for p in (0.00012, 0.0123, 0.0999, 0.5, 1.0)] == [
        "p < 0.001",
        "p = 0.012",
        "p = 0.100",
        "p = 0.50",
        "p = 1.00",
    ]
