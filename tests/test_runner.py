"""Which runtime computes the features: the fastest that gives what Keras gives."""

from pathlib import Path

import numpy as np
import pytest

from tlcore import plans, runtimes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.models import Network, Prefix
from tlcore.runtimes import Runner, choice, graph, prefix_graph
from tlcore.workspace import Workspace, read_json, write_json

SIZE = 64


@pytest.fixture(scope="module")
def prefix() -> Prefix:
    plan = plans.make(Recipe.parse({"backbone": {"image_size": SIZE}}), 3)
    found = Network(plan, Path()).prefix(plan.phases[0])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def pixels(few: Dataset) -> np.ndarray:
    return runtimes.sample(few, SIZE)


def expected(prefix: Prefix, pixels: np.ndarray) -> np.ndarray:
    return np.asarray(prefix.model(pixels.astype(np.float32), training=False))


def test_a_graph_is_converted_and_used(workspace: Workspace, prefix: Prefix, pixels: np.ndarray) -> None:
    found = runtimes.runner(workspace, prefix, pixels)
    assert (found.name, found.sentence) == ("litert", "")
    rows = np.concatenate(
        [found.run(pixels[i : i + found.batch]) for i in range(0, len(pixels), found.batch)]
    )
    assert np.ptp(rows, axis=0).max() > 1
    assert np.abs(rows - expected(prefix, pixels)).max() <= 1e-4 * np.abs(rows).max()
    assert runtimes.prefix_is_converted(workspace, prefix.digest)


def test_a_graph_is_converted_once(
    workspace: Workspace, prefix: Prefix, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtimes.runner(workspace, prefix, pixels)
    monkeypatch.setattr(graph, "to_litert", lambda model: 1 / 0)
    assert runtimes.runner(workspace, prefix, pixels).name == "litert"


def test_a_graph_that_differs_gives_way_to_tensorflow(
    workspace: Workspace, prefix: Prefix, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefix_graph, "LARGEST_DIFFERENCE", -1.0)
    found = runtimes.runner(workspace, prefix, pixels)
    assert found.name == "tensorflow"
    assert "differs from Keras by" in found.sentence
    assert np.abs(found.run(pixels) - expected(prefix, pixels)).max() < 1e-3
    assert not runtimes.prefix_is_converted(workspace, prefix.digest)


def test_a_conversion_that_fails_gives_way_to_tensorflow(
    workspace: Workspace, prefix: Prefix, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(model: object) -> bytes:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(graph, "to_litert", broken)
    found = runtimes.runner(workspace, prefix, pixels)
    assert (found.name, found.sentence) == (
        "tensorflow",
        "The frozen layers could not be converted (RuntimeError).",
    )


def test_a_verdict_of_another_version_is_asked_for_again(
    workspace: Workspace, prefix: Prefix, pixels: np.ndarray
) -> None:
    runtimes.runner(workspace, prefix, pixels)
    (file,) = workspace.graphs.glob("*.json")
    write_json(file, read_json(file) | {"version": "0", "sentence": "It was refused."})
    assert not runtimes.prefix_is_converted(workspace, prefix.digest)
    assert runtimes.runner(workspace, prefix, pixels).name == "litert"


@pytest.mark.parametrize(
    ("tensorflow_s", "chosen"), [(0.18, "tensorflow"), (0.198, "litert"), (0.5, "litert")]
)
def test_where_much_is_to_be_computed_the_faster_one_is_found_once(
    tensorflow_s: float,
    chosen: str,
    workspace: Workspace,
    prefix: Prefix,
    pixels: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[str] = []

    def seconds(one: Runner, sample: np.ndarray) -> float:
        tried.append(one.name)
        return {"litert": 0.2, "tensorflow": tensorflow_s}[one.name]

    monkeypatch.setattr(choice, "seconds_a_picture", seconds)
    # Of 200 ms each, a minute's worth are 300.
    assert runtimes.runner(workspace, prefix, pixels, 299).name == "litert"
    assert tried == ["litert"]
    found = runtimes.runner(workspace, prefix, pixels, 300)
    assert (found.name, found.sentence) == (chosen, "")
    assert tried == ["litert", "litert", "tensorflow"]
    # Known now; and where little is to be computed, the one that is ready at once.
    assert runtimes.runner(workspace, prefix, pixels, 300).name == chosen
    assert tried.count("tensorflow") == 1
    tried.clear()
    assert runtimes.runner(workspace, prefix, pixels, 299).name == "litert"
    assert runtimes.runner(workspace, prefix, pixels).name == "litert"
    assert tried == (["litert"] if chosen == "tensorflow" else [])
    # The graph stays what predictions and helpers compute with.
    assert runtimes.prefix_is_converted(workspace, prefix.digest)
    assert runtimes.kept_runner(workspace, prefix.digest) is not None


def test_a_runner_is_timed_in_its_own_batches() -> None:
    seen: list[tuple[int, ...]] = []

    def run(pixels: np.ndarray) -> np.ndarray:
        seen.append(pixels.shape)
        return np.zeros((len(pixels), 1), np.float32)

    sample = np.zeros((3, 8, 8, 3), np.uint8)
    assert 0 <= choice.seconds_a_picture(Runner("any", 5, run), sample) < 1
    assert seen == [(5, 8, 8, 3)] * 3


def test_the_difference_is_relative() -> None:
    values = np.array([[1.0, -400.0]], np.float32)
    assert prefix_graph.difference(lambda x: x + 0.04, lambda x: x, values) == pytest.approx(1e-4, rel=1e-2)
    assert prefix_graph.difference(lambda x: x * np.nan, lambda x: x, values) == float("inf")
    assert prefix_graph.difference(lambda x: x, lambda x: x * 0, values * 0) == 0.0
