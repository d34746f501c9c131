"""A run as its page shows it, by AppTest with nothing but the run in the link."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import run_state, tab
from tests import engines
from tests.engines import FakeEngine
from tests.pages.test_pages import metrics, opened, shown
from tlcore import held_jobs, jobs, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.runs import Progress, Run, Status
from tlcore.watching import Place
from tlcore.workspace import Workspace

HOSTILE = "<b>**run**</b>"
PHASE = {"phase": 0, "trainable_params": 64, "total_params": 1000, "trained_layers": 0, "pictures": 24}


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def run(home: Workspace, few: Dataset, crew: FakeEngine) -> Run:
    """One that the engine has taken up."""
    made = runs.create(home, Recipe.parse({"phases": [{"epochs": 4}]}), few, name="Mine")
    crew.queue[made.job_key] = JobState.RUNNING
    return made


def epoch(number: int, phase: int = 0, **more: Any) -> dict[str, Any]:
    values = {"loss": 1 / number, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "seconds": 1.0}
    return {"epoch": number, "phase": phase, **values, "learning_rate": 0.00025, **more}


def done(run: Run, **more: Any) -> None:
    run.record("done", **{"val_accuracy": 0.625, "test_accuracy": None, "seconds": {}, **more})


def page_of(run: Run) -> AppTest:
    app = opened("Train", run=run.id)
    assert not app.exception
    assert "Something went wrong" not in shown(app)
    return app


def words(app: AppTest) -> str:
    return shown(app).replace("\\", "")


def buttons(app: AppTest) -> list[str]:
    known = ("Stop", "Resume", "Train on", "End the worker")
    return [button.label for button in app.button if button.label in known]


def pressed(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


# --- States ---


def prepare(run: Run) -> None:
    run.record("preparing")
    run.record("features", done=60, total=120, elapsed_s=2.0)


def train(run: Run) -> None:
    run.record("preparing")
    run.record("phase", **PHASE)
    run.record("epoch", **epoch(1))


def stall(run: Run) -> None:
    train(run)


def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker is heard of."""
    monkeypatch.setattr(runs.heartbeat, "is_silent", lambda folder: True)


def leave(run: Run) -> None:
    train(run)
    held_jobs.engine.find(None).queue.clear()


STATES: list[tuple[Callable[[Run], object], str, str, list[str]]] = [
    (lambda run: None, "Queued.", "Waiting", ["Stop"]),
    (prepare, "Preparing.", "About 2 s left.", ["Stop"]),
    (train, "Training.", "About 3 s left.", ["Stop"]),
    (lambda run: (train(run), run.request_stop()), "Stopping.", "after the batch", ["Stop"]),
    (stall, "Stalled.", "Nothing has been heard", ["End the worker"]),
    (done, "Done.", "", ["Train on"]),
    (lambda run: run.record("stopped", val_accuracy=None, seconds={}), "Stopped.", "not begun", ["Resume"]),
    (lambda run: run.record("failed", message="Free some space."), "Failed.", "Free some space.", ["Resume"]),
    (leave, "Interrupted.", "Resume it", ["Resume"]),
]


@pytest.mark.parametrize(("tell", "state", "said", "ways"), STATES, ids=[state[1] for state in STATES])
def test_each_state_is_said_and_has_a_way_on(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Run], object],
    state: str,
    said: str,
    ways: list[str],
) -> None:
    if tell is stall:
        silence(monkeypatch)
    tell(run)
    app = page_of(run)
    assert f"**{state}**" in words(app)
    assert said in words(app)
    assert buttons(app) == ways
    # The same from another tab.
    assert (words(page_of(run)), metrics(page_of(run))) == (words(app), metrics(app))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(1, ()), "Next in the queue."),
        (Place(2, ("Run ab12",)), "Second in the queue: Run ab12 trains now."),
        (Place(11, ("A", "B")), "Number 11 in the queue: A and B train now."),
    ],
)
def test_the_place_in_words(place: Place, said: str) -> None:
    assert run_state.place_words(place) == said


def test_a_queued_run_shows_its_place(home: Workspace, few: Dataset, run: Run, crew: FakeEngine) -> None:
    waiting = [runs.create(home, Recipe(), few) for _ in range(2)]
    crew.queue |= {one.job_key: JobState.QUEUED for one in waiting}
    assert "Second in the queue: Mine trains now." in words(page_of(waiting[1]))


def test_pace_and_share_are_shown(run: Run) -> None:
    train(run)
    run.record("batches", epoch=2, step=1, steps=4, elapsed_s=2.0)
    app = page_of(run)
    assert app.get("progress")[0].proto.text == "Epoch 1 of 4 · 16 pictures a second"
    assert metrics(app)["Trained share"] == "6.4%"


# --- Ways on ---


def test_a_stop_shows_at_once(run: Run) -> None:
    train(run)
    app = pressed(page_of(run), "Stop")
    assert "**Stopping.**" in words(app)
    assert run.stop_file.exists()


@pytest.mark.parametrize(
    ("tell", "label", "asked"),
    [(leave, "Resume", ("resume",)), (done, "Train on", ("extend", 7)), (stall, "End the worker", ("kill",))],
)
def test_a_way_on_is_taken(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tell: Callable[[Run], object],
    label: str,
    asked: tuple[object, ...],
) -> None:
    calls: list[tuple[object, ...]] = []
    if tell is stall:
        silence(monkeypatch)
    monkeypatch.setattr(
        jobs, str(asked[0]), lambda space, run, *more, **owner: calls.append((asked[0], *more))
    )
    tell(run)
    app = page_of(run)
    if label == "Train on":
        app.number_input(key="more_epochs").set_value(7)
    pressed(app, label)
    assert calls == [asked]


def test_a_run_that_goes_on_again_is_watched_again(run: Run, crew: FakeEngine) -> None:
    leave(run)
    app = page_of(run)
    crew.queue[run.job_key] = JobState.QUEUED
    run.record("queued")
    assert "**Queued.**" in words(app.run())


# --- What was learned ---


def test_the_epoch_that_was_kept_is_said(run: Run) -> None:
    for number in (1, 2, 3):
        run.record("epoch", **epoch(number))
    run.record("kept", phase=0, epoch=1)
    done(run)
    app = page_of(run)
    assert "Kept epoch 1" in words(app)
    # Of the model that was kept, not of the last epoch.
    assert metrics(app)["Validation accuracy"] == "62.5%"


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ([1, 3], "that of the best epoch before the stop, 3."),
        ([1], "as it was at the stop."),
        ([], "as it was"),
    ],
)
def test_what_a_stop_left_is_said(home: Workspace, few: Dataset, kept: list[int], said: str) -> None:
    """The epoch that an earlier phase kept is not the model of a stop in a later one."""
    run = runs.create(home, Recipe.parse({"phases": [{"patience": 2}, {"patience": 2}]}), few)
    for number, phase in ((1, 0), (2, 0), (3, 1), (4, 1)):
        run.record("epoch", **epoch(number, phase))
    for phase, number in enumerate(kept):
        run.record("kept", phase=phase, epoch=number)
    run.record("stopped", val_accuracy=0.5, test_accuracy=None, seconds={})
    for file in (run.model_file, run.evaluation_file):
        file.write_bytes(b"")
    assert f"The model is {said}" in words(page_of(run))


def test_a_run_of_an_earlier_version_is_shown(run: Run) -> None:
    """It told neither the learning rate nor the size of the network."""
    run.record("phase", phase=0, trainable_params=64)
    run.record("epoch", **{name: value for name, value in epoch(1).items() if name != "learning_rate"})
    done(run)
    app = page_of(run)
    assert "Kept epoch" not in words(app)
    assert "Trained share" not in metrics(app)


def test_whose_features_were_reused_is_said(home: Workspace, few: Dataset, run: Run) -> None:
    run.record("features_ready", phase=0, cut_point="x", reused=False, seconds=1.0, keys=["a"])
    run.record("epoch", **epoch(1))
    done(run, seconds={"features": 1.25, "training": 2.0, "total": 4.0})
    assert "Computing features took 1.2 s." in words(page_of(run))
    for keys, whose in ((["a"], "Mine"), (["b"], "an earlier run")):
        second = runs.create(home, Recipe(), few)
        second.record("features_ready", phase=0, cut_point="x", reused=True, seconds=0.0, keys=keys)
        second.record("epoch", **epoch(1))
        done(second)
        assert f"The features were there already, from {whose}." in words(page_of(second))


def figure(app: AppTest, number: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.get("plotly_chart")[number].proto.spec)
    return found


def test_earlier_runs_can_be_switched_off(home: Workspace, few: Dataset, run: Run) -> None:
    train(run)
    assert not page_of(run).toggle, "there are none"
    second = runs.create(home, Recipe(), few, name=HOSTILE)
    train(second)
    done(second)
    app = page_of(second)
    assert [trace["name"] for trace in figure(app)["data"]].count("Earlier runs") == 1
    assert "Mine" in figure(app)["data"][0]["hovertemplate"]
    app.toggle(key="earlier_runs").set_value(False).run()
    assert "Earlier runs" not in [trace["name"] for trace in figure(app)["data"]]


def test_a_chart_is_drawn_anew_only_when_there_is_an_epoch_more(run: Run) -> None:
    train(run)
    app = page_of(run)
    before = [chart.proto.spec for chart in app.get("plotly_chart")]
    run.record("batches", epoch=2, step=1, steps=4, elapsed_s=2.0)
    assert [chart.proto.spec for chart in app.run().get("plotly_chart")] == before
    run.record("epoch", **epoch(2))
    assert figure(app.run())["data"][0]["x"] == [1, 2]


def test_the_log_is_there_newest_first(run: Run) -> None:
    train(run)
    run.record("failed", message="![](http://127.0.0.1:9/x.png)")
    app = page_of(run)
    assert "validation accuracy 0.50" not in words(app)
    app.session_state["run_log"] = True
    app.run()
    (log,) = [one.value for one in app.markdown if "Queued" in one.value]
    lines = log.splitlines()
    assert len(lines) == 5
    # Literally: no picture is fetched.
    assert "\\!\\[\\]" in lines[0]
    assert "Phase 1 begins" in lines[2].replace("\\", "")
    assert "Queued" in lines[-1]


# --- The tab ---


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Progress(Status.QUEUED), "Queued"),
        (Progress(Status.TRAINING, share=0.424), "42%"),
        (Progress(Status.DONE, final={"val_accuracy": 0.914}), "✓ Mine: 91%"),
        (Progress(Status.DONE), "✓ Mine"),
        (Progress(Status.STOPPED), "■ Mine stopped"),
        (Progress(Status.FAILED), "✗ Mine failed"),
        (Progress(Status.INTERRUPTED), "✗ Mine interrupted"),
    ],
)
def test_the_title_of_the_tab(run: Run, progress: Progress, said: str) -> None:
    assert tab.title(run, progress) == said


def test_the_title_tells_the_end_only_where_it_was_waited_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    monkeypatch.setattr(tab.st, "set_page_config", lambda **values: titles.append(values["page_title"]))
    train(run)
    app = page_of(run)
    assert titles[-1] == "25% · Thaw"
    done(run)
    app.run()
    assert titles[-1] == "✓ Mine: 62% · Thaw"
    page_of(run)
    assert titles[-1] == "Thaw"
