"""How sure a run has to be: studied on held-out pictures, chosen, and taken back."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import overconfident, several_labels
from tlcore import confidence, evaluation
from tlcore.confidence import NONE, Choice
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotFound, RunError, WorkspaceError
from tlcore.runs import Run
from tlcore.workspace import Workspace, read_json, write_json


@pytest.fixture
def run(workspace: Workspace, few: Dataset) -> Run:
    return overconfident.finished(workspace, few)


def test_the_temperature_makes_it_as_sure_as_it_is_right(run: Run) -> None:
    found = confidence.study(run)
    assert found.fit.temperature == pytest.approx(overconfident.TEMPERATURE, rel=0.15)
    for split, pictures in overconfident.PICTURES.items():
        effect = found.effects[split]
        assert effect.pictures == pictures
        assert effect.loss_after < effect.loss_before
        assert effect.error_after < effect.error_before
        # What was there before is what the evaluation says.
        figures = evaluation.load(run).splits[split].figures
        assert effect.loss_before == pytest.approx(figures.log_loss)
        assert effect.error_before == pytest.approx(figures.calibration.error)


def test_the_dial_counts_what_is_answered_at_the_temperature(run: Run) -> None:
    found, judged = confidence.study(run), evaluation.load(run).splits[Split.VAL]
    rows = np.array([picture.probabilities for picture in judged.pictures])
    sure = Choice(found.fit.temperature).applied(run, rows).max(axis=1)
    point = found.coverages[Split.VAL].at(0.7)
    assert 0 < point.answered == (sure >= 0.7).sum() < len(rows)
    right = [judged.is_right(picture) for picture in judged.pictures]
    assert point.right == (np.array(right) & (sure >= 0.7)).sum()
    # It knows when it does not know.
    everything = found.coverages[Split.VAL].at(0)
    assert (everything.answered, everything.share) == (300, 1)
    assert point.accuracy > everything.accuracy


def test_what_is_chosen_counts_until_it_is_taken_back(run: Run) -> None:
    before = run.evaluation_file.read_bytes(), run.history_file.read_bytes()
    assert (confidence.chosen(run), confidence.is_outdated(run)) == (NONE, False)
    choice = confidence.use(run, 0.8)
    assert choice == Choice(confidence.study(run).fit.temperature, 0.8) == confidence.chosen(run)
    assert confidence.use(run, 0.0).threshold == 0.0
    assert confidence.chosen(run) == Choice(choice.temperature, 0.0) != NONE
    # What was judged, and what happened, is not rewritten.
    assert (run.evaluation_file.read_bytes(), run.history_file.read_bytes()) == before
    for _ in range(2):
        confidence.drop(run)
        assert confidence.chosen(run) == NONE
    assert not (run.folder / confidence.FILE).exists()


def test_a_choice_is_of_a_certain_evaluation(run: Run) -> None:
    confidence.use(run, 0.8)
    judged = read_json(run.evaluation_file)
    # The same content, written anew as when it is moved.
    write_json(run.evaluation_file, judged)
    assert confidence.chosen(run) != NONE
    # As after a training that went on.
    judged["val"]["pictures"][0]["probabilities"] = [0.2, 0.3, 0.5]
    write_json(run.evaluation_file, judged)
    assert (confidence.chosen(run), confidence.is_outdated(run)) == (NONE, True)
    confidence.use(run, 0.7)
    assert (confidence.chosen(run).threshold, confidence.is_outdated(run)) == (0.7, False)


@pytest.mark.parametrize("threshold", [-0.1, 1.0, 80, float("nan")])
def test_what_is_no_threshold(run: Run, threshold: float) -> None:
    with pytest.raises(RunError, match=r"^A threshold is a share from 0 to 0\.99, such as 0\.8; "):
        confidence.use(run, threshold)
    assert not (run.folder / confidence.FILE).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"temperature": 1.5}',
        b'{"temperature": 0, "threshold": 0.5, "evaluation": ""}',
        b'{"temperature": 1, "threshold": 2, "evaluation": ""}',
    ],
)
def test_a_damaged_choice_is_told_and_can_be_made_anew(run: Run, content: bytes) -> None:
    (run.folder / confidence.FILE).write_bytes(content)
    for ask in (confidence.chosen, confidence.is_outdated):
        with pytest.raises(
            WorkspaceError, match=r"confidence\.json is damaged\. Choose again, or take it back"
        ):
            ask(run)
    confidence.use(run, 0.6)
    assert confidence.chosen(run).threshold == 0.6


def test_of_few_pictures_only_the_threshold_is_chosen(workspace: Workspace, few: Dataset) -> None:
    run = overconfident.finished(workspace, few, {Split.VAL: 20})
    found = confidence.study(run)
    assert (found.fit.temperature, found.effects) == (1, {})
    assert "there are 20" in found.fit.not_fitted
    assert confidence.use(run, 0.9) == Choice(1.0, 0.9) == confidence.chosen(run)
    # Neither a temperature nor a threshold is no choice.
    assert confidence.use(run, 0.0) == NONE
    assert not (run.folder / confidence.FILE).exists()


def test_without_validation_pictures_there_is_nothing_to_choose_by(
    workspace: Workspace, few: Dataset
) -> None:
    run = overconfident.finished(workspace, few, {Split.TEST: 40})
    with pytest.raises(RunError, match=r"^Sure was judged by no validation pictures"):
        confidence.study(run)
    with pytest.raises(RunError, match=r"^Sure was judged by no validation pictures"):
        confidence.use(run, 0.5)


def test_of_several_labels_every_answer_has_to_be_sure(workspace: Workspace) -> None:
    run = several_labels.judged(workspace, several_labels.taken(workspace))
    rows = np.array([[0.9, 0.6, 0.1], [0.9, 0.05, 0.95]])
    assert Choice(1.0, 0.8).unsure(run, rows).tolist() == [True, False]
    coverage = confidence.study(run).coverages[Split.VAL]
    # All but the first picture are right, with 0.8 and 0; of the first nothing was said, with 0.1.
    assert (coverage.at(0.8).answered, coverage.at(0.8).right) == (
        len(coverage.right),
        len(coverage.right) - 1,
    )


def test_a_run_that_was_deleted_is_told(run: Run, tmp_path: Path) -> None:
    confidence.study(run)
    shutil.move(run.folder, tmp_path / "gone")
    with pytest.raises(NotFound):
        confidence.use(run, 0.8)
    assert not run.folder.exists()
