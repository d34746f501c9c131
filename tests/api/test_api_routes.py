"""Pictures sent by other programs: what is answered, and what is refused."""

import asyncio
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request

from tests import loops
from tests.api.asking import Asker, asker
from tests.conftest import SAMPLE
from tests.pictures import png
from tlcore import runs
from tlcore.api import answers, bodies, token
from tlcore.api.answers import Failed
from tlcore.api.limits import Limits
from tlcore.api.refused import Refused
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.predict import Prediction, Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

BIRD = SAMPLE / "bird" / "rooster_01.jpg"
FRUIT = next((SAMPLE / "fruit").iterdir())


@pytest.fixture
def ask(shared_workspace: Workspace, trained: Run) -> Asker:
    return asker(shared_workspace, trained.id)


def test_a_picture_is_judged_as_the_run_judges_it(
    ask: Asker, shared_workspace: Workspace, trained: Run
) -> None:
    answered = ask.post(BIRD.read_bytes(), pieces=4)
    expected = Predictor(shared_workspace, trained).predict_file(BIRD)
    assert answered.status == 200
    assert answered.headers["cache-control"] == "no-store"
    (found,) = answered.json["predictions"]
    assert answered.json["model"] == {"id": trained.id, "name": "Shared run"}
    assert found["probabilities"] == expected.probabilities
    assert (found["label"], found["probability"]) == (expected.label, expected.probability)
    assert found["labels"] == expected.labels
    assert [(one["label"], one["probability"]) for one in found["ranked"]] == expected.ranked
    assert found["unsure"] is expected.unsure


def test_of_several_a_bad_one_is_its_own_error(ask: Asker) -> None:
    answered = ask.post_form([("a.jpg", BIRD.read_bytes()), ("b.jpg", b"no picture"), ("c.png", png())])
    assert answered.status == 200
    first, second, third = answered.json["predictions"]
    assert (first["file"], third["file"]) == ("a.jpg", "c.png")
    assert first["probabilities"] == ask.post(BIRD.read_bytes()).json["predictions"][0]["probabilities"]
    assert set(second) == {"file", "error"}
    assert second["file"] == "b.jpg"
    assert second["error"].endswith(".")


def test_where_none_can_be_read_the_request_fails(ask: Asker) -> None:
    answered = ask.post_form([("a.jpg", b"no"), ("b.jpg", b"")])
    assert answered.status == 422
    assert [set(one) for one in answered.json["predictions"]] == [{"file", "error"}] * 2


@pytest.mark.parametrize("headers", [{}, {"content-type": None}, {"content-type": "multipart/form-data"}])
def test_nothing_is_told(ask: Asker, headers: dict[str, Any]) -> None:
    answered = ask.post(b"", headers)
    assert answered.status == 400
    assert "form" in answered.json["error"]


def test_a_form_without_files_is_told(ask: Asker) -> None:
    answered = ask.post_form([("", b"a field")])
    assert (answered.status, "There is no picture" in answered.json["error"]) == (400, True)


def test_a_probability_that_is_no_number_is_told() -> None:
    found = answers.judged("a.png", Prediction({"a": float("nan"), "b": 0.5}))
    assert isinstance(found, Failed)
    assert "lower learning rate" in found.error


# --- limits


def test_too_many_pictures(shared_workspace: Workspace, trained: Run) -> None:
    answered = asker(shared_workspace, trained.id, pictures=2).post_form([("a.png", png())] * 3)
    assert (answered.status, answered.json["error"]) == (
        413,
        "At most 2 pictures are judged in one request.",
    )


def test_a_picture_of_several_that_is_too_large(shared_workspace: Workspace, trained: Run) -> None:
    ask = asker(shared_workspace, trained.id, picture_bytes=2000)
    answered = ask.post_form([("large.png", png(1, (64, 64))), ("small.png", png())])
    assert answered.status == 200
    large, small = answered.json["predictions"]
    assert "2 kB is the limit" in large["error"]
    assert small["label"]


@pytest.mark.parametrize("said", [None, "5000", "9" * 5000, "-1", "many"])
def test_a_body_that_is_too_large(shared_workspace: Workspace, trained: Run, said: str | None) -> None:
    """Whatever its header says of it."""
    answered = asker(shared_workspace, trained.id, picture_bytes=2000).post(
        bytes(5000), {"content-length": said}, pieces=5
    )
    assert answered.status == 413
    assert "larger than 2 kB" in answered.json["error"]


def test_a_form_that_is_too_large(shared_workspace: Workspace, trained: Run) -> None:
    ask = asker(shared_workspace, trained.id, request_bytes=3000)
    assert ask.post_form([("a.png", bytes(2000)), ("b.png", bytes(2000))], pieces=9).status == 413


def test_who_sends_too_slowly_is_given_up() -> None:
    async def never() -> Any:
        await asyncio.Event().wait()

    async def receive() -> None:
        request = Request({"type": "http", "headers": [], "method": "POST"}, never)
        async with bodies.received(request, Limits(receive_s=0.01)):
            raise AssertionError("there is no body")

    with pytest.raises(Refused, match=r"longer than 0\.01 seconds") as refused:
        loops.run(receive())
    assert refused.value.status == 408


def test_who_comes_when_all_places_are_taken_is_sent_away(shared_workspace: Workspace, trained: Run) -> None:
    ask = asker(shared_workspace, trained.id, requests=0)
    answered = ask.post(png())
    assert (answered.status, answered.headers["retry-after"]) == (503, "2")
    assert ask.get("health").json["status"] == "busy"


# --- who is answered


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic TOKEN", "TOKEN"])
def test_without_the_token_nothing_is_answered(
    ask: Asker, shared_workspace: Workspace, given: str | None
) -> None:
    secret = token.obtain(shared_workspace)
    answered = ask.post(png(), {"authorization": given and given.replace("TOKEN", secret)})
    assert (answered.status, answered.headers["www-authenticate"]) == (401, "Bearer")
    assert secret not in answered.content.decode()


def test_another_token_holds_at_once(workspace: Workspace) -> None:
    ask, before = asker(workspace), token.obtain(workspace)
    token.renew(workspace)
    assert ask.post(png(), {"authorization": f"Bearer {before}"}).status == 401
    assert ask.post(png()).status == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 403),
        ({"host": ""}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "http://localhost:8501"}, 403),
        ({"origin": "http://localhost:8600"}, 200),
        ({"host": "127.0.0.1:9"}, 200),
        ({"host": "[::1]:9"}, 200),
    ],
)
def test_pages_of_other_sites_are_not_answered(ask: Asker, headers: dict[str, str], status: int) -> None:
    assert ask.post(png(), headers).status == status
    assert ask.get("health", headers).status == status


# --- which run


def test_any_run_of_the_workspace_by_its_id(shared_workspace: Workspace, trained: Run, few: Dataset) -> None:
    ask = asker(shared_workspace)
    assert ask.post(png(), query=f"?run={trained.id}").status == 200
    unsaid = ask.post(png())
    assert (unsaid.status, "thaw runs" in unsaid.json["error"]) == (404, True)
    for id in ("00000000-00000000", "..", "x" * 300):
        assert ask.post(png(), query=f"?run={id}").status == 404


def test_a_run_that_has_no_model_yet(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few)
    answered = asker(workspace).post(png(), query=f"?run={run.id}")
    assert (answered.status, "Train it to the end first" in answered.json["error"]) == (409, True)


def test_a_server_of_one_run_answers_for_no_other(ask: Asker, trained: Run) -> None:
    assert ask.post(png(), query=f"?run={trained.id}").status == 200
    assert ask.post(png(), query="?run=00000000-00000000").status == 404


def test_health_needs_no_token(ask: Asker) -> None:
    answered = ask.get("health")
    assert answered.status == 200
    assert (answered.json["status"], answered.json["requests"]) == ("ok", 0)


def test_probabilities_of_several_pictures_do_not_mix(ask: Asker) -> None:
    """Judged by several threads at once, each is that of its own picture."""
    files = [(f"{number}.png", png(number)) for number in range(12)]
    together = ask.post_form(files).json["predictions"]
    for (_, content), found in zip(files, together, strict=True):
        alone = ask.post(content).json["predictions"][0]
        assert np.allclose(list(found["probabilities"].values()), list(alone["probabilities"].values()))
