"""The Predict page: files that were sent, the table of many, corrections, and the routes behind it."""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.ui import judging, live_route, picture_route, predict_files, predict_table, upload_route
from pages.ui.sending import Sent
from tests import asgi, pictures
from tests.pages.test_pages import metrics, opened, shown
from tests.test_tars import tarred
from tlcore import confidence, corrections, datasets, prediction_jobs, predictions, runs, uploads
from tlcore import pictures as kept
from tlcore.datasets import Dataset, Split
from tlcore.images import make_safe
from tlcore.predict import Predictor
from tlcore.predictions import Batch, Status
from tlcore.runs import Run
from tlcore.workspace import Workspace, write_atomic

HOST = "localhost:8501"


@pytest.fixture
def clean(at_home: Workspace) -> Iterator[Workspace]:
    """Other tests count what is in the shared workspace."""
    yield at_home
    shutil.rmtree(at_home.predictions, ignore_errors=True)
    shutil.rmtree(at_home.uploads, ignore_errors=True)


def sent(space: Workspace, files: dict[str, bytes] | bytes, *missing: str, id: str = "a" * 32) -> Sent:
    """As a browser has sent it: the files of a folder, or an archive."""
    folder = isinstance(files, dict)
    upload = uploads.begin(
        space, id, owner="x", name="asked" if folder else "asked.zip", kind="folder" if folder else "archive"
    )
    content = tarred(files) if isinstance(files, dict) else files
    if content:
        uploads.append(upload, 0, content, limit_bytes=10**8)
    return Sent(upload, tuple(missing), "", "")


def dropped(monkeypatch: pytest.MonkeyPatch, run: Run, what: Sent) -> AppTest:
    """The page, and what is dropped on it; the component tells of it once."""
    told = [what]
    monkeypatch.setattr(predict_files, "folder_drop", lambda key, **options: told.pop() if told else None)
    return judged(opened("Predict", run=run.id))


def judged(app: AppTest) -> AppTest:
    """Until a batch has come to its end."""
    deadline = time.monotonic() + 60
    while any(button.label == "Stop" for button in app.button):
        assert time.monotonic() < deadline, shown(app)
        app.run()
    assert not any("Something went wrong" in error.value for error in app.error)
    return app


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return judged(app.run())


def content_of(few: Dataset, place: int) -> bytes:
    return few.path(few.of(Split.VAL)[place]).read_bytes()


def three(few: Dataset) -> dict[str, bytes]:
    return {f"asked/{place}.png": content_of(few, place) for place in (0, 4, 8)}


def table(app: AppTest) -> list[dict[str, Any]]:
    found = next(frame.value for frame in app.dataframe if "It says" in frame.value)
    return [dict(row) for row in found.to_dict("records")]


def test_one_picture_is_judged_at_once(
    clean: Workspace, few: Dataset, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = dropped(monkeypatch, trained, sent(clean, {"asked/1.png": content_of(few, 0)}))
    expected = judging.predictor(trained).predict(content_of(few, 0))
    assert not app.error
    assert metrics(app) == {"It looks like": expected.label}
    assert ("batch" in app.query_params, "picture" in app.query_params) == (False, True)
    assert not [*clean.uploads.iterdir()]
    click(app, "Forget this picture")
    assert "picture" not in app.query_params
    assert metrics(app) == {}


@pytest.mark.parametrize(
    ("files", "missing", "said"),
    [
        ({"notes.jpg": b"these are notes"}, (), "It is no picture"),
        ({}, ("gone.jpg",), "could not be read where it was sent from"),
    ],
)
def test_what_is_no_picture_is_said(
    clean: Workspace,
    trained: Run,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, bytes],
    missing: tuple[str, ...],
    said: str,
) -> None:
    app = dropped(monkeypatch, trained, sent(clean, files, *missing))
    assert [said in error.value for error in app.error] == [True]
    assert metrics(app) == {}
    assert not [*clean.uploads.iterdir()]


def test_many_are_a_table_that_a_refresh_shows_again(
    clean: Workspace, few: Dataset, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = three(few) | {"asked/notes.txt": b"hello"}
    app = dropped(monkeypatch, trained, sent(clean, files, "lost.png"))
    assert not app.error
    predictor = judging.predictor(trained)
    expected = {name: predictor.predict(content) for name, content in three(few).items()}
    rows = table(app)
    assert {row["File"]: row["It says"] for row in rows} == {
        name: one.label for name, one in expected.items()
    }
    assert [row["Probability"] for row in rows] == pytest.approx(
        [one.probability for one in expected.values()], abs=1e-5
    )
    assert [dict(row)["File"] for row in app.dataframe[0].value.to_dict("records")] == [
        "lost.png",
        "asked/notes.txt",
    ]
    assert not [*clean.uploads.iterdir()]
    again = opened("Predict", run=trained.id, batch=app.query_params["batch"])
    assert table(again) == rows


@pytest.fixture
def batch(clean: Workspace, few: Dataset, trained: Run) -> Batch:
    upload = sent(clean, three(few)).upload
    made = prediction_jobs.start_upload(clean, trained, upload, judging.opener(trained))
    deadline = time.monotonic() + 60
    while predictions.is_alive(clean, made):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return made


def test_the_table_is_filtered(batch: Batch, trained: Run, few: Dataset) -> None:
    app = opened("Predict", run=trained.id, batch=batch.id)
    first = table(app)[0]
    answer = next(box for box in app.selectbox if box.label == "It says")
    answer.set_value(first["It says"]).run()
    assert {row["It says"] for row in table(app)} == {first["It says"]}
    next(box for box in app.selectbox if box.label == "It says").set_value("Everything").run()
    app.text_input[0].set_value("/4.").run()
    assert [row["File"] for row in table(app)] == ["asked/4.png"]
    app.text_input[0].set_value("nothing of that name").run()
    assert "No picture fits." in shown(app)
    confidence.use(trained, 0.99)
    try:
        app = opened("Predict", run=trained.id, batch=batch.id)
        unsure = [row for row in table(app) if row["Probability"] < 0.99]
        assert [row["It says"].startswith("I don't know (") for row in unsure] == [True] * len(unsure)
        assert unsure
    finally:
        confidence.drop(trained)


def test_a_row_is_opened_from_the_link(batch: Batch, trained: Run) -> None:
    row = predictions.rows(batch)[1]
    app = opened("Predict", run=trained.id, batch=batch.id, picture=row.picture)
    assert metrics(app) == {"It looks like": predictions.judged(trained, batch)[1].prediction.label}
    click(app, "Close this picture")
    assert "picture" not in app.query_params
    assert len(table(app)) == 3


def test_pictures_go_back_into_the_dataset_with_the_right_class(
    batch: Batch, clean: Workspace, trained: Run, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {folder.name for folder in clean.datasets.iterdir()}
    draw = predict_table._table
    monkeypatch.setattr(predict_table, "_table", lambda *given: [draw(*given), given[1][0]][1:])
    number = predictions.rows(batch)[0].number
    item = few.of(Split.VAL)[0]
    other = next(name for name in few.classes if name != few.classes[item.label])
    app = opened("Predict", run=trained.id, dataset=few.id, batch=batch.id)
    next(box for box in app.selectbox if box.label == "Right class").set_value(other).run()
    click(app, "Set for 1 picture")
    assert corrections.load(batch)[number].labels == (other,)
    assert table(app)[0]["Right class"] == other
    click(app, "Take back")
    assert corrections.load(batch) == {}
    click(app, "Set for 1 picture")
    click(app, "Add 1 picture to few")
    version = datasets.load(clean, app.query_params["dataset"])
    try:
        assert (version.parent, version.version) == (few.id, 2)
        (added,) = {*version.items} - {*few.items}
        assert (added.sha256 in predictions.rows(batch)[0].file, added.name) == (True, "0.png")
        assert version.classes[added.label] == other
        assert not app.error
        assert app.success[0].value.startswith("Version 2 of few has 1 picture of these")
        assert table(app)[0]["Right class"] == f"{other} ✓"
    finally:
        for folder in clean.datasets.iterdir():
            if folder.name not in before:
                shutil.rmtree(folder)


def test_another_run_is_told_of_and_may_judge_them_too(
    batch: Batch, clean: Workspace, trained: Run, few: Dataset
) -> None:
    other = runs.create(clean, trained.recipe, few, name="Another")
    try:
        for file in trained.folder.iterdir():
            if file.is_file() and file.name not in ("run.json", "recipe.json"):
                shutil.copy(file, other.folder)
        app = opened("Predict", run=other.id, batch=batch.id)
        assert "were judged by Shared run, not by Another" in shown(app).replace("\\", "")
        assert not app.dataframe
        click(app, "Judge them with this run")
        assert app.query_params["batch"] != batch.id
        assert len(table(app)) == 3
        click(app, "Forget these pictures")
        assert "batch" not in app.query_params
    finally:
        shutil.rmtree(other.folder)


def test_a_run_that_was_trained_on_is_opened_anew(clean: Workspace, trained: Run, batch: Batch) -> None:
    before = judging.predictor(trained)
    assert judging.predictor(trained) is before
    graph = trained.folder / "graph.json"
    content = graph.read_bytes()
    write_atomic(graph, content + b"\n")
    try:
        assert judging.predictor(trained) is not before
        app = opened("Predict", run=trained.id, batch=batch.id)
        assert "was trained on since it judged these pictures" in shown(app)
    finally:
        write_atomic(graph, content)


def test_an_archive_that_is_none_is_said_and_not_kept(
    clean: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = dropped(monkeypatch, trained, sent(clean, b"PK\x03\x04 cut"))
    assert "The zip is cut short or damaged" in shown(app)
    click(app, "Forget these pictures")
    assert "batch" not in app.query_params
    assert not [*clean.uploads.iterdir()]


def test_a_batch_that_was_cut_off_goes_on(
    clean: Workspace, trained: Run, few: Dataset, tmp_path: Path
) -> None:
    for name, content in three(few).items():
        (tmp_path / Path(name).name).write_bytes(content)
    made = predictions.create(clean, trained, tmp_path, name="asked")
    made.story_file.write_text('{"event": "judging", "done": 1, "total": 3}\n')
    app = judged(opened("Predict", run=trained.id, batch=made.id))
    assert "No picture could be judged" in shown(app).replace("\\", "")
    raw = (0.5, 0.25, 0.25)
    safe = make_safe(content_of(few, 0))
    (made.images / f"{safe.sha256}{safe.suffix}").write_bytes(safe.content)
    first = predictions.Row(0, "0.png", f"{safe.sha256}{safe.suffix}", safe.width_px, safe.height_px, raw)
    made.rows_file.write_text(json.dumps(asdict(first)) + "\n")
    app = judged(opened("Predict", run=trained.id, batch=made.id))
    assert len(table(app)) == 1
    assert "It was interrupted after 1 of 3 files." in shown(app)
    click(app, "Go on")
    assert predictions.look(clean, made).status is Status.DONE
    assert len(table(app)) == 3


def test_a_batch_that_is_gone_is_said_once(clean: Workspace, trained: Run) -> None:
    app = opened("Predict", run=trained.id, batch="00000000-00000000")
    assert "There is no batch of pictures" in shown(app)
    assert "batch" not in app.query_params


# ---- Routes


@pytest.fixture
def _loopback() -> Iterator[None]:
    before = st.get_option("server.address")
    st.config.set_option("server.address", "localhost")
    yield
    st.config.set_option("server.address", before)


def ask(path: str, body: bytes, **headers: str | None) -> tuple[int, dict[str, Any]]:
    given: dict[str, str | None] = {
        "host": HOST,
        "origin": f"http://{HOST}",
        "x-thaw-token": upload_route.new_token(),
    }
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    kept_headers = {name: value for name, value in given.items() if value is not None}
    status, _, content = asgi.answer(live_route.routes(), "POST", path, kept_headers, body)
    return status, json.loads(content)


@pytest.mark.usefixtures("_loopback")
def test_the_camera_is_answered_as_the_page_judges(clean: Workspace, trained: Run, few: Dataset) -> None:
    content = content_of(few, 0)
    status, told = ask(f"/thaw/live/{trained.id}", content)
    expected = judging.predictor(trained).predict(content)
    assert status == 200
    assert told["labels"] == [expected.label]
    assert told["unsure"] is False
    assert [name for name, _ in told["ranked"]] == [name for name, _ in expected.ranked]
    assert [value for _, value in told["ranked"]] == pytest.approx([value for _, value in expected.ranked])
    status, told = ask(f"/thaw/live/{trained.id}?keep=1", content)
    assert status == 200
    assert kept.find(clean, told["picture"]).is_file()


@pytest.mark.usefixtures("_loopback")
@pytest.mark.parametrize(
    ("run", "body", "headers", "status"),
    [
        ("", b"x", {"x_thaw_token": "abc.def"}, 403),
        ("", b"x", {"x_thaw_token": None}, 403),
        # The signature of a link is no token.
        ("", b"x", {"x_thaw_token": f"exports a,b.{upload_route.signed('exports a,b')}"}, 403),
        ("", b"x", {"origin": "http://evil.example"}, 403),
        ("", b"x", {"host": "evil.example", "origin": "http://evil.example"}, 403),
        ("", b"no picture", {}, 422),
        ("", b"", {}, 422),
        ("", bytes(live_route.MAX_BYTES + 1), {}, 413),
        ("00000000-00000000", pictures.png(), {}, 404),
        ("..%2f..", pictures.png(), {}, 404),
    ],
)
def test_the_camera_route_answers_nobody_else_and_nothing_else(
    clean: Workspace, trained: Run, run: str, body: bytes, headers: dict[str, str | None], status: int
) -> None:
    found, told = ask(f"/thaw/live/{run or trained.id}", body, **headers)
    assert (found, list(told)) == (status, ["message"])


@pytest.mark.usefixtures("_loopback")
def test_a_model_without_numbers_is_a_sentence_to_the_camera(
    clean: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tlcore.predict import Prediction

    monkeypatch.setattr(Predictor, "predict", lambda self, content: Prediction({"a": float("nan"), "b": 0.0}))
    status, told = ask(f"/thaw/live/{trained.id}", pictures.png())
    assert (status, told) == (
        409,
        {"message": "The model gives no numbers. Train it again with a lower learning rate."},
    )


@pytest.mark.usefixtures("_loopback")
def test_small_pictures_are_served_by_their_signature(batch: Batch) -> None:
    file = predictions.rows(batch)[0].file
    address = picture_route.addresses(batch)

    def get(path: str, host: str = HOST) -> tuple[int, bytes]:
        status, _, content = asgi.answer(picture_route.routes(), "GET", path, {"host": host})
        return status, content

    status, content = get(address.format(file=file))
    assert (status, content[:3]) == (200, b"\xff\xd8\xff")
    assert get(address.format(file=file)[:-1])[0] == 403
    assert get(address.format(file=file), host="evil.example")[0] == 403
    assert get(address.format(file="0" * 64 + ".png"))[0] == 404
    assert get(address.format(file="batch.json"))[0] == 404
