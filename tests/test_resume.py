"""A run that is taken up again ends as one that nothing disturbed, bit for bit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import resuming
from tlcore import checkpoints, evaluation, intake, runs, runtimes, snapshots, training, unchanged
from tlcore.backbones import weights
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotSaved
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

NEVER_S = 1e9


class Killed(BaseException):
    """The process dies here."""


@pytest.fixture(autouse=True)
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converting takes longer than training here, and is the same for all."""
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)


@pytest.fixture(scope="module")
def backbone(shared_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> str:
    return resuming.backbone(shared_workspace, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def undisturbed(shared_workspace: Workspace, few: Dataset, backbone: str) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtimes, "convert", lambda *args: None)
        run = resuming.new(shared_workspace, few, resuming.recipe(backbone))
        training.train(shared_workspace, run)
    return run


@pytest.fixture
def ends_at(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the next training be ended when the history tells of an epoch: killed, stopped, or interrupted."""

    def arm(number: int, how: str) -> None:
        record = Run.record

        def recorded(self: Run, event: str, **values: Any) -> None:
            record(self, event, **values)
            if event == "epoch" and values["epoch"] == number:
                monkeypatch.setattr(Run, "record", record)
                if how == "killed":
                    # A dead process keeps nothing.
                    monkeypatch.setattr(snapshots.Keeper, "write", _die)
                    raise Killed
                run_of = {"stopped": Run.request_stop, "interrupted": Run.request_interrupt}
                run_of[how](self)

        monkeypatch.setattr(Run, "record", recorded)

    return arm


def _die(self: snapshots.Keeper) -> None:
    raise Killed


def attempt(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch, every_s: float = 0.0) -> None:
    """Queue and train it, as the engine does."""
    write = snapshots.Keeper.write
    monkeypatch.setattr(snapshots, "EVERY_S", every_s)
    monkeypatch.setattr(snapshots, "WRITING_SHARE", 1e9)
    run.stop_file.unlink(missing_ok=True)
    run.record("queued")
    try:
        training.train_run(str(workspace.home), run.id)
    except Killed:
        pass
    finally:
        monkeypatch.setattr(snapshots.Keeper, "write", write)


def test_a_resume_ends_as_if_nothing_had_happened(
    shared_workspace: Workspace,
    few: Dataset,
    undisturbed: Run,
    ends_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With those checkpoints alone that a foreseen end leaves; at every epoch: ``faults/test_kill.py``."""
    run = resuming.new(shared_workspace, few, undisturbed.recipe)
    for how, at in (("stopped", 2), ("killed", 4), ("interrupted", 8), ("killed", 10)):
        ends_at(at, how)
        attempt(shared_workspace, run, monkeypatch, NEVER_S)
        before = runs.progress(run, run.events(), alive=False)
        assert before.status is (Status.STOPPED if how == "stopped" else Status.INTERRUPTED)
        assert before.status.resumable
        assert before.epochs[-1]["epoch"] == at
        if how == "stopped":
            assert run.has_model
        if how != "killed":
            # What was held in memory was written: nothing is trained twice.
            assert checkpoints.epochs(run.checkpoints)[-1] == at
    attempt(shared_workspace, run, monkeypatch)
    assert run.events()[-1]["event"] == "done"
    assert resuming.lines(run) == resuming.lines(undisturbed)
    # No line is told twice, and none was rewritten.
    assert resuming.told_epochs(run) == list(range(1, len(resuming.told_epochs(undisturbed)) + 1))
    assert evaluation.load(run) == evaluation.load(undisturbed)


def test_what_was_trained_before_and_is_frozen_now_is_kept_too(
    shared_workspace: Workspace,
    few: Dataset,
    backbone: str,
    ends_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The features of the second phase are of a prefix that the first one trained."""
    phases = [
        {"epochs": 2, "freeze": 4, "learning_rate": 0.01},
        {"epochs": 3, "optimizer": "sgd", "momentum": 0.9},
    ]
    recipe = resuming.recipe(backbone, phases=phases, augmentation={"flip": "both", "views": "fresh"})
    whole, run = (resuming.new(shared_workspace, few, recipe) for _ in range(2))
    training.train(shared_workspace, whole)
    ends_at(4, "killed")
    attempt(shared_workspace, run, monkeypatch)
    attempt(shared_workspace, run, monkeypatch)
    assert resuming.lines(run) == resuming.lines(whole)
    assert evaluation.load(run) == evaluation.load(whole)


def test_early_stopping_goes_on_with_its_patience_and_its_best(
    shared_workspace: Workspace,
    few: Dataset,
    backbone: str,
    ends_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So high a rate that the best epoch comes early; the patience is counted across two resumes."""
    phase = {"epochs": 60, "patience": 5, "optimizer": "sgd", "learning_rate": 0.7}
    recipe = resuming.recipe(backbone, phases=[phase])
    whole, run = (resuming.new(shared_workspace, few, recipe) for _ in range(2))
    training.train(shared_workspace, whole)
    last = resuming.told_epochs(whole)[-1]
    assert last < 60
    for at in (last - 3, last - 1):
        ends_at(at, "killed")
        attempt(shared_workspace, run, monkeypatch)
    attempt(shared_workspace, run, monkeypatch)
    assert [line for line in resuming.lines(whole) if line["event"] == "kept"]
    assert resuming.lines(run) == resuming.lines(whole)
    assert evaluation.load(run) == evaluation.load(whole)


def test_what_is_damaged_is_left_out_and_the_end_is_the_same(
    shared_workspace: Workspace,
    few: Dataset,
    undisturbed: Run,
    ends_at: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = resuming.new(shared_workspace, few, undisturbed.recipe)
    ends_at(3, "killed")
    attempt(shared_workspace, run, monkeypatch, NEVER_S)
    assert checkpoints.epochs(run.checkpoints) == []
    change_a_loss(run, 2)

    # Without a checkpoint it begins anew; what now comes out otherwise takes the place of what was told.
    ends_at(9, "killed")
    attempt(shared_workspace, run, monkeypatch)
    told = {event["event"]: event for event in run.events()}
    assert (told["resumed"]["epoch"], told["rewound"]["epoch"]) == (0, 1)
    newest = checkpoints.epochs(run.checkpoints)[-1]
    (run.checkpoints / str(newest) / "weights.npz").write_bytes(b"torn")

    # A line that cannot be read is told again, so what is built on it does not count.
    ends_at(9, "killed")
    content = run.history_file.read_bytes()
    run.history_file.write_bytes(content.replace(b'"epoch": 9,', b'"epoch": \x00,'))
    attempt(shared_workspace, run, monkeypatch)
    resumed = [event["epoch"] for event in run.events() if event["event"] == "resumed"]
    assert resumed == [0, newest - 1 if newest < 9 else 8]
    (run.checkpoints / str(checkpoints.epochs(run.checkpoints)[-1]) / "state.json").write_bytes(b"{}")

    attempt(shared_workspace, run, monkeypatch)
    assert [event for event in run.events() if event["event"] == "damaged"]
    assert resuming.lines(run) == resuming.lines(undisturbed)
    assert evaluation.load(run) == evaluation.load(undisturbed)


def change_a_loss(run: Run, epoch: int) -> None:
    """As if another machine had told of that epoch."""
    content = run.history_file.read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(content) if '"loss"' in line and f'"epoch": {epoch},' in line)
    content[place] = content[place].replace('"loss": ', '"loss": 1')
    run.history_file.write_text("\n".join(content) + "\n", encoding="utf-8")


def test_an_extended_run_equals_one_that_had_its_epochs_from_the_start(
    shared_workspace: Workspace, few: Dataset, backbone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recipe(epochs: int) -> Recipe:
        return resuming.recipe(backbone, phases=[{"epochs": epochs, "learning_rate": 0.01}])

    long, run = (resuming.new(shared_workspace, few, recipe(epochs)) for epochs in (5, 3))
    training.train(shared_workspace, long)
    training.train(shared_workspace, run)
    first = evaluation.load(run)
    run.record("extended", epochs=2)
    attempt(shared_workspace, run, monkeypatch)
    assert resuming.lines(run) == resuming.lines(long)
    assert evaluation.load(run) == evaluation.load(long) != first
    # Nothing was trained again: the end of the last epoch is kept with a finished run.
    assert [event["epoch"] for event in run.events() if event["event"] == "resumed"] == [3]
    assert checkpoints.epochs(run.checkpoints) == [5]
    assert runs.progress(run, run.events(), alive=False).epochs_total == 5


def test_numbers_that_run_away_leave_the_last_good_model(
    shared_workspace: Workspace, few: Dataset, backbone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    recipe = resuming.recipe(backbone, phases=[{"epochs": 2}, {"epochs": 4, "freeze": 4}])
    run = resuming.new(shared_workspace, few, recipe)
    evaluate = keras.Model.evaluate
    epochs = iter(range(1, 7))

    def explodes(*args: Any, **named: Any) -> Any:
        return evaluate(*args, **named) | ({"loss": float("nan")} if next(epochs) == 5 else {})

    monkeypatch.setattr(keras.Model, "evaluate", explodes)
    training.train_run(str(shared_workspace.home), run.id)
    final = run.events()[-1]
    assert final["event"] == "failed"
    assert final["message"].endswith("The model is kept as it was after epoch 4.")
    assert run.has_model
    (fourth,) = [event for event in run.events() if event["event"] == "epoch" and event["epoch"] == 4]
    # Of the same weights: those of the end of epoch 4.
    assert evaluation.load(run).accuracy(Split.VAL) == pytest.approx(fourth["val_accuracy"])
    assert final["val_accuracy"] == pytest.approx(fourth["val_accuracy"])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            "picture gone",
            "1 picture of the dataset 'few' changed since the run began. {}: The picture is missing.",
        ),
        (
            "picture changed",
            "1 picture of the dataset 'few' changed since the run began. {}: The picture has been ",
        ),
        ("dataset gone", "The dataset 'few' of this run is gone."),
        ("weights", "not those that the run began with: random:3:1.0 then, random:3:4.0 now."),
    ],
)
def test_a_resume_with_other_pictures_or_weights_is_refused(
    workspace: Workspace,
    few_pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    said: str,
) -> None:
    dataset = intake.take(workspace, few_pictures, name="few")
    recipe = Recipe.parse({"backbone": {"weights": "none"}, "seed": 3})
    run = resuming.new(workspace, dataset, recipe)
    monkeypatch.setattr(weights, "random_id", lambda seed: f"random:{seed}:1.0")
    run.record("phase", phase=0, weights="random:3:1.0")
    assert unchanged.check(workspace, run, run.events()) == dataset
    picture = dataset.path(dataset.items[4])
    if what == "picture gone":
        picture.unlink()
    elif what == "picture changed":
        picture.write_bytes(b"another")
    elif what == "dataset gone":
        dataset.folder.rename(tmp_path / "elsewhere")
    else:
        monkeypatch.setattr(weights, "random_id", lambda seed: f"random:{seed}:4.0")
    run.record("preparing")
    training.train_run(str(workspace.home), run.id)
    final = run.events()[-1]
    assert final["event"] == "failed"
    assert said.format(dataset.items[4].name) in final["message"]
    assert final["message"].endswith("Bring back what was there, or duplicate the run.")


def test_a_history_that_cannot_be_written_does_not_raise(
    shared_workspace: Workspace, few: Dataset, undisturbed: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = resuming.new(shared_workspace, few, undisturbed.recipe)

    def full(self: Run, event: str, **values: Any) -> None:
        raise NotSaved("history.jsonl could not be written (No space left on device). Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(Run, "record", full)
        training.train_run(str(shared_workspace.home), run.id)
    assert runs.progress(run, run.events(), alive=False).status is Status.INTERRUPTED
