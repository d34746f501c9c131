"""Pace, trained share and reuse, read from made-up histories."""

from typing import Any

import pytest

from tlcore import runs, vitals
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

PHASE = {"event": "phase", "phase": 0, "trainable_params": 200, "total_params": 1000, "pictures": 24}


@pytest.fixture
def run(workspace: Workspace, few: Dataset) -> Run:
    return runs.create(workspace, Recipe(), few)


def epoch(number: int, seconds: float, phase: int = 0) -> dict[str, Any]:
    return {"event": "epoch", "epoch": number, "phase": phase, "seconds": seconds}


def features(number: int = 0, **values: Any) -> dict[str, Any]:
    return {"event": "features_ready", "phase": number, "cut_point": "x", "seconds": 1.0, **values}


@pytest.mark.parametrize(
    ("events", "pace"),
    [
        ([], None),
        ([{"event": "features", "done": 0, "total": 100, "elapsed_s": 1.0}], None),
        ([{"event": "features", "done": 50, "total": 100, "elapsed_s": 2.0}], 25.0),
        # Batches of 32.
        ([PHASE, {"event": "batches", "epoch": 1, "step": 3, "steps": 9, "elapsed_s": 2.0}], 48.0),
        ([PHASE], None),
        ([PHASE, epoch(1, 2.0), epoch(2, 1.0)], 16.0),
        ([PHASE, *(epoch(n, 100.0) for n in (1, 2)), *(epoch(n, 0.5) for n in range(3, 8))], 48.0),
        # Of the phase under way alone.
        ([PHASE, epoch(1, 2.0), PHASE | {"phase": 1}, epoch(2, 12.0, 1)], 2.0),
        ([PHASE, epoch(1, 2.0), {"event": "checkpoint"}], 12.0),
        # Runs of earlier versions did not tell the pictures.
        ([{"event": "phase", "phase": 0, "trainable_params": 200}, epoch(1, 2.0)], None),
    ],
)
def test_pictures_per_second(run: Run, events: list[dict[str, Any]], pace: float | None) -> None:
    assert vitals.pictures_per_s(run, events) == pace


def test_the_share_is_that_of_the_present_phase() -> None:
    assert vitals.share([]) is None
    share = vitals.share([PHASE, epoch(1, 1.0), PHASE | {"phase": 1, "trainable_params": 700}])
    assert share is not None
    assert (share.trained, share.total, share.part) == (700, 1000, 0.7)
    old = vitals.share([{"event": "phase", "phase": 0, "trainable_params": 200}])
    assert old is not None
    assert (old.trained, old.part) == (200, None)


@pytest.mark.parametrize(
    ("events", "keys"),
    [
        ([], None),
        ([features(reused=False, keys=["a"])], None),
        ([features(reused=True, keys=["a", "b"]), features(1, reused=True, keys=["c"])], ("a", "b", "c")),
        ([features(reused=True, keys=["a"]), features(1, reused=False, keys=["c"])], None),
        ([features(reused=True)], ()),
    ],
)
def test_features_are_reused_when_none_had_to_be_made(
    events: list[dict[str, Any]], keys: tuple[str, ...] | None
) -> None:
    assert vitals.reused(events) == keys


def test_the_run_that_made_the_features_is_found(workspace: Workspace, few: Dataset) -> None:
    made, used, other = (
        runs.create(workspace, Recipe(), few, name=name) for name in ("made", "used", "other")
    )
    others = [
        (other, [features(reused=False, keys=["z"])]),
        (used, [features(reused=True, keys=["a"])]),
        (made, [features(reused=False, keys=["a"])]),
    ]
    assert vitals.maker(["a"], others) == made
    assert vitals.maker(["b"], others) is None
    assert vitals.maker([], others) is None
