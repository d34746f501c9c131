from pathlib import Path
from typing import Any

import pytest

from tlcore import heartbeat, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, WorkspaceError
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

EPOCH = {"loss": 0.5, "accuracy": 0.7, "val_loss": 0.6, "phase": 0}


@pytest.fixture
def run(workspace: Workspace, few: Dataset) -> Run:
    recipe = Recipe.parse({"phases": [{"epochs": 6}, {"epochs": 4, "freeze": 100}]})
    return runs.create(workspace, recipe, few, name="  First try ")


def after(run: Run, *events: dict[str, Any], alive: bool = True) -> runs.Progress:
    """The progress of a run whose history is this."""
    return runs.progress(run, [{"event": "queued"}, *events], alive=alive)


def epoch(number: int, seconds: float = 1.0, val_accuracy: float = 0.5) -> dict[str, Any]:
    return {"event": "epoch", "epoch": number, "seconds": seconds, "val_accuracy": val_accuracy, **EPOCH}


PREPARING = {"event": "preparing"}
PHASE = {"event": "phase", "phase": 0}
QUEUED = {"event": "queued"}
EXTENDED = {"event": "extended", "epochs": 2}


def test_what_is_created_is_what_is_loaded(workspace: Workspace, run: Run, few: Dataset) -> None:
    loaded = runs.load(workspace, run.id)
    assert loaded == run
    assert (loaded.name, loaded.dataset_id, loaded.dataset_name) == ("First try", few.id, "few")
    assert loaded.classes == ("bird", "fruit", "vehicle")
    assert loaded.recipe.epochs == 10
    assert loaded.folder == workspace.runs / run.id
    assert loaded.job_key == f"run-{run.id}"
    assert [event["event"] for event in loaded.events()] == ["queued"]
    assert not loaded.has_model


def test_a_run_without_a_name_gets_one(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="   ")
    assert run.name == f"Run {run.id[-4:]}"
    assert len(runs.create(workspace, Recipe(), few, name="n" * 300).name) == 100


def test_events_carry_the_time_and_are_only_added_to(run: Run) -> None:
    run.record("phase", phase=0)
    run.record("epoch", epoch=1, loss=0.25)
    queued, phase, last = run.events()
    assert (phase["event"], phase["phase"], last["loss"]) == ("phase", 0, 0.25)
    assert queued["at"] <= phase["at"] <= last["at"] <= runs.now()


def test_runs_are_listed_newest_first(workspace: Workspace, few: Dataset,
                                      monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    assert runs.list_all(workspace) == []
    ids = iter(["00000001-aaaaaaaa", "00000003-aaaaaaaa", "00000002-aaaaaaaa"])
    monkeypatch.setattr(runs, "new_id", lambda: next(ids))
    first, third, second = (runs.create(workspace, Recipe(), few) for _ in range(3))
    assert [run.id for run in runs.list_all(workspace)] == [third.id, second.id, first.id]


def test_a_folder_without_a_record_is_no_run(workspace: Workspace, run: Run) -> None:
    (workspace.runs / "0123-half-made").mkdir()
    (workspace.runs / "stray file").write_text("x")
    assert runs.list_all(workspace) == [run]
    with pytest.raises(NotFound):
        runs.load(workspace, "0123-half-made")


@pytest.mark.parametrize("id", ["00000000-ffffffff", "", "../../etc", "A" * 300])
def test_an_unknown_id_is_not_found(workspace: Workspace, run: Run, id: str) -> None:
    with pytest.raises(NotFound, match="There is no run"):
        runs.load(workspace, id)


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("run.json", b'{"id": ', "is damaged and cannot be read"),
        ("run.json", b"[]", "written by another version of Thaw"),
        ("run.json", b'{"id": "x"}', "written by another version of Thaw"),
        ("run.json", b'{"classes": [], "colour": 1}', "written by another version of Thaw"),
        ("recipe.json", b"\xff\xfe", "is damaged and cannot be read"),
        ("recipe.json", b'{"backbones": {}}', "written by another version of Thaw"),
    ],
)
def test_a_damaged_record_is_a_sentence_and_hides_no_other_run(
    workspace: Workspace, run: Run, few: Dataset, file: str, content: bytes, said: str
) -> None:
    damaged = runs.create(workspace, Recipe(), few)
    (damaged.folder / file).write_bytes(content)
    with pytest.raises(WorkspaceError, match=said) as caught:
        runs.load(workspace, damaged.id)
    assert damaged.id in str(caught.value)
    assert str(workspace.home) not in str(caught.value)
    assert runs.list_all(workspace) == [run]


@pytest.mark.parametrize(
    ("events", "alive", "stop", "status"),
    [
        ([], True, False, Status.QUEUED),
        ([PREPARING], True, False, Status.PREPARING),
        ([PREPARING, {"event": "features", "done": 0, "total": 9}], True, False, Status.PREPARING),
        ([PREPARING, PHASE], True, False, Status.TRAINING),
        ([PREPARING, PHASE, epoch(1)], True, False, Status.TRAINING),
        ([PREPARING, PHASE, epoch(1), {"event": "features_ready"}], True, False, Status.TRAINING),
        ([], True, True, Status.STOPPING),
        ([PREPARING, PHASE, epoch(1)], True, True, Status.STOPPING),
        ([PREPARING, PHASE, {"event": "done"}], True, False, Status.DONE),
        ([PREPARING, PHASE, {"event": "done"}], False, True, Status.DONE),
        ([PREPARING, PHASE, {"event": "stopped"}], True, True, Status.STOPPED),
        ([PREPARING, {"event": "failed", "message": "x"}], False, False, Status.FAILED),
        ([], False, False, Status.INTERRUPTED),
        ([PREPARING, PHASE, epoch(10)], False, False, Status.INTERRUPTED),
        ([PREPARING, PHASE, epoch(1)], False, True, Status.INTERRUPTED),
        ([PREPARING, PHASE, {"event": "interrupted", "message": "x"}], True, False, Status.INTERRUPTED),
        ([PREPARING, PHASE, {"event": "stopped"}, QUEUED], True, False, Status.QUEUED),
        ([PREPARING, PHASE, {"event": "done"}, QUEUED, EXTENDED], True, False, Status.QUEUED),
        ([PREPARING, PHASE, {"event": "stopped"}, QUEUED], False, False, Status.INTERRUPTED),
        (
            [PREPARING, PHASE, QUEUED, PREPARING, {"event": "resumed", "epoch": 1}],
            True,
            False,
            Status.PREPARING,
        ),
        ([PREPARING, PHASE, QUEUED, PREPARING, PHASE], True, False, Status.TRAINING),
    ],
)
def test_the_status_follows_from_the_history(
    run: Run, events: list[dict[str, Any]], alive: bool, stop: bool, status: Status
) -> None:
    if stop:
        run.request_stop()
        run.request_stop()
    assert after(run, *events, alive=alive).status is status


def test_a_history_that_is_gone_is_not_taken_for_done(run: Run) -> None:
    assert runs.progress(run, [], alive=True).status is Status.QUEUED
    assert runs.progress(run, [], alive=False).status is Status.INTERRUPTED


def test_final_are_those_that_nothing_follows() -> None:
    assert {status for status in Status if status.final} == {
        Status.DONE, Status.STOPPED, Status.FAILED, Status.INTERRUPTED
    }  # fmt: skip
    assert {status for status in Status if status.resumable} == {
        Status.STOPPED, Status.FAILED, Status.INTERRUPTED
    }  # fmt: skip


def test_while_features_are_made_their_count_is_the_progress(run: Run) -> None:
    told = after(run, PREPARING, {"event": "features", "done": 30, "total": 120, "elapsed_s": 2.0})
    assert (told.share, told.time_left_s) == (0.25, 6.0)
    begun = after(run, PREPARING, {"event": "features", "done": 0, "total": 120, "elapsed_s": 0.0})
    assert (begun.share, begun.time_left_s) == (0.0, None)
    assert (after(run).share, after(run).time_left_s) == (0.0, None)


def test_in_the_first_epoch_the_batches_are_the_progress(run: Run) -> None:
    told = after(run, PREPARING, PHASE, {"event": "batches", "step": 5, "steps": 20, "elapsed_s": 1.0})
    assert told.share == pytest.approx(0.025)
    # A quarter took 1 s, so an epoch takes 4; 9.75 of 10 are left.
    assert told.time_left_s == pytest.approx(39.0)


def test_time_left_goes_by_the_latest_epochs(run: Run) -> None:
    story = [PREPARING, PHASE, epoch(1, 100.0), *(epoch(n, 2.0) for n in range(2, 7))]
    told = after(run, *story)
    assert (told.share, told.time_left_s, told.epochs_total) == (0.6, pytest.approx(8.0), 10)
    within = after(run, *story, {"event": "batches", "step": 1, "steps": 2, "elapsed_s": 9.0})
    assert (within.share, within.time_left_s) == (pytest.approx(0.65), pytest.approx(7.0))


def test_a_phase_that_ended_early_leaves_fewer_epochs(run: Run) -> None:
    """Six and four epochs were planned; early stopping ended the first phase after two."""
    first = [PHASE, epoch(1), epoch(2)]
    assert after(run, *first).epochs_total == 10
    kept = {"event": "kept", "phase": 0, "epoch": 1}
    told = after(run, *first, kept)
    assert (told.epochs_total, told.share, told.kept) == (6, pytest.approx(2 / 6), (1,))
    second = [{"event": "phase", "phase": 1}, epoch(3) | {"phase": 1}]
    told = after(run, *first, kept, *second)
    assert (told.epochs_total, told.share, told.time_left_s) == (6, 0.5, pytest.approx(3.0))


def test_what_ended_has_no_time_left(run: Run) -> None:
    final = {"event": "done", "val_accuracy": 0.9}
    done = after(run, PHASE, epoch(1), final)
    assert (done.share, done.time_left_s, done.message, done.final) == (1.0, None, "", final)
    failed = after(run, PHASE, epoch(1), {"event": "failed", "message": "Lower the learning rate."})
    assert (failed.share, failed.time_left_s, failed.message) == (0.1, None, "Lower the learning rate.")
    assert after(run, PHASE, epoch(1), alive=False).time_left_s is None


def test_the_best_epoch_is_the_first_of_the_highest_accuracy(run: Run) -> None:
    assert after(run).best is None
    told = after(run, PHASE, epoch(1, val_accuracy=0.4), epoch(2, val_accuracy=0.8),
                 epoch(3, val_accuracy=0.8), epoch(4, val_accuracy=0.6))  # fmt: skip
    assert [event["epoch"] for event in told.epochs] == [1, 2, 3, 4]
    assert told.best is not None
    assert told.best["epoch"] == 2


def test_a_model_is_there_when_it_was_judged_too(run: Run) -> None:
    run.model_file.write_bytes(b"x")
    assert not run.has_model
    Path(run.evaluation_file).write_text("{}")
    assert run.has_model


def test_epochs_that_are_trained_again_are_neither_counted_nor_timed_twice(run: Run) -> None:
    again = [{"event": "batches", "epoch": 2, "step": 1, "steps": 2, "elapsed_s": 9.0}]
    story = [PREPARING, PHASE, epoch(1, 2.0), epoch(2, 2.0), epoch(3, 2.0), QUEUED, PREPARING, PHASE]
    told = after(run, *story, *again)
    assert [event["epoch"] for event in told.epochs] == [1, 2, 3]
    assert (told.share, told.time_left_s) == (0.3, pytest.approx(14.0))


def test_what_no_longer_counts_is_not_seen(run: Run) -> None:
    """The third epoch came out otherwise after a resume, and with it what followed."""
    second = [{"event": "phase", "phase": 1}, epoch(4) | {"phase": 1}]
    kept = {"event": "kept", "phase": 0, "epoch": 2}
    story = [PREPARING, PHASE, epoch(1), epoch(2), epoch(3), kept, *second, QUEUED, PREPARING, PHASE]
    assert after(run, *story).kept == (2,)
    rewound = {"event": "rewound", "epoch": 2, "phase": 0}
    told = after(run, *story, rewound, epoch(3, val_accuracy=0.9))
    assert [(event["epoch"], event["val_accuracy"]) for event in told.epochs] == [
        (1, 0.5),
        (2, 0.5),
        (3, 0.9),
    ]
    assert (told.kept, told.epochs_total) == ((), 10)


def test_an_extension_adds_to_what_was_trained(run: Run) -> None:
    """Early stopping ended the last phase after one of its four epochs; three more are asked for."""
    second = [
        {"event": "phase", "phase": 1},
        epoch(3) | {"phase": 1},
        {"event": "kept", "phase": 1, "epoch": 3},
    ]
    story = [PHASE, epoch(1), epoch(2), {"event": "kept", "phase": 0, "epoch": 1}, *second, {"event": "done"}]
    longer = [*story, QUEUED, {"event": "extended", "epochs": 3}]
    assert runs.extended(run.recipe, longer).phases[-1].epochs == 4
    told = after(run, *longer, PREPARING, PHASE)
    assert (told.epochs_total, told.kept, told.status) == (6, (1,), Status.TRAINING)


def test_a_jump_of_the_wall_clock_changes_no_status_and_no_time(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "now", lambda: "2031-01-01T00:00:00.000+00:00")
    run.record("preparing")
    run.record("phase", phase=0)
    with heartbeat.beating(run.folder, run.history_file):
        monkeypatch.setattr("time.time", lambda: 0.0)
        monkeypatch.setattr(runs, "now", lambda: "1970-01-01T00:00:00.000+00:00")
        run.record("batches", epoch=1, step=5, steps=20, elapsed_s=1.0)
        told = runs.progress(run, run.events(), alive=True)
        assert (told.status, told.time_left_s) == (Status.TRAINING, pytest.approx(39.0))
