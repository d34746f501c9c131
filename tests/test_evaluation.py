import numpy as np
import pytest

from tlcore import evaluation, runs
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


def test_a_damaged_evaluation_is_a_sentence(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Mine")
    for content in ('{"val": {}}', "[]", '{"val": 3}', "{"):
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
