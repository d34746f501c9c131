"""Runs that are kept open for the next request."""

import os
import shutil

import pytest

from tlcore.api import models
from tlcore.api.models import Models
from tlcore.errors import NotFound
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace


def test_a_run_is_opened_once(shared_workspace: Workspace, trained: Run) -> None:
    kept = Models(shared_workspace)
    assert kept.find(trained.id)[1] is kept.find(trained.id)[1]


def test_the_latest_is_the_newest_with_a_model(
    workspace: Workspace, shared_workspace: Workspace, trained: Run
) -> None:
    with pytest.raises(NotFound, match="There is no run 'latest'"):
        Models(workspace).find("latest")
    for name in (f"runs/{trained.id}", "graphs"):
        shutil.copytree(shared_workspace.home / name, workspace.home / name)
    assert Models(workspace).find("latest")[0].id == trained.id


def test_a_run_that_was_changed_is_opened_anew(shared_workspace: Workspace, trained: Run) -> None:
    kept = Models(shared_workspace, trained.id)
    before = kept.find("")[1]
    # A name or a note is no reason.
    for changed, is_kept in ((trained.folder, True), (trained.folder / "graph.json", False)):
        found = changed.stat()
        os.utime(changed, ns=(found.st_atime_ns, found.st_mtime_ns + 1_000_000_000))
        assert (kept.find("")[1] is before) is is_kept


def test_only_the_last_few_stay_open(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def load(workspace: Workspace, id: str) -> Run:
        return models.runs.Run(**(vars(trained) | {"id": id}))

    class Counting(Predictor):
        def __init__(self, workspace: Workspace, run: Run, *, behind_others: bool) -> None:
            opened.append(run.id)

    monkeypatch.setattr(models.runs, "load", load)
    monkeypatch.setattr(models, "Predictor", Counting)
    kept = Models(shared_workspace)
    ids = [f"run-{number}" for number in range(models.KEPT + 1)]
    for id in [*ids, ids[-1], ids[1], ids[0]]:
        kept.find(id)
    assert opened == [*ids, ids[0]]


def test_a_run_that_is_gone_is_told(shared_workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="There is no run"):
        Models(shared_workspace).find("00000000-00000000")
