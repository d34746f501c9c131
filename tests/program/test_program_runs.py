"""The program that a recipe stands for trains what the app trains."""

import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.conftest import SAMPLE
from tests.own_models import crafted
from tests.program.designs import BINARY, CHANGES, CLASSES, SMALL, plan_of
from tlcore import (
    backbones,
    fitting,
    images,
    intake,
    own_measure,
    plans,
    program,
    recipe_parts,
    runs,
    runtimes,
    training,
)
from tlcore.backbones import own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.plans import Plan
from tlcore.workspace import Workspace


class Fit(NamedTuple):
    trainable_params: int
    history: dict[str, list[float]]


def laid_out(dataset: Dataset, root: Path) -> Path:
    """A folder as the program reads it, of the dataset's own files."""
    for split in (Split.TRAIN, Split.VAL):
        folder = root / "pictures" / split.value
        rows = ["file,labels"]
        for item in dataset.of(split):
            names = [dataset.classes[label] for label in item.labels]
            place = folder / ("" if dataset.several_labels else names[0])
            place.mkdir(parents=True, exist_ok=True)
            (place / item.file).write_bytes(dataset.path(item).read_bytes())
            rows.append(f"{item.file},{';'.join(names)}")
        if dataset.several_labels:
            (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
        else:
            # What a Mac leaves behind.
            (place / ".DS_Store").write_bytes(b"no picture")
    return root


@pytest.fixture
def run_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    import keras

    def run(plan: Plan, dataset: Dataset) -> Any:
        """The program's names when it has ended, and ``fits``: what each ``fit`` said."""
        laid_out(dataset, tmp_path)
        (tmp_path / "program.py").write_text(program.source(plan, dataset.classes), encoding="utf-8")
        fits: list[Fit] = []
        fit = keras.Model.fit

        def recorded(model: Any, *arguments: Any, **options: Any) -> Any:
            told = fit(model, *arguments, **options | {"verbose": 0})
            trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
            fits.append(Fit(trainable, told.history))
            return told

        keras.utils.clear_session()
        monkeypatch.chdir(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(keras.Model, "fit", recorded)
            names = runpy.run_path("program.py")
        return SimpleNamespace(**names, fits=fits, saved=tmp_path / "model.keras")

    return run


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converting takes longer than training here, and these tests look at the history alone."""
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)


def compare(workspace: Workspace, dataset: Dataset, recipe: Recipe, run_program: Callable[..., Any]) -> Any:
    """Train a recipe both ways: equal parameters, and equal figures of every phase's first epoch.

    Batches hold all pictures, so that their order does not matter.
    """
    assert recipe.batch_size >= len(dataset.of(Split.TRAIN))
    run = runs.create(workspace, recipe, dataset)
    training.train(workspace, run)
    events = run.events()
    assert events[-1]["event"] == "done", events[-1]
    plan = plans.for_dataset(recipe, dataset, workspace)
    ran = run_program(plan, dataset)
    assert ran.model.count_params() == plan.total_params
    planned = [phase.trainable_params for phase in plan.phases]
    assert [fit.trainable_params for fit in ran.fits] == planned
    assert [event["trainable_params"] for event in events if event["event"] == "phase"] == planned
    for number, fit in enumerate(ran.fits):
        ours = next(e for e in events if e["event"] == "epoch" and e["phase"] == number)
        figures = ("loss", "val_loss", "accuracy", "val_accuracy")
        theirs = {name: fit.history[name][0] for name in figures}
        assert theirs == pytest.approx({name: ours[name] for name in figures}, rel=1e-4, abs=1e-6)
    return ran


@pytest.mark.usefixtures("no_graphs")
def test_the_sample_trains_as_in_the_app(
    shared_workspace: Workspace, run_program: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Pretrained, head only, as a newcomer begins; smaller pictures, since this is about equality."""
    dataset = intake.take(shared_workspace, SAMPLE, name="clipart", val_fraction=0.25, test_fraction=0.0)
    recipe = Recipe.parse(
        {
            "backbone": {"image_size": 64},
            "head": {"layers": [{"dense": 16, "l2": 0.01}]},
            "phases": [{"epochs": 1, "patience": 1}],
            "batch_size": 256,
            "class_weights": "balanced",
            "seed": 7,
        }
    )
    ran = compare(shared_workspace, dataset, recipe, run_program)
    assert f"Validation accuracy: {ran.accuracy:.1%}" in capsys.readouterr().out


MOBILENET = {"name": "mobilenet_v2", "weights": "none", "image_size": 64, "cut_at": "block_5_add"}


@pytest.mark.usefixtures("no_graphs")
def test_two_phases_on_random_weights(
    shared_workspace: Workspace, few: Dataset, run_program: Callable[..., Any]
) -> None:
    """The second trains BatchNormalization in inference mode; what is saved holds no layer of its own."""
    import keras

    recipe = Recipe.parse(
        {
            "backbone": MOBILENET,
            "head": {"layers": [{"batch_normalization": True}]},
            "phases": [
                {"epochs": 1, "optimizer": "sgd", "momentum": 0.5, "learning_rate": 0.01},
                {"epochs": 2, "freeze": -12, "learning_rate": 1e-4, "schedule": "cosine", "clip_norm": 1.0},
            ],
            "batch_size": 64,
            "loss": "categorical_crossentropy",
            "label_smoothing": 0.1,
        }
    )
    ran = compare(shared_workspace, few, recipe, run_program)
    saved = keras.models.load_model(ran.saved)
    assert [type(layer).__name__ for layer in saved.layers if layer.weights] == ["Functional", "Sequential"]
    pictures = ran.val_images.astype("float32")
    np.testing.assert_allclose(
        saved(pictures, training=False), ran.model(pictures, training=False), atol=1e-6
    )


@pytest.mark.usefixtures("no_graphs")
def test_normalization_keeps_its_statistics_then_follows(
    shared_workspace: Workspace, few: Dataset, run_program: Callable[..., Any]
) -> None:
    """On pretrained weights: with random ones the features are so small that both say nearly the same."""
    phase = {"epochs": 1, "freeze": -12, "learning_rate": 1e-4}
    follows = phase | {"batch_normalization": "trained", "warmup_epochs": 1}
    recipe = Recipe.parse(
        {
            "backbone": {"image_size": 64, "cut_at": "block3b_add"},
            "head": {"layers": []},
            "phases": [phase, follows],
            "batch_size": 64,
        }
    )
    ran = compare(shared_workspace, few, recipe, run_program)
    kept = backbones.get("efficientnet_lite0").build("imagenet", 64, shared_workspace.weights)
    moved = [
        new.name
        for old, new in zip(kept.layers[: len(ran.base.layers)], ran.base.layers, strict=True)
        if hasattr(new, "moving_mean") and not np.array_equal(old.moving_mean, new.moving_mean)
    ]
    last = plan_of(recipe.to_json()).layers[-12:]
    assert moved == [layer.name for layer in last if layer.type == "BatchNormalization"]
    assert len(moved) == 4


@pytest.mark.usefixtures("no_graphs")
def test_two_classes_and_one_output(
    shared_workspace: Workspace, few_pictures: Path, tmp_path: Path, run_program: Callable[..., Any]
) -> None:
    folder = tmp_path / "two"
    for name in CLASSES[:2]:
        (folder / name).mkdir(parents=True)
        for file in (few_pictures / name).iterdir():
            (folder / name / file.name).write_bytes(file.read_bytes())
    dataset = intake.take(shared_workspace, folder, name="two", val_fraction=0.25, test_fraction=0.0)
    recipe = Recipe.parse(
        BINARY
        | {
            "backbone": SMALL,
            "head": {"pooling": "max", "layers": [{"dense": 4, "activation": "tanh"}]},
            "phases": [{"epochs": 1}],
            "batch_size": 64,
            "class_weights": "balanced",
        }
    )
    ran = compare(shared_workspace, dataset, recipe, run_program)
    assert ran.model.output_shape == (None, 1)


@pytest.mark.usefixtures("no_graphs")
def test_several_labels(
    shared_workspace: Workspace, few_pictures: Path, tmp_path: Path, run_program: Callable[..., Any]
) -> None:
    folder = tmp_path / "several"
    folder.mkdir()
    rows = ["file,labels"]
    for name in CLASSES:
        for number, file in enumerate(sorted((few_pictures / name).iterdir())):
            (folder / file.name).write_bytes(file.read_bytes())
            rows.append(f"{file.name},{name}{';still' if number % 2 else ''}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    dataset = intake.take(shared_workspace, folder, name="several", val_fraction=0.25, test_fraction=0.0)
    assert dataset.several_labels
    recipe = Recipe.parse(
        BINARY
        | {
            "backbone": SMALL,
            "head": {"layers": []},
            "phases": [{"epochs": 1}],
            "batch_size": 64,
            "class_weights": "balanced",
        }
    )
    compare(shared_workspace, dataset, recipe, run_program)


@pytest.mark.usefixtures("no_graphs")
@pytest.mark.parametrize("nested", [False, True])
def test_a_brought_model(
    shared_workspace: Workspace,
    few: Dataset,
    run_program: Callable[..., Any],
    tmp_path: Path,
    nested: bool,
) -> None:
    import keras

    model = crafted.small("nested" if nested else "flat")
    if nested:
        inputs = keras.Input((8, 8, 3))
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(model(inputs)))
    file = crafted.saved(model, tmp_path / "backbone.keras")
    own = own_intake.take(shared_workspace, file, measure=own_measure.measure_folder)
    recipe = Recipe.parse(
        {
            "backbone": {"name": own.name, "cut_at": "hidden"},
            "head": {"layers": []},
            "phases": [{"epochs": 1, "freeze": 1}],
            "batch_size": 64,
        }
    )
    text = program.source(plans.for_dataset(recipe, few, shared_workspace), few.classes)
    assert ("own_network" in text) is nested
    assert ("keras.models.load_model" in text) is not nested
    compare(shared_workspace, few, recipe, run_program)


@pytest.mark.parametrize("fit", fitting.FITS)
def test_the_pictures_are_fitted_as_in_the_app(
    few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fit: recipe_parts.Fit
) -> None:
    plan = plan_of({"backbone": SMALL | {"fit": fit}})
    begin, found, _ = program.source(plan, few.classes).partition("# The pretrained network")
    assert found
    monkeypatch.chdir(laid_out(few, tmp_path))
    names: dict[str, Any] = {}
    exec(begin, names)
    items = sorted(few.of(Split.VAL), key=lambda item: (item.label, item.file))
    expected = np.stack([images.load_rgb(few.path(item), 32, fit) for item in items])
    assert any(item.width_px != item.height_px for item in items)
    assert np.array_equal(names["val_images"], expected)


def test_changed_pictures(few: Dataset, run_program: Callable[..., Any]) -> None:
    recipe = {
        "backbone": SMALL,
        "phases": ({"epochs": 1},),
        "augmentation": CHANGES | {"views": "fresh"},
    }
    plan = plan_of(recipe)
    ran = run_program(plan, few)
    assert ran.model.count_params() == plan.total_params
    assert np.isfinite(ran.fits[0].history["val_loss"]).all()
    pictures = ran.train_images[:4].astype("float32")
    changed = np.asarray(ran.augment(pictures, training=True))
    assert changed.shape == pictures.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert not np.array_equal(changed, pictures)
    np.testing.assert_array_equal(np.asarray(ran.augment(pictures, training=False)), pictures)
