"""Heat maps of real runs: they lie where the class is, and are what Keras' own gradient gives."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.explain import halves
from tests.test_training import train
from tlcore import images, intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.explain import Explainer
from tlcore.runs import Run
from tlcore.workspace import Workspace

FROZEN = {"epochs": 8, "learning_rate": 0.003}
RECIPES: dict[str, dict[str, Any]] = {
    "pooled": {
        "head": {
            "layers": [{"dense": 16, "activation": "gelu"}, {"batch_normalization": True}, {"dropout": 0.1}],
        },
        "phases": [FROZEN],
    },
    # Of two classes with one label each these have a single output unit.
    "flatten": {
        "head": {"pooling": "flatten", "layers": []},
        "phases": [FROZEN],
        "loss": "binary_crossentropy",
    },
    "partly trained": {
        "head": {"layers": [{"dropout": 0.2}]},
        "phases": [FROZEN, {"epochs": 3, "freeze": "block4c_project_conv", "learning_rate": 0.001}],
        "loss": "binary_crossentropy",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("explain") / "home")


@pytest.fixture(scope="module")
def pictures(space: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return intake.take(space, halves.folder(tmp_path_factory.mktemp("halves") / "halves"), name="halves")


@pytest.fixture(scope="module", params=RECIPES)
def run(request: pytest.FixtureRequest, space: Workspace, pictures: Dataset) -> Run:
    chosen = RECIPES[request.param]
    # A part of the network is quicker, and its cells see less of their neighbours.
    backbone = {"image_size": halves.SIZE_PX, "cut_at": "block4c_add"}
    return train(space, pictures, Recipe.parse({**chosen, "backbone": backbone}))


@pytest.fixture(scope="module")
def explainer(space: Workspace, run: Run) -> Explainer:
    return Explainer(space, run)


def opened(dataset: Dataset, place: int) -> Image.Image:
    return images.open_kept(dataset.path(dataset.of(Split.VAL)[place]))


def test_the_map_lies_on_the_half_that_carries_the_class(explainer: Explainer, pictures: Dataset) -> None:
    judged = pictures.of(Split.VAL)
    right, on_it = 0, []
    for place, item in enumerate(judged):
        look = explainer.look(opened(pictures, place))
        label = pictures.classes[item.label]
        right += look.ranked[0] == label
        cells = explainer.heat_map(look, label).cells
        middle = cells.shape[1] // 2
        carries = cells[:, :middle] if int(Path(item.name).stem) % 2 == 0 else cells[:, middle:]
        on_it.append(carries.sum() / cells.sum())
    assert right == len(judged) == 12
    assert sum(share > 0.5 for share in on_it) >= 11
    # Not all of it: a cell is told of by its neighbours too.
    assert np.median(on_it) > 0.6


def test_it_is_what_keras_gives(explainer: Explainer, run: Run, pictures: Dataset) -> None:
    import keras

    model = keras.models.load_model(run.model_file, compile=False)
    some = [opened(pictures, place) for place in (0, 5, 11)]
    pixels = np.stack([np.asarray(picture) for picture in some])
    expected = halves.plain_grad_cam(model, pixels)
    if run.output.units == 1:
        # The one unit is the second class; the score of the first is its negative.
        model.layers[-1].kernel.assign(-model.layers[-1].kernel)
        expected = np.concatenate([halves.plain_grad_cam(model, pixels), expected])
    looks = [explainer.look(picture) for picture in some]
    for number, label in enumerate(run.classes):
        for look, right in zip(looks, expected[number], strict=True):
            found = explainer.heat_map(look, label).cells
            assert found.shape == right.shape
            assert np.abs(found - right).max() <= 1e-3 * right.max()
    # There was something to differ in.
    assert np.ptp(expected, axis=(2, 3)).max(axis=1).min() > 1e-3


def test_the_probabilities_are_those_of_the_predictor(
    space: Workspace, explainer: Explainer, run: Run, pictures: Dataset
) -> None:
    from tlcore.predict import Predictor

    path = pictures.path(pictures.of(Split.VAL)[0])
    found = explainer.look(images.open_kept(path)).probabilities
    assert found == pytest.approx(Predictor(space, run).predict_kept(path).probabilities, abs=1e-5)
