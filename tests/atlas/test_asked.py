"""Asking a worker for something: what is told on the way, and however it ends."""

from pathlib import Path

import pytest

from tests import engines
from tests.engines import FakeEngine
from tlcore import asked
from tlcore.asked import Question, Stage, Standing
from tlcore.engine import Priority
from tlcore.errors import RunError
from tlcore.workspace import Workspace


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture
def question(workspace: Workspace, tmp_path: Path) -> Question:
    answer = tmp_path / "answer"
    return Question(workspace, tmp_path / "folder", "thing", "thing-1", answer.is_file)


def answer(question: Question, *_: object) -> None:
    question.answer(lambda tell: (question.folder.parent / "answer").touch())


def test_the_way_of_an_answer(question: Question, crew: FakeEngine) -> None:
    assert question.look() == Standing()
    question.start(answer, owner="me", priority=Priority.LIGHT)
    question.start(answer, owner="me")
    assert (crew.keys, crew.owners, crew.priorities) == (["thing-1"], ["me"], [Priority.LIGHT])
    assert question.look() == Standing(under_way=True)
    question.tell("features", 3, 16)
    assert question.look() == Standing(under_way=True, stage=Stage("features", 3, 16))
    answer(question)
    assert question.look() == Standing(is_there=True)
    assert list(question.folder.iterdir()) == []


def test_a_worker_that_died_is_told(question: Question, crew: FakeEngine) -> None:
    question.start(answer)
    question.tell("features", 3, 16)
    crew.queue.clear()
    assert question.look() == Standing(failure=asked.BROKEN_OFF)
    question.start(answer)
    assert question.look() == Standing(under_way=True)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (RunError("There is no network."), "There is no network."),
        (
            RuntimeError("secret/path"),
            "It failed unexpectedly (RuntimeError). The log of the engine says more.",
        ),
    ],
)
def test_a_failure_is_a_sentence(question: Question, crew: FakeEngine, error: Exception, says: str) -> None:
    def fail(tell: asked.Tell) -> None:
        raise error

    question.answer(fail)
    assert question.look() == Standing(failure=says)
    crew.does = "run"
    assert question.wait(lambda: question.answer(fail), tell=lambda stage: None) == says
    assert question.wait(lambda: answer(question), tell=lambda stage: None) is None
    # It is there: nobody is asked again.
    assert question.wait(fail, tell=lambda stage: None) is None
    assert len(crew.submitted) == 2


def test_a_job_gives_its_memory_back_however_it_ends(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[bool] = []

    def clear_up() -> None:
        failures.append(question.look().failure is not None)

    def fail(tell: asked.Tell) -> None:
        raise RunError("There is no network.")

    monkeypatch.setattr(asked, "clear_up", clear_up)
    question.answer(fail)
    answer(question)
    # After all is written: nobody waits for it.
    assert failures == [True, False]


def test_it_is_told_seldom_but_at_each_stage(question: Question) -> None:
    told: list[tuple[str, int, int]] = []

    def make(tell: asked.Tell) -> None:
        for done in range(100):
            tell("features", done, 100)
        tell("comparing", 0, 5)

    object.__setattr__(question, "tell", lambda *stage: told.append(stage))
    question.answer(make)
    assert (told[0], told[-1]) == (("features", 0, 100), ("comparing", 0, 5))
    assert len(told) < 100
