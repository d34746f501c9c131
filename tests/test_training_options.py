"""What a recipe may ask of a training beyond the usual: each choice is seen in the history or the model."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.test_training import curve, train
from tlcore import intake, plans, runs, runtimes, trainer, training
from tlcore.callbacks import EpochBatches
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.models import Network
from tlcore.outputs import balanced_weights
from tlcore.runs import Run
from tlcore.workspace import Workspace

SMALL = {"name": "mobilenet_v2", "weights": "none", "image_size": 32, "cut_at": "block_5_add"}
TINY_HEAD = {"layers": [{"dense": 4}]}

pytestmark = pytest.mark.usefixtures("no_graphs")


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)


@pytest.fixture(scope="module")
def dataset(shared_workspace: Workspace, few_pictures: Path) -> Dataset:
    return intake.take(shared_workspace, few_pictures, name="few")


def ran(workspace: Workspace, dataset: Dataset, **recipe: Any) -> Run:
    return train(workspace, dataset, Recipe.parse({"head": TINY_HEAD, **recipe}))


def events(run: Run, kind: str) -> list[dict[str, Any]]:
    return [event for event in run.events() if event["event"] == kind]


def test_early_stopping_ends_the_phase_and_keeps_the_best_epoch(
    shared_workspace: Workspace, dataset: Dataset
) -> None:
    # So high a rate that the loss soon rises.
    phase = {"epochs": 50, "patience": 2, "optimizer": "sgd", "learning_rate": 0.5}
    run = ran(shared_workspace, dataset, phases=[phase, {"epochs": 2}])
    epochs, losses = events(run, "epoch"), curve(run, ("val_loss",))[:, 0]
    first = [event for event in epochs if event["phase"] == 0]
    best = int(losses[: len(first)].argmin())
    assert len(first) == best + 1 + 2 < 50
    assert [(event["phase"], event["epoch"]) for event in events(run, "kept")] == [(0, best + 1)]
    # The epochs of the next phase are counted on from those that were.
    assert [event["epoch"] for event in epochs] == list(range(1, len(first) + 3))


def test_the_best_epoch_is_kept_where_the_patience_is_never_lost(
    shared_workspace: Workspace, dataset: Dataset
) -> None:
    phase = {"epochs": 6, "patience": 6, "optimizer": "sgd", "learning_rate": 2.0}
    run = ran(shared_workspace, dataset, phases=[phase])
    (kept,) = events(run, "kept")
    best = events(run, "epoch")[kept["epoch"] - 1]
    assert best["val_loss"] == min(curve(run, ("val_loss",))[:, 0])
    assert run.events()[-1]["val_accuracy"] == pytest.approx(best["val_accuracy"])


def test_a_stop_keeps_the_best_epoch_too(
    shared_workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    phase = {"epochs": 500, "patience": 500, "optimizer": "sgd", "learning_rate": 2.0}
    recipe = Recipe.parse({"head": TINY_HEAD, "phases": [phase]})
    run = runs.create(shared_workspace, recipe, dataset)
    record = Run.record

    def stop_after_eight(self: Run, event: str, **values: Any) -> None:
        record(self, event, **values)
        if event == "epoch" and values["epoch"] == 8:
            self.request_stop()

    monkeypatch.setattr(Run, "record", stop_after_eight)
    training.train(shared_workspace, run)
    assert run.events()[-1]["event"] == "stopped"
    assert len(events(run, "kept")) == 1
    best = min(events(run, "epoch"), key=lambda event: event["val_loss"])
    assert run.events()[-1]["val_accuracy"] == pytest.approx(best["val_accuracy"])


def test_the_rate_falls_on_a_plateau_and_is_recorded(shared_workspace: Workspace, dataset: Dataset) -> None:
    phase = {"epochs": 12, "schedule": "plateau", "optimizer": "lion", "learning_rate": 1.0}
    rates = curve(ran(shared_workspace, dataset, phases=[phase]), ("learning_rate",))[:, 0]
    assert rates[0] == 1.0
    assert set(rates[1:] / rates[:-1]) == {0.5, 1.0}


def test_the_rate_follows_cosine(shared_workspace: Workspace, dataset: Dataset) -> None:
    phase = {"epochs": 3, "schedule": "cosine", "warmup_epochs": 1, "learning_rate": 0.01}
    rates = curve(ran(shared_workspace, dataset, phases=[phase]), ("learning_rate",))[:, 0]
    # Of an epoch, the mean of what it began and ended with: 0, 0.01, 0.005, 0.
    assert rates == pytest.approx([0.005, 0.0075, 0.0025], abs=1e-6)


def test_class_weights_are_those_of_a_keras_fit(shared_workspace: Workspace, tmp_path: Path) -> None:
    """Against ``class_weight`` of Keras, on pictures of which one class has few."""
    from tests.conftest import SAMPLE
    from tlcore import features

    folder = tmp_path / "uneven"
    for name, count in (("bird", 20), ("fruit", 5), ("bug", 9)):
        (folder / name).mkdir(parents=True)
        for file in sorted((SAMPLE / name).iterdir())[:count]:
            (folder / name / file.name).write_bytes(file.read_bytes())
    uneven = intake.take(shared_workspace, folder, name="uneven")
    recipe = {"head": {"layers": []}, "phases": [{"epochs": 3}], "class_weights": "balanced"}
    run = ran(shared_workspace, uneven, **recipe)

    network = Network(plans.make(run.recipe, 3), shared_workspace.weights)
    plan = network.plan.phases[0]
    network.freeze(plan)
    inputs = features.prepare(shared_workspace, uneven, network.prefix(plan), 224).array
    labels = np.array([item.label for item in uneven.items], np.int32)
    rows = np.array([i for i, item in enumerate(uneven.items) if item.split == Split.TRAIN])
    model = network.suffix(plan)
    model.compile("adam", "sparse_categorical_crossentropy")
    counts = np.bincount(labels[rows])
    weights = {label: len(rows) / (3 * count) for label, count in enumerate(counts)}
    order = EpochBatches([inputs], labels, rows, run.recipe.batch_size, run.recipe.seed)
    losses = []
    for order.epoch in range(3):
        history = model.fit(order.dataset(), class_weight=weights, verbose=0, shuffle=False).history
        losses.append(history["loss"][0])
    assert counts.max() >= 3 * counts.min()
    assert curve(run, ("loss",))[:, 0] == pytest.approx(losses, abs=1e-4)
    assert balanced_weights(np.eye(3, dtype=np.float32)[labels[rows]])[0] == pytest.approx(
        weights[labels[rows[0]]]
    )


def test_fresh_views_differ_by_epoch_and_repeat_with_the_seed(
    shared_workspace: Workspace, dataset: Dataset
) -> None:
    recipe = {
        "backbone": SMALL | {"name": "vgg16", "cut_at": "block3_pool"},
        "augmentation": {"rotation": 30, "zoom": 0.3, "views": "fresh"},
        "phases": [{"epochs": 2}],
    }
    first, second = (ran(shared_workspace, dataset, **recipe) for _ in range(2))
    assert np.array_equal(curve(first), curve(second))
    assert [event["cut_point"] for event in events(first, "phase")] == [None]
    plain = ran(shared_workspace, dataset, **recipe | {"augmentation": {}})
    assert not np.array_equal(curve(plain), curve(first))


@pytest.mark.parametrize("statistics", ["frozen", "trained"])
def test_statistics_of_the_backbone_move_only_where_they_are_asked_to(
    shared_workspace: Workspace, dataset: Dataset, statistics: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras 3.15 lets them move in ``fit`` although the backbone is called with ``training=False``."""
    kept: list[Network] = []
    build = trainer.Trainer.build

    def remember(story: trainer.Trainer) -> None:
        build(story)
        kept.append(story.network)
        kept_before.append(moving(story.network))

    def moving(network: Network) -> dict[str, np.ndarray]:
        return {w.path: w.numpy() for w in network.backbone.weights if "moving" in w.path}

    kept_before: list[dict[str, np.ndarray]] = []
    monkeypatch.setattr(trainer.Trainer, "build", remember)
    phase = {"epochs": 1, "freeze": 17, "batch_normalization": statistics, "learning_rate": 1e-5}
    ran(shared_workspace, dataset, backbone=SMALL, phases=[phase])
    (network,), (before,) = kept, kept_before
    after = moving(network)
    moved = {path for path in before if not np.array_equal(before[path], after[path])}
    trained = {w.path for layer in network.backbone.layers[17:] for w in layer.weights if "moving" in w.path}
    assert len(trained) > 20
    assert moved == (trained if statistics == "trained" else set())


def test_caching_does_not_change_the_history_of_other_choices(
    shared_workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"batch_normalization": "trained", "optimizer": "lion", "clip_norm": 1.0, "warmup_epochs": 1}
    recipe = {
        "backbone": {"name": "efficientnet_lite0", "image_size": 32, "cut_at": "block3b_add"},
        # Small steps: Lion goes by the sign of a gradient, and the last digits of a feature may turn it.
        "phases": [{"epochs": 2, "freeze": 26, "learning_rate": 1e-5, **options}],
        "loss": "categorical_crossentropy",
        "label_smoothing": 0.1,
        "class_weights": "balanced",
    }
    cached = ran(shared_workspace, dataset, **recipe)
    monkeypatch.setenv("THAW_CACHE_GB", "0")
    whole = ran(shared_workspace, dataset, **recipe)
    assert [event["cut_point"] for event in events(cached, "phase")] != [None]
    assert [event["cut_point"] for event in events(whole, "phase")] == [None]
    figures = ("loss", "accuracy", "val_loss", "val_accuracy")
    assert np.abs(curve(cached, figures) - curve(whole, figures)).max() < 1e-4
