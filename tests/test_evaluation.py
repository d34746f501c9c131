import json
import math
from dataclasses import replace

import numpy as np
import pytest

from tlcore import evaluation, runs, summary
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace


def test_figures_of_known_answers(few: Dataset) -> None:
    items = few.of(Split.VAL)
    probabilities = np.full((len(items), 3), 0.1, np.float32)
    for row, item in zip(probabilities, items, strict=True):
        # Every vehicle is taken for a fruit, with confidence.
        row[1 if item.label == 2 else item.label] = 0.8
    result = evaluation.evaluate(few, {Split.VAL: probabilities}).splits[Split.VAL]
    assert [item.label for item in items] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert result.accuracy == pytest.approx(6 / 9)
    assert result.confusion == ((3, 0, 0), (0, 3, 0), (0, 3, 0))
    bird, fruit, vehicle = result.classes
    assert (bird.precision, bird.recall, bird.f1, bird.support) == (1.0, 1.0, 1.0, 3)
    assert (fruit.precision, fruit.recall, fruit.f1) == (0.5, 1.0, pytest.approx(2 / 3))
    assert (vehicle.precision, vehicle.recall, vehicle.f1) == (0.0, 0.0, 0.0)
    assert [(wrong.label, wrong.predicted) for wrong in result.mistakes] == [(2, 1)] * 3


def test_mistakes_come_with_the_surest_first(few: Dataset) -> None:
    items = few.of(Split.TEST)
    probabilities = np.zeros((len(items), 3), np.float32)
    for i, (row, item) in enumerate(zip(probabilities, items, strict=True)):
        wrong = (item.label + 1) % 3
        row[wrong] = 0.6 + 0.1 * i
        row[item.label] = 1 - row[wrong]
    mistakes = evaluation.evaluate(few, {Split.TEST: probabilities}).splits[Split.TEST].mistakes
    confidences = [wrong.confidence for wrong in mistakes]
    assert len(mistakes) == len(items)
    assert confidences == sorted(confidences, reverse=True)


def test_right_ones_come_with_the_most_doubt_first(few: Dataset) -> None:
    items = few.of(Split.VAL)
    probabilities = np.zeros((len(items), 3), np.float32)
    for i, (row, item) in enumerate(zip(probabilities, items, strict=True)):
        # The first picture is taken for something else.
        row[(item.label + 1) % 3 if i == 0 else item.label] = 0.95 - 0.05 * i
    result = evaluation.evaluate(few, {Split.VAL: probabilities}).splits[Split.VAL]
    assert [one.file for one in result.least_certain] == [item.file for item in reversed(items[1:])]


def test_a_cell_has_its_pictures_the_surest_first(few: Dataset) -> None:
    items = few.of(Split.VAL)
    probabilities = np.full((len(items), 3), 0.1, np.float32)
    for i, row in enumerate(probabilities):
        # All but the first bird are taken for a fruit.
        row[1 if i else 0] = 0.6 + 0.01 * i
    result = evaluation.evaluate(few, {Split.VAL: probabilities}).splits[Split.VAL]
    assert [one.file for one in result.cell(2, 1)] == [item.file for item in reversed(items[6:])]
    assert [one.file for one in result.cell(0, 0)] == [items[0].file]
    assert result.cell(0, 2) == []
    assert (len(result.cell(None, 1)), len(result.cell(0, None)), len(result.cell(None, None))) == (8, 3, 9)
    assert result.confused == [(2, 1, 3), (0, 1, 2)]


def several(few: Dataset) -> Dataset:
    """Every bird is a vehicle too."""
    return replace(few, items=tuple(replace(i, more=() if i.label else (2,)) for i in few.items))


def judged(dataset: Dataset) -> evaluation.SplitEvaluation:
    """Three birds, fruits and vehicles: a bird lacks its vehicle, a fruit is called all three."""
    probabilities = np.where(dataset.targets()[[i.split == "val" for i in dataset.items]] > 0, 0.9, 0.2)
    probabilities[0, 2], probabilities[3] = 0.3, (0.5, 0.9, 0.97)
    return evaluation.evaluate(dataset, {Split.VAL: probabilities.astype(np.float32)}).splits[Split.VAL]


def test_several_labels_have_a_yes_or_no_each(few: Dataset) -> None:
    result = judged(several(few))
    assert result.several_labels
    assert result.accuracy == pytest.approx(24 / 27)
    assert result.exact_match == pytest.approx(7 / 9)
    assert result.confusion == ()
    bird, fruit, vehicle = result.classes
    assert (bird.precision, bird.recall, bird.support) == (0.75, 1.0, 3)
    assert (fruit.precision, fruit.recall, fruit.f1, fruit.support) == (1.0, 1.0, 1.0, 3)
    assert (vehicle.precision, vehicle.recall) == (pytest.approx(5 / 6), pytest.approx(5 / 6))
    assert vehicle.support == 6
    assert result.yes_and_no(2) == ((5, 1), (1, 2))
    # The farthest from the truth first: 0.97 of a vehicle that is none, then 0.3 of one that is.
    assert [(wrong.labels, wrong.predicted_labels) for wrong in result.mistakes] == [
        ((1,), (0, 1, 2)),
        ((0, 2), (0,)),
    ]
    assert [wrong.farthest for wrong in result.mistakes] == [0.97, pytest.approx(0.7)]


def test_a_yes_or_no_of_each_class_has_the_log_loss_of_answers(few: Dataset) -> None:
    half = np.full((9, 3), 0.5, np.float32)
    for independent, guess in ((True, "0.69"), (False, "1.0")):
        result = evaluation.evaluate(few, {Split.VAL: half}, independent=independent).splits[Split.VAL]
        (loss,) = (one for one in summary.more(result) if one.title == "Log loss")
        assert loss.value.startswith(guess)
        assert f"{math.log(2 if independent else 3):.2f}" in loss.sentence


def test_a_class_without_pictures_has_no_recall(few: Dataset) -> None:
    birds = np.eye(3, dtype=np.float32)[[0] * 9]
    result = evaluation.evaluate(few, {Split.VAL: birds}).splits[Split.VAL]
    none = replace(result.classes[2], support=0, recall=0.0)
    assert summary.of_class(none, result.figures.curves[2])[1] is None
    assert summary.of_class(result.classes[0], result.figures.curves[0])[1] == 1.0


def test_the_accuracy_is_the_one_of_keras(few: Dataset) -> None:
    from keras.metrics import binary_accuracy

    dataset = several(few)
    rows = [item.split == Split.VAL for item in dataset.items]
    probabilities = np.random.default_rng(0).random((9, 3), np.float32)
    result = evaluation.evaluate(dataset, {Split.VAL: probabilities}).splits[Split.VAL]
    keras_says = np.array(binary_accuracy(dataset.targets()[rows], probabilities)).mean()
    assert result.accuracy == pytest.approx(keras_says)


def test_several_labels_are_saved_and_what_is_older_is_read(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Mine")
    told = evaluation.Evaluation({Split.VAL: judged(several(few))})
    evaluation.save(told, run)
    assert evaluation.load(run) == told
    old = json.loads(run.evaluation_file.read_text())
    del old["val"]["exact_match"], old["val"]["figures"]
    for picture in old["val"]["pictures"]:
        del picture["more"]
    run.evaluation_file.write_text(json.dumps(old))
    result = evaluation.load(run).splits[Split.VAL]
    assert (result.several_labels, result.pictures[0].labels) == (False, (0,))


def test_figures_that_are_not_there_yet_are_those_that_would_be(
    workspace: Workspace, trained: Run, few: Dataset
) -> None:
    expected = evaluation.load(trained)
    older = json.loads(trained.evaluation_file.read_text())
    for result in older.values():
        del result["figures"]
    run = runs.create(workspace, trained.recipe, few, name="Older")
    run.evaluation_file.write_text(json.dumps(older))
    assert evaluation.load(run) == expected


def test_what_was_read_is_not_told_again_when_the_file_is_another(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Mine")
    evaluation.save(evaluation.Evaluation({Split.VAL: judged(several(few))}), run)
    assert evaluation.load(run) is evaluation.load(run)
    evaluation.save(evaluation.Evaluation({}), run)
    assert evaluation.load(run).splits == {}


def test_a_damaged_evaluation_is_a_sentence(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Mine")
    empty = '{"val": {"accuracy": 1, "confusion": [], "classes": [], "pictures": []}}'
    for content in ('{"val": {}}', "[]", '{"val": 3}', "{", empty):
        run.evaluation_file.write_text(content)
        with pytest.raises(WorkspaceError, match="damaged"):
            evaluation.load(run)


def test_what_is_saved_is_what_is_loaded(trained: Run, few: Dataset) -> None:
    loaded = evaluation.load(trained)
    assert set(loaded.splits) == {Split.VAL, Split.TEST}
    assert len(loaded.splits[Split.VAL].pictures) == len(few.of(Split.VAL))
    right = sum(p.predicted == p.label for p in loaded.splits[Split.VAL].pictures)
    assert loaded.accuracy(Split.VAL) == pytest.approx(right / len(few.of(Split.VAL)))
    assert loaded.accuracy(Split.TRAIN) is None
