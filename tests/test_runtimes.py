import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tlcore import images, plans, runs, runtimes, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.models import Network
from tlcore.runs import Run
from tlcore.runtimes import graph, prefix_graph
from tlcore.workspace import Workspace, read_json, write_json


@pytest.fixture(scope="module")
def pixels(few: Dataset) -> np.ndarray:
    return np.stack([images.load_rgb(few.path(item), 224) for item in few.items])


@pytest.fixture
def copied(trained: Run, workspace: Workspace) -> Run:
    """The finished run in a workspace of its own, where no shared graph lies."""
    shutil.copytree(trained.folder, workspace.runs / trained.id)
    return runs.load(workspace, trained.id)


def test_the_graph_gives_what_keras_gives(
    shared_workspace: Workspace, trained: Run, pixels: np.ndarray
) -> None:
    import keras

    opened, record = runtimes.open_graph(shared_workspace, trained)
    assert record.image_size_px == 224
    assert record.sentence == ""
    assert 0 < record.difference < 1e-4
    found = opened.run(pixels)
    expected = keras.models.load_model(trained.model_file).predict(pixels.astype(np.float32), verbose=0)
    assert (found.shape, found.dtype) == ((36, 3), np.float32)
    assert np.abs(found - expected).max() < 1e-4
    # It tells the classes apart, so there was something to differ in.
    assert len(set(found.argmax(axis=1))) == 3
    assert found.max() > 0.9


def test_any_number_of_pictures_may_be_given(
    shared_workspace: Workspace, trained: Run, pixels: np.ndarray
) -> None:
    opened, _ = runtimes.open_graph(shared_workspace, trained)
    together = opened.run(pixels[:5])
    one_by_one = np.concatenate([opened.run(pixels[i : i + 1]) for i in range(5)])
    assert np.abs(together - one_by_one).max() < 1e-5


def test_threads_do_not_mix_their_pictures(
    shared_workspace: Workspace, trained: Run, pixels: np.ndarray
) -> None:
    opened, _ = runtimes.open_graph(shared_workspace, trained)
    # Of different sizes, so that one thread would pull the other's buffers away.
    parts = [pixels[i : i + 1 + i % 3] for i in range(12)]
    alone = [opened.run(part) for part in parts]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(opened.run, parts))
    for one, other in zip(alone, together, strict=True):
        assert np.abs(one - other).max() < 1e-6


def test_a_second_head_shares_the_frozen_part(
    shared_workspace: Workspace, few: Dataset, trained: Run
) -> None:
    def files() -> dict[str, int]:
        return {file.name: file.stat().st_mtime_ns for file in shared_workspace.graphs.iterdir()}

    before, first = files(), read_json(trained.folder / "graph.json")
    assert f"{first['prefix']}.tflite" in before
    recipe = Recipe.parse({"head": {"layers": [{"dense": 4}]}, "phases": [{"epochs": 1}]})
    second = runs.create(shared_workspace, recipe, few)
    training.train(shared_workspace, second)
    assert read_json(second.folder / "graph.json")["prefix"] == first["prefix"]
    assert files() == before
    assert (second.folder / "suffix.tflite").stat().st_size < 100_000


def test_a_graph_that_differs_is_not_used(
    workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefix_graph, "LARGEST_DIFFERENCE", -1.0)
    recipe = Recipe.parse({
        "backbone": {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"},
        "head": {"layers": []},
    })  # fmt: skip
    run = runs.create(workspace, recipe, few)
    made: list[object] = []
    to_litert = graph.to_litert
    monkeypatch.setattr(graph, "to_litert", lambda model: made.append(model.name) or to_litert(model))
    network = Network(plans.make(recipe, 3), Path())
    record = runtimes.convert(workspace, run, network, few)
    assert runtimes.convert(workspace, run, network, few) == record
    # The verdict is kept: the prefix is not tried again for each run.
    assert made == ["prefix"]
    # No graph is as close as that: it is kept out of use, and the run still has its Keras model.
    assert record.is_left_to_keras
    with pytest.raises(RunError) as caught:
        runtimes.open_graph(workspace, run)
    assert str(caught.value) == (
        f"The converted graph differs from Keras by {record.difference:.1e} (at most -1e+00 is accepted), "
        "so it is not used."
    )


def test_a_conversion_that_fails_does_not_lose_the_run(
    shared_workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(model: object) -> bytes:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(graph, "to_litert", broken)
    run = runs.create(shared_workspace, Recipe.parse({"phases": [{"epochs": 1}]}), few)
    training.train_run(str(shared_workspace.home), run.id)
    assert run.events()[-1]["event"] == "done"
    assert run.has_model
    with pytest.raises(RunError, match=r"could not be converted for predictions here \(RuntimeError\)"):
        runtimes.open_graph(shared_workspace, run)


def test_a_network_trained_as_a_whole_has_one_graph(workspace: Workspace, few: Dataset) -> None:
    recipe = Recipe.parse({
        "backbone": {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"},
        "phases": [{"freeze": "none"}], "head": {"layers": []},
    })  # fmt: skip
    run = runs.create(workspace, recipe, few)
    network = Network(plans.make(recipe, 3), Path())
    record = runtimes.convert(workspace, run, network, few)
    assert (record.prefix, record.image_size_px, record.sentence) == (None, 32, "")
    assert not workspace.graphs.exists()
    opened, _ = runtimes.open_graph(workspace, run)
    pixels = np.stack([images.load_rgb(few.path(item), 32) for item in few.items[:4]])
    expected = network.whole().predict_on_batch(pixels.astype(np.float32))
    assert np.abs(opened.run(pixels) - expected).max() < 1e-4


def test_a_run_that_is_not_finished_has_no_graph(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Fresh")
    with pytest.raises(RunError, match=r"^Fresh has no finished model yet\. Train it to the end first\.$"):
        runtimes.open_graph(workspace, run)


def test_a_frozen_part_that_was_cleaned_away_is_said(workspace: Workspace, copied: Run) -> None:
    with pytest.raises(RunError, match="A part of the model of Shared run was cleaned away. Train it again"):
        runtimes.open_graph(workspace, copied)


def test_converting_again_mends_a_damaged_frozen_part(
    workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    recipe = Recipe.parse({
        "backbone": {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"},
    })  # fmt: skip
    run = runs.create(workspace, recipe, few)
    network = Network(plans.make(recipe, 3), Path())
    runtimes.convert(workspace, run, network, few)
    (shared,) = workspace.graphs.glob("*.tflite")
    content = shared.read_bytes()
    shared.write_bytes(content[:100])
    assert runtimes.convert(workspace, run, network, few).sentence == ""
    assert shared.stat().st_size == len(content)
    runtimes.open_graph(workspace, run)


@pytest.mark.parametrize("damage", ["prefix", "suffix", "record"])
def test_a_damaged_graph_is_a_sentence(
    workspace: Workspace, shared_workspace: Workspace, copied: Run, damage: str
) -> None:
    shutil.copytree(shared_workspace.graphs, workspace.graphs)
    runtimes.open_graph(workspace, copied)
    record = read_json(copied.folder / "graph.json")
    if damage == "prefix":
        (workspace.graphs / f"{record['prefix']}.tflite").write_bytes(b"cut short")
    elif damage == "suffix":
        (copied.folder / "suffix.tflite").unlink()
    else:
        write_json(copied.folder / "graph.json", {"colour": 1})
    with pytest.raises(RunError, match=r"The graph of Shared run is damaged\. Train it again"):
        runtimes.open_graph(workspace, copied)
