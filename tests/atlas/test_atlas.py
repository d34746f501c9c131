"""The atlas of a trained run: its features are the training's, its pictures find each other."""

import dataclasses
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests import engines
from tests.engines import FakeEngine
from tests.health import made
from tlcore import atlas, picture_features, pictures, unlike
from tlcore.atlas import Charted, Projection, embedding, figure, job, lens, neighbours, reach
from tlcore.atlas.projections import Projected
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.engine import JobState, Priority
from tlcore.errors import EngineError, NotFound, RunError
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def charted(shared_workspace: Workspace, trained: Run) -> Charted:
    job.atlas_job(str(shared_workspace.home), trained.id, "pca")
    found = atlas.read(shared_workspace, trained, Projection.PCA)
    assert found is not None
    return found


def test_what_a_training_computed_is_enough(
    shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_features, "computed", lambda *args: pytest.fail("computed again"))
    atlas.remove(shared_workspace, trained.dataset_id)
    assert atlas.is_quick(shared_workspace, trained)
    assert not atlas.look(shared_workspace, trained, Projection.PCA).is_there
    assert atlas.read(shared_workspace, trained, Projection.PCA) is None
    job.atlas_job(str(shared_workspace.home), trained.id, "nearest")
    assert atlas.look(shared_workspace, trained, None).is_there
    assert not atlas.look(shared_workspace, trained, Projection.PCA).is_there
    job.atlas_job(str(shared_workspace.home), trained.id, "pca")
    assert atlas.look(shared_workspace, trained, Projection.PCA).is_there
    assert not atlas.look(shared_workspace, trained, Projection.TSNE).is_there


def test_rows_are_those_of_the_dataset(shared_workspace: Workspace, charted: Charted, few: Dataset) -> None:
    assert charted.dataset == few
    assert charted.projected.points.shape == (36, 2)
    assert charted.atlas.neighbours.rows.shape == (36, neighbours.NEAREST)
    training = {row for row, item in enumerate(few.items) if item.split is Split.TRAIN}
    assert {*charted.atlas.neighbours.rows.ravel().tolist()} <= training
    assert charted.atlas.reach.k == reach.k_of(few)
    assert not charted.own


def test_two_runs_on_one_backbone_share_it(shared_workspace: Workspace, trained: Run, few: Dataset) -> None:
    other = dataclasses.replace(trained, recipe=Recipe.parse({"head": {"layers": [{"dense": 7}]}}))
    key = lens.of(shared_workspace, trained).key(few)
    assert lens.of(shared_workspace, other).key(few) == key
    padded = dataclasses.replace(trained, recipe=Recipe.parse({"backbone": {"fit": "pad"}}))
    assert lens.of(shared_workspace, padded).key(few) != key
    pooled = dataclasses.replace(trained, recipe=Recipe.parse({"head": {"pooling": "max"}}))
    assert lens.of(shared_workspace, pooled).key(few) != key


def test_one_that_trained_layers_has_features_of_its_own(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    phases = [{"epochs": 1, "freeze": "all"}, {"epochs": 1, "freeze": 100}]
    tuned = dataclasses.replace(trained, recipe=Recipe.parse({"phases": phases}))
    seen = lens.of(shared_workspace, tuned)
    assert seen.plan is None
    assert seen.image_size_px == 224
    assert seen.key(few) != lens.of(shared_workspace, trained).key(few)
    without = dataclasses.replace(tuned, folder=Path("nowhere"))
    with pytest.raises(RunError, match="no finished model yet"):
        lens.of(shared_workspace, without)


def test_what_goes_into_the_head_of_a_frozen_backbone_is_its_output(
    shared_workspace: Workspace, trained: Run, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way of a run with trained layers, on one where its numbers are known."""
    known = lens.kept(shared_workspace, lens.of(shared_workspace, trained), few)
    assert known is not None
    monkeypatch.setattr(lens, "_frozen", lambda workspace, run: None)
    seen = lens.of(shared_workspace, trained)
    assert lens.kept(shared_workspace, seen, few) is None
    told: list[tuple[int, int]] = []
    found = lens.rows(shared_workspace, trained, seen, few, lambda *step: told.append(step))
    assert told[-1] == (36, 36)
    assert found == pytest.approx(known, abs=1e-3 * float(known.max()))
    assert lens.kept(shared_workspace, seen, few) == pytest.approx(found)
    # Its graph was made on the way, so a new picture needs no worker.
    monkeypatch.setattr(embedding, "_by_worker", lambda *args: pytest.fail("asked a worker"))
    vector = embedding.embed(shared_workspace, trained, few.path(few.items[5]))
    assert vector == pytest.approx(known[5], abs=1e-3 * float(known.max()))


def test_a_picture_is_seen_as_in_the_training(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    known = lens.kept(shared_workspace, lens.of(shared_workspace, trained), few)
    assert known is not None
    vector = embedding.embed(shared_workspace, trained, few.path(few.items[5]))
    assert vector == pytest.approx(known[5], abs=1e-4 * float(known.max()))


def test_a_worker_sees_the_same(
    shared_workspace: Workspace, trained: Run, few: Dataset, tmp_path: Path
) -> None:
    path = few.path(few.items[5])
    pixels = features_pixels(path)
    np.save(tmp_path / "pixels.npy", pixels)
    embedding.embed_job(str(shared_workspace.home), trained.id, str(tmp_path))
    (row,) = embedding.keras_answers.read(tmp_path)
    assert row == pytest.approx(embedding.embed(shared_workspace, trained, path), abs=1e-3)
    embedding.embed_job(str(shared_workspace.home), "00000000-00000000", str(tmp_path))
    with pytest.raises(RunError, match="There is no run"):
        embedding.keras_answers.read(tmp_path)


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return engines.put_in_place(monkeypatch)


def test_without_a_graph_a_worker_is_asked_if_it_is_free(
    shared_workspace: Workspace,
    trained: Run,
    few: Dataset,
    crew: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedding, "_kept_runner", lambda *args: None)
    # What the worker does has a test of its own.
    monkeypatch.setattr(embedding, "_embedded", lambda *args: np.full((1, 4), 7, np.float32))
    path = few.path(few.items[5])
    crew.does = "run"
    assert embedding.embed(shared_workspace, trained, path).tolist() == [7, 7, 7, 7]
    crew.does = "hold"
    crew.queue["run-another"] = JobState.RUNNING
    with pytest.raises(EngineError, match="The worker is busy"):
        embedding.embed(shared_workspace, trained, path)
    crew.queue.clear()
    crew.does = "lose"
    with pytest.raises(RunError, match="was ended"):
        embedding.embed(shared_workspace, trained, path)


def test_only_what_needs_keras_waits_for_a_worker(
    shared_workspace: Workspace, trained: Run, crew: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas.remove(shared_workspace, trained.dataset_id)
    atlas.start(shared_workspace, trained, Projection.PCA, owner="me")
    atlas.start(shared_workspace, trained, Projection.UMAP)
    monkeypatch.setattr(lens, "is_kept", lambda *args: False)
    atlas.start(shared_workspace, trained, None)
    assert crew.priorities == [Priority.LIGHT, Priority.QUICK, Priority.QUICK]
    assert [key.rpartition("-")[2] for key in crew.keys] == ["pca", "umap", "nearest"]
    assert crew.owners == ["me", "", ""]
    assert atlas.look(shared_workspace, trained, Projection.PCA).under_way
    assert atlas.is_under_way(shared_workspace, trained.dataset_id)
    crew.queue.clear()
    assert not atlas.is_under_way(shared_workspace, trained.dataset_id)


def features_pixels(path: Path) -> np.ndarray:
    return embedding.images.load_rgb(path, 224)[None]


def test_the_nearest_of_a_picture(shared_workspace: Workspace, trained: Run, charted: Charted) -> None:
    dataset = charted.dataset
    row = next(row for row, item in enumerate(dataset.items) if item.split is Split.TRAIN)
    path = dataset.path(dataset.items[row])
    of_item = atlas.of_picture(shared_workspace, trained, path)
    assert of_item == atlas.of_item(dataset, charted.atlas, row)
    assert dataset.items[row] not in [one.item for one in of_item]
    # Brought as a new picture it finds itself, then the same.
    new = pictures.find(shared_workspace, pictures.keep(shared_workspace, path.read_bytes()))
    first, *rest = atlas.of_picture(shared_workspace, trained, new)
    assert first.item == dataset.items[row]
    assert first.distance == pytest.approx(0, abs=1e-3)
    assert [one.item for one in rest] == [one.item for one in of_item[:-1]]


def test_noise_is_unlike_and_the_pictures_are_not(
    shared_workspace: Workspace, trained: Run, charted: Charted
) -> None:
    content = io.BytesIO()
    Image.fromarray(np.full((120, 120, 3), 128, np.uint8)).save(content, "PNG")
    grey = pictures.find(shared_workspace, pictures.keep(shared_workspace, content.getvalue()))
    verdict = unlike.of_near(shared_workspace, trained, atlas.of_picture(shared_workspace, trained, grey))
    assert verdict.threshold == charted.atlas.reach.threshold
    assert verdict.is_unlike
    k = charted.atlas.reach.k
    counted = [row for row, item in enumerate(charted.dataset.items) if item.split is not Split.TEST]
    beyond = charted.atlas.neighbours.distances[counted, k - 1] > verdict.threshold
    assert 0 < beyond.sum() <= 0.05 * len(counted) + 1


def test_without_a_map_that_is_said(workspace: Workspace, trained: Run, few: Dataset) -> None:
    shutil.copytree(few.folder, workspace.datasets / few.id)
    path = few.path(few.items[0])
    with pytest.raises(NotFound, match="Compare the pictures again"):
        atlas.of_picture(workspace, trained, path)
    with pytest.raises(NotFound, match="were not compared with each other yet"):
        unlike.of_near(workspace, trained, [])


def test_a_damaged_atlas_is_none(shared_workspace: Workspace, trained: Run, charted: Charted) -> None:
    (file,) = (shared_workspace.home / "atlas").glob("*/neighbours.npz")
    file.write_bytes(file.read_bytes()[:100])
    assert atlas.read(shared_workspace, trained, Projection.PCA) is None
    atlas.remove(shared_workspace, trained.dataset_id)


def test_a_figure_tells_classes_by_colour_and_shape() -> None:
    assert len({figure.marks(label) for label in range(100)}) == 100
    drawn = [(f"class {row % 30:02}", made.noise(row, (4, 4))) for row in range(60)]
    dataset, _ = made.dataset(drawn)
    points = np.arange(120, dtype=np.float32).reshape(60, 2)
    charted = Charted(dataset, None, Projected(points, (0.4, 0.1)), False)  # type: ignore[arg-type]
    shown = figure.draw(charted, range(60), {7: "<b>class 3</b>"}, marked=3)
    *classes, wrong, chosen = shown.data
    assert [trace.name for trace in classes] == list(dataset.classes)
    assert (wrong.name, wrong.customdata.tolist(), wrong.marker.symbol) == ("Mistake (1)", [7], "circle-open")
    assert (chosen.name, chosen.customdata.tolist()) == ("Chosen", [3])
    assert (chosen.x[0], chosen.y[0]) == (points[3, 0], points[3, 1])
    assert wrong.text[0] == "7.png<br>class 07, training<br>taken for &lt;b&gt;class 3&lt;/b&gt;"
    assert "40%" in shown.layout.xaxis.title.text
    for trace in classes:
        assert {dataset.items[row].label for row in trace.customdata} == {classes.index(trace)}


def test_the_commands(
    shared_workspace: Workspace,
    trained: Run,
    charted: Charted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("THAW_HOME", str(shared_workspace.home))
    done = CliRunner().invoke(app, ["map", trained.id, "--csv", str(tmp_path / "map.csv")])
    assert done.exit_code == 0, done.output
    first, *rest = (tmp_path / "map.csv").read_text().splitlines()
    assert first == "file,split,label,x,y"
    items = charted.dataset.items
    assert [line.split(",")[0] for line in rest] == [item.name for item in items]
    x, y = map(float, rest[4].split(",")[3:])
    assert (x, y) == pytest.approx(tuple(charted.projected.points[4].tolist()), abs=1e-4)
    path = charted.dataset.path(items[0])
    done = CliRunner().invoke(app, ["nearest", trained.id, str(path), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["threshold"] == charted.atlas.reach.threshold
    assert len(told["nearest"]) == neighbours.NEAREST
    assert told["distance"] == told["nearest"][charted.atlas.reach.k - 1]["distance"]
    done = CliRunner().invoke(app, ["nearest", trained.id, str(tmp_path / "none.jpg")])
    assert done.exit_code == 1
    assert "cannot be read" in done.stderr


def test_features_that_went_are_asked_for(
    shared_workspace: Workspace, trained: Run, charted: Charted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lens, "is_kept", lambda *args: False)
    content = io.BytesIO()
    made.noise(77, (40, 40)).save(content, "PNG")
    new = pictures.find(shared_workspace, pictures.keep(shared_workspace, content.getvalue()))
    with pytest.raises(NotFound, match="not here, or not any more"):
        atlas.of_picture(shared_workspace, trained, new)
    # The map needs them no more; a new picture does.
    assert atlas.look(shared_workspace, trained, Projection.PCA).is_there
    assert not atlas.look(shared_workspace, trained, None).is_there
