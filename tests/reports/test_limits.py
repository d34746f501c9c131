"""What a model cannot be trusted with, from runs of which it is known."""

from pathlib import Path

import numpy as np
import pytest

from tests import judged_runs, overconfident, several_labels
from tests.pictures import classes, taken
from tlcore import confidence, dataset_health, evaluation, health, limits
from tlcore.datasets import Dataset, Split
from tlcore.evaluation import Evaluation
from tlcore.health import Kind, Report, findings, store
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(workspace: Workspace) -> Dataset:
    return taken(workspace, classes("a", "b", each=16))


def of(workspace: Workspace, run: Run) -> str:
    return "\n".join(limits.of(workspace, run))


def test_few_pictures_and_no_test_are_told(workspace: Workspace, dataset: Dataset) -> None:
    said = of(workspace, judged_runs.judged(workspace, dataset, "Right"))
    assert "It was judged by 8 validation pictures only: its accuracy on others of the kind may be" in said
    assert "from 68% to 100%." in said
    assert "No pictures were set aside for a test." in said
    assert "It always names one of its 2 classes" in said
    assert "finds" not in said
    assert "for 'b'" not in said


def test_weak_and_confused_classes_are_told(workspace: Workspace, dataset: Dataset) -> None:
    items = dataset.of(Split.VAL)
    wrong = [place for place, item in enumerate(items) if item.label == 0][:3]
    said = of(workspace, judged_runs.judged(workspace, dataset, "Wrong", wrong=wrong))
    assert "Of 4 pictures of 'a' it finds 1 (25%; 95% interval 5% to 70%)." in said
    assert "It takes 3 of 4 of 'a' for 'b'." in said
    assert "of 'b' it finds" not in said


def test_a_class_that_nothing_judged_is_told(workspace: Workspace, few: Dataset) -> None:
    run = judged_runs.judged(workspace, few, "Gap")
    items = [item for item in few.of(Split.VAL) if item.label]
    rows = few.targets()[[item in items for item in few.items]]
    kept = Dataset(**{**vars(few), "items": tuple(items)})
    evaluation.save(evaluation.evaluate(kept, {Split.VAL: rows.astype(np.float32)}), run)
    assert f"How well it finds '{few.classes[0]}' is not known" in of(workspace, run)


def test_the_test_decides_where_there_is_one(workspace: Workspace, few: Dataset) -> None:
    said = of(workspace, judged_runs.judged(workspace, few, "Tested"))
    assert f"It was judged by {len(few.of(Split.TEST))} test pictures only" in said
    assert "No pictures were set aside" not in said


def test_percentages_that_are_off_are_told_until_that_is_mended(workspace: Workspace, few: Dataset) -> None:
    run = overconfident.finished(workspace, few, {Split.VAL: 300})
    assert "Its percentages are not to be taken at their word: they are off by" in of(workspace, run)
    confidence.use(run, 0.6)
    said = of(workspace, run)
    assert "percentages are not" not in said
    point = confidence.study(run).coverages[Split.VAL].at(0.6)
    assert f"of 300 validation pictures it answers {point.answered}, {point.right} of them rightly." in said
    assert "always names" not in said


def test_a_choice_that_counts_no_more_is_told(workspace: Workspace, few: Dataset) -> None:
    run = overconfident.finished(workspace, few, {Split.VAL: 60})
    confidence.use(run, 0.6)
    evaluation.save(Evaluation({}), run)
    said = of(workspace, run)
    assert "How sure it has to be was chosen before it was trained on, and counts no more." in said
    assert "How often it is right was not measured" in said


def test_several_labels_and_a_stop_are_told(workspace: Workspace) -> None:
    run = several_labels.judged(workspace, several_labels.taken(workspace))
    run.record("stopped", seconds={})
    said = of(workspace, run)
    assert "It says yes to a class from a probability of 50% on" in said
    assert "its exact match on others of the kind" in said
    assert "Its training was stopped before it was done." in said


def test_a_run_from_a_file_is_told(workspace: Workspace, dataset: Dataset) -> None:
    run = judged_runs.judged(workspace, dataset, "Brought")
    run.imported_file.write_bytes(b"{}")
    assert "It was brought in from a file" in of(workspace, run)


def test_health_is_told_as_far_as_it_is_known(workspace: Workspace, dataset: Dataset) -> None:
    said = dataset_health.sentences(workspace, dataset.id)
    assert said[0] == "Its pictures were not checked for duplicates, blurred ones and the like."
    assert said[1].startswith("Every class has fewer than 20 pictures")
    assert len(said) == 2
    train = next(place for place, item in enumerate(dataset.items) if item.split is Split.TRAIN)
    val = next(place for place, item in enumerate(dataset.items) if item.split is Split.VAL)
    found = (
        findings.finding(dataset, Kind.NEAR, "Twice.", [train, val]),
        findings.finding(dataset, Kind.BLURRED, "Blurred.", [train]),
        findings.finding(dataset, Kind.BLURRED, "Blurred, but right.", [val]),
        findings.finding(dataset, Kind.GIVEAWAY, "All of 'a' have a border.", classes=[0]),
    )
    store.save(workspace, Report(dataset.id, len(dataset.items), found, False, 1.0))
    health.keep(workspace, [found[2]])
    assert dataset_health.sentences(workspace, dataset.id) == [
        "1 group of pictures that are the same, or nearly, lie on both sides of the split: the figures are "
        "too good.",
        "All of 'a' have a border.",
        "Among its pictures some are nearly the same one again (1), blurred (1).",
    ]


def test_pictures_that_are_gone_are_told(workspace: Workspace, tmp_path: Path) -> None:
    assert dataset_health.sentences(workspace, "0123456789abcdef") == [
        "Its pictures were deleted since: nothing can be said of them any more."
    ]
