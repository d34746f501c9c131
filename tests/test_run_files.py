"""A whole run as a file, to another workspace; and files as nobody should send them, each refused."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import engines
from tests.engines import FakeEngine
from tests.own_models import crafted
from tlcore import (
    about,
    confidence,
    datasets,
    evaluation,
    images,
    imported_model,
    run_files,
    run_import,
    runs,
    trash,
)
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.engine import JobState
from tlcore.errors import DatasetError, ModelFileError, NotFound, NotSaved, RunError, ThawError
from tlcore.predict import Predictor
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

Parts = dict[str, bytes]


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


@pytest.fixture(scope="module")
def made_file(shared_workspace: Workspace, trained: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained run with its pictures."""
    out = tmp_path_factory.mktemp("export") / "run.zip"
    with pytest.MonkeyPatch.context() as patch:
        engines.put_in_place(patch)
        run_files.export(shared_workspace, trained, out, with_pictures=True)
    return out


@pytest.fixture
def small(workspace: Workspace, few: Dataset) -> Run:
    """A finished run without a model."""
    shutil.copytree(few.folder, workspace.datasets / few.id)
    run = runs.create(workspace, Recipe(), few, name="Small")
    run.record("failed", message="No.", seconds={})
    return run


def parts_of(file: Path) -> Parts:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sent(parts: Parts, target: Path, *, hashes: bool = True) -> Path:
    """A file with hashes that fit, as somebody who changes it would make it."""
    said = json.loads(parts[run_files.MANIFEST])
    if hashes:
        said["sha256"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in parts.items()
            if name != run_files.MANIFEST
        }
    return crafted.zipped(parts | {run_files.MANIFEST: json.dumps(said).encode()}, target)


def test_a_run_goes_to_another_workspace_whole(
    made_file: Path, trained: Run, few: Dataset, workspace: Workspace
) -> None:
    run = run_import.take(workspace, made_file)
    assert replace(run, folder=trained.folder) == replace(trained, note=run.note)
    assert run.events() == trained.events()
    assert evaluation.load(run) == evaluation.load(trained)
    assert runs.progress(run, run.events(), alive=False).status is Status.DONE
    assert run.has_model
    brought = datasets.load(workspace, few.id)
    assert (brought.classes, brought.items) == (few.classes, few.items)
    assert datasets.changes(brought) == []
    assert sorted(file.name for file in run.folder.iterdir()) == sorted([*run_files.RUN_FILES, runs.IMPORTED])
    assert [*(workspace.home / "scratch").iterdir()] == []


def test_the_file_holds_what_it_says(made_file: Path, trained: Run, few: Dataset) -> None:
    parts = parts_of(made_file)
    said = json.loads(parts[run_files.MANIFEST])
    assert (said["format"], said["run"], said["dataset"]["id"]) == (1, trained.id, few.id)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}.items() > said[
        "sha256"
    ].items()
    assert len(parts) == 1 + len(run_files.RUN_FILES) + 1 + len({item.file for item in few.items})


def test_name_and_note_go_along_and_the_pin_does_not(
    small: Run, workspace: Workspace, tmp_path: Path
) -> None:
    about.rename(small.folder, "Ein Lauf: <b>")
    about.set_note(small.folder, "one\ntwo")
    about.pin(small.folder)
    out = tmp_path / "run.zip"
    run_files.export(workspace, runs.load(workspace, small.id), out)
    assert runs.load(workspace, small.id).exported
    other = Workspace(tmp_path / "other")
    run = run_import.take(other, out)
    assert (run.name, run.note, run.pinned, run.exported) == ("Ein Lauf: <b>", "one\ntwo", False, False)
    with pytest.raises(NotFound):
        datasets.load(other, run.dataset_id)


def test_how_sure_it_has_to_be_goes_along(
    shared_workspace: Workspace, trained: Run, workspace: Workspace, tmp_path: Path
) -> None:
    """A choice that counts here counts there; one of an earlier evaluation counts nowhere."""
    out = tmp_path / "run.zip"
    confidence.use(trained, 0.7)
    try:
        run_files.export(shared_workspace, trained, out)
        sure = confidence.chosen(trained)
    finally:
        confidence.drop(trained)
    assert sure != confidence.NONE
    parts = parts_of(out)
    assert confidence.chosen(run_import.take(workspace, out)) == sure
    changed("run/confidence.json", lambda found: found.update(evaluation="0" * 64))(parts)
    run = run_import.take(Workspace(tmp_path / "later"), sent(parts, tmp_path / "later.zip"))
    assert (confidence.chosen(run), confidence.is_outdated(run)) == (confidence.NONE, False)
    changed("run/confidence.json", lambda found: found.update(threshold=7))(parts)
    with pytest.raises(RunError, match=r"confidence\.json is damaged"):
        run_import.take(Workspace(tmp_path / "none"), sent(parts, tmp_path / "none.zip"))


def test_a_run_that_is_here_is_not_overwritten(small: Run, workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "run.zip"
    run_files.export(workspace, small, out)
    about.rename(small.folder, "Mine")
    with pytest.raises(RunError, match="is here already, as 'Mine'. Nothing was changed"):
        run_import.take(workspace, out)
    trash.delete(workspace, runs.load(workspace, small.id))
    with pytest.raises(RunError, match="can be had back from the deleted runs"):
        run_import.take(workspace, out)
    trash.undelete(workspace, small.id)
    assert runs.load(workspace, small.id).name == "Mine"


def test_what_is_under_way_is_not_exported(
    small: Run, workspace: Workspace, tmp_path: Path, crew: FakeEngine
) -> None:
    small.record("queued")
    crew.queue = {small.job_key: JobState.QUEUED}
    with pytest.raises(RunError, match="cannot be exported now"):
        run_files.export(workspace, small, tmp_path / "run.zip")
    assert [*tmp_path.glob("*.zip")] == []


def test_a_file_that_cannot_be_written_is_a_sentence(
    small: Run, workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(NotSaved, match=r"run\.zip could not be written"):
        run_files.export(workspace, small, tmp_path / "none" / "run.zip")
    assert not runs.load(workspace, small.id).exported


def changed(name: str, change: Callable[[Any], Any]) -> Callable[[Parts], None]:
    def act(parts: Parts) -> None:
        value = json.loads(parts[name])
        changed_value = change(value)
        parts[name] = json.dumps(value if changed_value is None else changed_value).encode()

    return act


def record(**values: Any) -> Callable[[Parts], None]:
    return changed("run/run.json", lambda found: found.update(values))


def event(**values: Any) -> Callable[[Parts], None]:
    return lambda parts: parts.update(
        {"run/history.jsonl": parts["run/history.jsonl"] + json.dumps(values).encode() + b"\n"}
    )


def put(name: str, content: bytes) -> Callable[[Parts], None]:
    return lambda parts: parts.update({name: content})


def judged(change: Callable[[Any], Any]) -> Callable[[Parts], None]:
    return changed("run/evaluation.json", lambda found: change(found["val"]))


def pictures(change: Callable[[Any], Any]) -> Callable[[Parts], None]:
    return changed("dataset/manifest.json", change)


def test_figures_are_not_believed(
    made_file: Path, trained: Run, workspace: Workspace, tmp_path: Path
) -> None:
    parts = parts_of(made_file)
    judged(lambda val: val.update(figures={"interval": ["</b>", 3]}))(parts)
    parts["run/model.keras"] = b""
    with pytest.raises(ModelFileError):
        run_import.take(workspace, sent(parts, tmp_path / "run.zip"))
    del parts["run/model.keras"]
    run = run_import.take(workspace, sent(parts, tmp_path / "run.zip"))
    assert evaluation.load(run) == evaluation.load(trained)


EPOCH = {"event": "epoch", "epoch": 7, "phase": 0, "seconds": 1, "loss": 1, "accuracy": 1, "val_loss": 1}
REFUSED = {
    "no manifest": lambda parts: parts.pop("thaw-run.json"),
    "another format": changed("thaw-run.json", lambda said: said.update(format=2)),
    "manifest of another shape": put("thaw-run.json", b"[]"),
    "another part": put("run/graph.json", b"{}"),
    "a way out": put("../evil", b"x"),
    "a part that is missing": lambda parts: parts.pop("run/history.jsonl"),
    "id that is a path": record(id="../../x"),
    "id of another run": record(id="00000001-00000000"),
    "dataset that is a path": record(dataset_id="../../../etc"),
    "name that is none": record(name=["x"]),
    "classes that are none": record(classes=[1, 2]),
    "a hidden turn in a class": record(classes=["bird", "fruit\u202e", "vehicle"]),
    "a field too many": record(folder="/etc"),
    "several labels and softmax": record(several_labels=True),
    "JSON nested deep": put("run/run.json", b'{"id":' + b"[" * 200_000),
    "recipe of a path": changed("run/recipe.json", lambda one: one["backbone"].update(weights="../x.h5")),
    "recipe that is none": put("run/recipe.json", b"[" * 100_000),
    "epoch without figures": event(**EPOCH),
    "figures that are words": event(**EPOCH, val_accuracy="high"),
    "phase that is not there": event(**EPOCH | {"phase": 3}, val_accuracy=1.0),
    "an end of words": event(event="done", seconds={"total": "long"}),
    "an end without its parts": event(event="done", seconds="long"),
    "an event of lists": event(event="other", deep=[[[["x"]]]]),
    "more epochs than may be": event(event="extended", epochs=10**6),
    "picture that is a path": judged(lambda val: val["pictures"][0].update(file="../../../x.png")),
    "label that is no class": judged(lambda val: val["pictures"][0].update(label=9)),
    "too few probabilities": judged(lambda val: val["pictures"][0].update(probabilities=[1.0])),
    "a share of two": judged(lambda val: val.update(accuracy=2)),
    "a matrix of another size": judged(lambda val: val["confusion"].pop()),
    "a split of its own": changed("run/evaluation.json", lambda found: {"all": found["val"]}),
    "pictures of another id": pictures(lambda one: one.update(id="0" * 16)),
    "picture of another label": pictures(lambda one: one["items"][0].update(label=2)),
    "file that is a path": pictures(lambda one: one["items"][0].update(file="../" + "0" * 64 + ".png")),
    "shares that cannot be": pictures(lambda one: one.update(val_fraction=7.0)),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_as_it_should_be_is_refused(
    made_file: Path, workspace: Workspace, tmp_path: Path, name: str
) -> None:
    parts = parts_of(made_file)
    # No case is about them; without their megabytes all is faster.
    parts["run/model.keras"] = b""
    manifest = parts[run_files.MANIFEST]
    REFUSED[name](parts)
    if run_files.MANIFEST in parts and parts[run_files.MANIFEST] == manifest:
        file = sent(parts, tmp_path / "run.zip")
    else:
        file = crafted.zipped(parts, tmp_path / "run.zip")
    with pytest.raises(RunError) as told:
        run_import.take(workspace, file)
    nothing_is_left(workspace, told.value)


def nothing_is_left(workspace: Workspace, error: ThawError) -> None:
    assert "\n" not in str(error)
    assert str(workspace.home) not in str(error)
    assert [path for path in workspace.home.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["run/run.json", "run/history.jsonl", "run/model.keras"])
def test_a_part_that_was_changed_is_told_by_its_hash(
    made_file: Path, workspace: Workspace, tmp_path: Path, name: str
) -> None:
    parts = parts_of(made_file)
    parts[name] += b" "
    with pytest.raises(RunError, match=f"{name.rpartition('/')[2]} is damaged, or was changed") as told:
        run_import.take(workspace, sent(parts, tmp_path / "run.zip", hashes=False))
    nothing_is_left(workspace, told.value)


def test_pictures_are_looked_at(made_file: Path, workspace: Workspace, tmp_path: Path) -> None:
    parts = parts_of(made_file)
    name = next(name for name in parts if name.startswith(run_files.IMAGES))
    parts[name] = b"no picture"
    with pytest.raises(RunError, match="A picture in the file is damaged") as told:
        run_import.take(workspace, sent(parts, tmp_path / "run.zip"))
    nothing_is_left(workspace, told.value)


def as_lambda(config: dict[str, Any]) -> None:
    config["config"]["layers"][1] |= {"class_name": "Lambda"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda folder, good: crafted.changed(good, folder / "x.keras", as_lambda), "Lambda"),
        (lambda folder, good: crafted.with_weights(good, folder / "x.keras", crafted.soft_link), "link"),
        (lambda folder, good: shutil.copy(__file__, folder / "x.keras"), "damaged file"),
    ],
    ids=["code", "links", "no model"],
)
def test_a_model_that_is_not_admitted_refuses_the_run(
    small: Run, workspace: Workspace, tmp_path: Path, change: Callable[[Path, Path], Path], said: str
) -> None:
    """FAULTS 36-40: no code of a file ever runs, and nothing but layers on the lists is kept."""
    small.model_file.write_bytes(Path(change(tmp_path, the_model(tmp_path))).read_bytes())
    out, other = tmp_path / "run.zip", Workspace(tmp_path / "other")
    run_files.export(workspace, small, out)
    with pytest.raises(ModelFileError, match=said) as told:
        run_import.take(other, out)
    nothing_is_left(other, told.value)


def the_model(folder: Path) -> Path:
    return crafted.saved(crafted.small(), folder / "small.keras")


def judged_run(small: Run, tmp_path: Path) -> Run:
    shutil.copy(the_model(tmp_path), small.model_file)
    small.evaluation_file.write_text("{}")
    return small


def test_the_model_of_an_imported_run_predicts_what_keras_says(
    small: Run, workspace: Workspace, few: Dataset, tmp_path: Path, crew: FakeEngine
) -> None:
    """The graph is made by a worker from the model that was looked at, and not taken from the file."""
    import keras

    out, other = tmp_path / "run.zip", Workspace(tmp_path / "other")
    run_files.export(workspace, judged_run(small, tmp_path), out)
    run = run_import.take(other, out)
    with pytest.raises(RunError, match="is being made ready"):
        Predictor(other, run)
    run_import.make_ready(other, run)
    assert crew.submitted == [("graph_job", str(other.home), run.id)]
    imported_model.graph_job(str(other.home), run.id)
    path = few.path(few.items[0])
    pixels = images.load_rgb(path, 8)[None].astype("float32")
    expected = keras.models.load_model(tmp_path / "small.keras").predict(pixels, verbose=0)[0]
    found = Predictor(other, run).predict_kept(path).probabilities
    assert list(found.values()) == pytest.approx(expected.tolist(), abs=1e-5)
    run_import.make_ready(other, run)
    assert len(crew.submitted) == 1


@pytest.mark.parametrize(
    ("classes", "numbers", "said"),
    [(["a", "b"], 1000, "does not answer for the classes"), (None, 3, "do not belong together")],
)
def test_a_model_that_does_not_fit_is_not_used(
    small: Run, workspace: Workspace, tmp_path: Path, classes: list[str] | None, numbers: int, said: str
) -> None:
    """The graph says why; the run itself stays."""
    if classes:
        record = small.folder / "run.json"
        record.write_text(json.dumps(json.loads(record.read_text()) | {"classes": classes}))
    out, other = tmp_path / "run.zip", Workspace(tmp_path / "other")
    run_files.export(workspace, judged_run(small, tmp_path), out)
    run = run_import.take(other, out)
    if not classes:
        run.imported_file.write_text(json.dumps({"numbers": numbers}))
    imported_model.graph_job(str(other.home), run.id)
    with pytest.raises(RunError, match=said):
        Predictor(other, run)
    assert not imported_model.needs_graph(run)


def test_a_line_that_was_torn_is_left_out(small: Run, workspace: Workspace, tmp_path: Path) -> None:
    with open(small.history_file, "ab") as file:
        file.write(b'{"event": "epo\n{"event": "queued", "at": ""}\n{"event": "do')
    out = tmp_path / "run.zip"
    run_files.export(workspace, small, out)
    run = run_import.take(Workspace(tmp_path / "other"), out)
    assert [event["event"] for event in run.events()] == ["queued", "failed", "queued"]


def test_a_zip_that_swells_is_refused(made_file: Path, workspace: Workspace, tmp_path: Path) -> None:
    parts = parts_of(made_file)
    parts["run/history.jsonl"] = b" " * 160 * 10**6
    file = tmp_path / "run.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(RunError, match="history.jsonl") as told:
        run_import.take(workspace, file)
    nothing_is_left(workspace, told.value)


def test_a_file_that_is_not_there_is_said(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"There is no file 'none\.zip'"):
        run_import.take(workspace, tmp_path / "none.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"text"])
def test_what_is_no_zip_is_refused(workspace: Workspace, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.zip").write_bytes(content)
    with pytest.raises(DatasetError, match="The zip is cut short or damaged"):
        run_import.take(workspace, tmp_path / "run.zip")
