"""What is read from a run on the disk."""

import dataclasses

import pytest

from tests.judged_runs import judged
from tlcore import reading, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotFound
from tlcore.health import Kind, findings, store
from tlcore.runs import Run
from tlcore.workspace import Workspace


def test_what_is_looked_at_is_what_lies_in_the_run(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    seen = reading.look(shared_workspace, trained)
    assert seen is not None
    assert [event["epoch"] for event in seen.epochs] == [1, 2, 3, 4, 5, 6]
    assert (seen.recipe, seen.classes, seen.done) == (trained.recipe, few.classes, True)
    assert (seen.trained_layers, len(seen.layers)) == (0, 141)
    assert seen.counts == (8, 8, 8)
    assert seen.result is not None
    assert len(seen.result.pictures) == len(few.of(Split.VAL))
    assert 1 <= len(reading.of(shared_workspace, trained)) <= 3


def test_of_a_run_without_a_model_nothing_is_said(shared_workspace: Workspace, few: Dataset) -> None:
    assert reading.of(shared_workspace, runs.create(shared_workspace, Recipe(), few)) == ()


def test_a_run_outlives_its_pictures_and_its_network(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(workspace: Workspace, id: str) -> Dataset:
        raise NotFound("There is no dataset of that id here.")

    monkeypatch.setattr("tlcore.datasets.load", gone)
    own = trained.recipe.changed("backbone.name", "own:0123456789abcdef")
    seen = reading.look(shared_workspace, dataclasses.replace(trained, recipe=own))
    assert seen is not None
    assert (seen.counts, seen.layers, seen.across) == ((), (), None)
    assert reading.findings(seen)


def test_pictures_alike_on_both_sides_are_counted(home: Workspace, few: Dataset) -> None:
    run = judged(home, few, "Mine")
    copied = dataclasses.replace(few, folder=home.datasets / few.id)
    sides = [next(i for i, item in enumerate(few.items) if item.split is side) for side in Split]
    found = (
        findings.finding(copied, Kind.NEAR, "Alike.", sides[:2]),
        findings.finding(copied, Kind.BLURRED, "Blurred.", sides[:1]),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tlcore.datasets.load", lambda workspace, id: copied)
        assert reading.look(home, run).across is None  # type: ignore[union-attr]
        store.save(home, findings.Report(few.id, len(few.items), found, False, 1.0))
        assert reading.look(home, run).across == 1  # type: ignore[union-attr]
        assert reading.of(home, run)[0].name == "leak"


def test_what_somebody_stopped_is_told_from_what_is_done(home: Workspace, few: Dataset) -> None:
    run = judged(home, few, "Mine")
    assert reading.look(home, run).done  # type: ignore[union-attr]
    run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})
    assert not reading.look(home, run).done  # type: ignore[union-attr]
