"""Bringing pictures on the Data page: they are taken in by a worker, and watched until they are a dataset."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.testing.v1 import AppTest

from pages.ui import more_pictures, taking, upload_route
from pages.ui.messages import literal
from pages.ui.sending import Sent
from tests import pictures
from tests.pages.test_pages import metrics, opened, shown
from tests.test_tars import tarred
from tlcore import datasets, engine, intake, intake_records, sources, uploads
from tlcore.intake_records import Look, Status
from tlcore.workspace import Workspace


@pytest.fixture(scope="module")
def engine_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One workspace, and so one engine, for all tests that take something in."""
    home = Workspace(tmp_path_factory.mktemp("bringing") / "home")
    yield home
    if (crew := engine.find(home)) is not None:
        crew.stop()


@pytest.fixture
def with_engine(engine_home: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("THAW_HOME", str(engine_home.home))
    # No TensorFlow is needed for it.
    monkeypatch.setenv("THAW_ENGINE_PRELOAD", "")
    return engine_home


def taken_in(app: AppTest) -> AppTest:
    """Until what was brought is a dataset, or cannot be one."""
    deadline = time.monotonic() + 60
    while "intake" in app.query_params and not app.error:
        assert time.monotonic() < deadline, shown(app)
        app.run()
    return app


def click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()


def test_the_sample_comes_in_with_one_click(with_engine: Workspace) -> None:
    app = opened("Data")
    click(app, "Use the sample")
    taken_in(app)
    assert metrics(app) == {"Pictures": "228", "Classes": "6", "For training": "171", "For validation": "57"}
    assert "dataset" in app.query_params


def test_a_folder_of_this_computer(
    with_engine: Workspace, few_pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened("Data")
    assert len(app.text_input) == 0, "another computer is not offered this one's disk"
    monkeypatch.setattr(upload_route, "is_local", lambda headers: True)
    app.run()

    def use(path: str) -> None:
        app.text_input[0].set_value(path)
        click(app, "Use these pictures")
        taken_in(app)

    use("no/such/folder")
    assert [error.value for error in app.error] == [
        literal(
            "There is no folder or file of this name. Give the whole path, as your file manager shows it."
        )
    ]
    (tmp_path / "notes.txt").write_text("hello")
    use(str(tmp_path / "notes.txt"))
    said = f"'notes.txt' is not a zip, tar or tar.gz archive, or a folder of pictures. {sources.HOW}"
    assert [error.value for error in app.error] == [literal(said)]
    use(f'"{few_pictures}"')
    assert (len(app.error), metrics(app)["Pictures"]) == (0, "36")


def test_what_is_dropped_on_a_class_goes_into_it(
    with_engine: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = intake.take(with_engine, pictures.classes("cup", "mug", each=6).items(), name="things")
    upload = uploads.begin(with_engine, "a" * 32, owner="me", name="3 files", kind="folder")
    content = tarred({f"{n}.png": pictures.png(8000 + n) for n in range(3)})
    uploads.append(upload, 0, content, limit_bytes=10**9)
    asked: list[dict[str, object]] = []

    def dropped(key: str, **options: object) -> Sent | None:
        asked.append(options)
        return Sent(upload, (), dataset.id, "mug") if len(asked) == 1 else None

    monkeypatch.setattr(more_pictures, "folder_drop", dropped)
    app = taken_in(opened("Data", dataset=dataset.id))
    assert asked[0] == {"pictures": True, "into": dataset.id, "to": "cup"}
    added = datasets.load(with_engine, app.query_params["dataset"])
    assert pictures.sizes(added) == {"cup": 6, "mug": 9}
    assert (added.parent, added.change) == (dataset.id, "3 pictures added to 'mug'")


def test_what_was_sent_is_heard_though_a_run_of_the_page_ends_meanwhile(
    home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a run takes back what was told for the next one, which Streamlit has begun beside it."""

    def beside_an_end(self: SafeSessionState, *args: object, **options: object) -> None:
        with self._lock:
            self._state.on_script_will_rerun(*args, **options)
            self._state.on_script_finished(frozenset(), remove_stale_widgets=False)

    upload = uploads.begin(home, "b" * 32, owner="me", name="things", kind="folder")
    heard: list[Sent] = []
    monkeypatch.setattr("pages.ui.intake.begin_upload", lambda sent: heard.extend([sent] if sent else []))
    app = opened("Data")
    (drop,) = [one.proto.id for one in app.get("bidi_component") if one.proto.id.endswith("-drop_pictures")]
    told = [{"event": "sent", "value": {"id": upload.id, "missing": ["things/1.png"], "target": {}}}]
    states = app._tree.get_widget_states()
    states.widgets.add(id=_make_trigger_id(drop, "events"), json_trigger_value=json.dumps(told))
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", beside_an_end)
    app._run(states)
    assert heard == [Sent(upload, ("things/1.png",), "", "")]
    app.run()
    assert len(heard) == 1


def test_an_intake_that_was_cut_off_can_go_on(with_engine: Workspace, few_pictures: Path) -> None:
    record = intake_records.create(with_engine, few_pictures, name="few")
    record.record("reading", done=3, total=36)
    app = opened("Data", intake=record.id)
    assert [warning.value for warning in app.warning] == [
        "The process that read the pictures is gone. What it had read is kept."
    ]
    click(app, "Go on")
    taken_in(app)
    assert metrics(app)["Pictures"] == "36"


def test_an_upload_that_found_no_room_can_be_tried_again(with_engine: Workspace) -> None:
    upload = uploads.begin(with_engine, "d" * 32, owner="me", name="things", kind="folder")
    content = tarred({f"things/{name}": one for name, one in pictures.classes("cup", "mug", each=6).items()})
    uploads.append(upload, 0, content, limit_bytes=10**9)
    record = intake_records.create(with_engine, upload.data, name="things", upload=upload.id)
    record.record("failed", message="The pictures could not be saved.")
    app = opened("Data", intake=record.id)
    assert [error.value for error in app.error] == [literal("The pictures could not be saved.")]
    click(app, "Go on")
    taken_in(app)
    assert metrics(app)["Pictures"] == "12"


def test_an_intake_of_long_ago_is_no_dead_end(home: Workspace) -> None:
    app = opened("Data", intake="00000000-00000000")
    assert not app.exception
    assert not app.error
    assert "intake" not in app.query_params


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (Look(Status.QUEUED), "Waiting for the engine: it starts, or takes in other pictures first."),
        (Look(Status.READING, 1, 10_000), "1 of 10,000 files"),
        (Look(Status.READING, 4000, 10_000, 100), "4,000 of 10,000 files · 100 a second · about 60 s left"),
    ],
)
def test_what_is_told_of_an_intake(look: Look, said: str) -> None:
    assert taking.words(look) == said
