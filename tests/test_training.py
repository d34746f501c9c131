import json
import re
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.exactness import plain
from tests.exactness.plain import curve
from tlcore import datasets, evaluation, feature_store, intake, plans, runs, runtimes, trainer, training
from tlcore.callbacks import StopRequested
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import WeightsUnavailable
from tlcore.models import Network
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace


def train(workspace: Workspace, dataset: Dataset, recipe: Recipe) -> Run:
    run = runs.create(workspace, recipe, dataset)
    training.train(workspace, run)
    return run


def test_a_run_tells_its_story_in_order(trained: Run, few: Dataset) -> None:
    events = [event["event"] for event in trained.events()]
    told = [event for event in events if event not in ("features", "batches")]
    assert told == ["queued", "preparing", "features_ready", "phase", *["epoch"] * 6, "finishing", "done"]
    final = trained.events()[-1]
    assert final["val_accuracy"] == evaluation.load(trained).accuracy(Split.VAL)
    # The last epoch's figure and the evaluation are of the same weights on the same pictures.
    assert final["val_accuracy"] == pytest.approx(curve(trained)[-1][3], abs=1e-6)
    assert curve(trained)[-1][1] > 0.9
    assert set(final["seconds"]) == {"features", "training", "total"}
    assert runs.progress(trained, trained.events(), alive=False).status is Status.DONE


def test_the_saved_model_takes_pixels_and_agrees_with_the_evaluation(trained: Run, few: Dataset) -> None:
    import keras

    from tlcore import images

    model = keras.models.load_model(trained.model_file)
    judged = evaluation.load(trained).splits[Split.VAL].pictures
    pixels = np.stack([images.load_rgb(few.path(item), 224) for item in few.of(Split.VAL)])
    probabilities = model.predict(pixels.astype("float32"), verbose=0)
    assert np.abs(probabilities - np.array([p.probabilities for p in judged])).max() < 1e-4


def test_a_second_head_reuses_the_features(shared_workspace: Workspace, trained: Run, few: Dataset) -> None:
    files = sorted(shared_workspace.features.iterdir())
    recipe = Recipe.parse({"head": {"layers": [{"dropout": 0.1}]}, "phases": [{"epochs": 2}]})
    run = train(shared_workspace, few, recipe)
    assert run.events()[-1]["features_reused"] is True
    # Neither run holds them any longer.
    assert not any(feature_store.is_in_use(shared_workspace, file.name) for file in files)
    assert trained.events()[-1]["features_reused"] is False
    assert sorted(shared_workspace.features.iterdir()) == files


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converting takes longer than training here, and these tests look at the history alone."""
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)


@pytest.mark.usefixtures("no_graphs")
@pytest.mark.parametrize(
    ("backbone", "weights", "size", "cut_at", "freeze"),
    [
        ("efficientnet_lite0", "imagenet", 96, "block4a_activation", "all"),
        ("efficientnet_lite0", "imagenet", 96, "block4a_activation", 34),
        ("vgg16", "none", 32, "block4_pool", "block4_conv1"),
    ],
)
def test_caching_does_not_change_the_history(
    workspace: Workspace,
    few_pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    backbone: str,
    weights: str,
    size: int,
    cut_at: str,
    freeze: str | int,
) -> None:
    dataset = intake.take(workspace, few_pictures, name="few")
    recipe = Recipe.parse(
        {
            "backbone": {"name": backbone, "weights": weights, "image_size": size, "cut_at": cut_at},
            "head": {"layers": [{"dense": 8}, {"dropout": 0.3}]},
            "phases": [{"epochs": 3, "freeze": freeze, "optimizer": "sgd", "learning_rate": 0.05}],
            "batch_size": 8,
        }
    )
    cached = train(workspace, dataset, recipe)
    # With no budget nothing is cached but pixels: the same story, fit on the whole network.
    monkeypatch.setenv("THAW_CACHE_GB", "0")
    whole = train(workspace, dataset, recipe)
    assert [event["cut_point"] for event in cached.events() if event["event"] == "phase"] != [None]
    assert [event["cut_point"] for event in whole.events() if event["event"] == "phase"] == [None]
    assert np.abs(curve(cached) - curve(whole)).max() < 1e-4
    if weights == "imagenet":
        # Something was learned, so there was something to differ in.
        assert curve(cached)[0][0] - curve(cached)[-1][0] > 0.1


@pytest.mark.usefixtures("no_graphs")
def test_caching_equals_a_plain_keras_fit(workspace: Workspace, few_pictures: Path) -> None:
    """Against a program that knows nothing of prefixes: compile and fit the whole network on pixels."""
    dataset = intake.take(workspace, few_pictures, name="few")
    recipe = Recipe.parse(
        {
            "backbone": {"name": "efficientnet_lite0", "image_size": 96, "cut_at": "block4a_activation"},
            "head": {"layers": [{"dense": 8}]},
            "batch_size": 8,
            # Not Adam for many layers: it divides small gradients by their size, and so the last digits of
            # LiteRT's features, which are others than TensorFlow's, come to the front.
            "phases": [
                {"epochs": 3, "freeze": "all"},
                {"epochs": 2, "freeze": 34, "optimizer": "sgd", "learning_rate": 0.001},
            ],
        }
    )
    run = train(workspace, dataset, recipe)
    plain_history = plain.history(Network(plans.make(recipe, 3), workspace.weights), dataset)
    assert np.abs(curve(run) - plain_history).max() < 1e-4


@pytest.mark.usefixtures("no_graphs")
def test_augmentation_keeps_a_cache_for_each_view(workspace: Workspace, few_pictures: Path) -> None:
    dataset = intake.take(workspace, few_pictures, name="few")
    recipe = Recipe.parse(
        {
            "backbone": {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block2_pool"},
            "head": {"layers": []},
            "phases": [{"epochs": 2}],
            "augmentation": {"flip": "horizontal", "views": 3},
        }
    )
    first = train(workspace, dataset, recipe)
    assert len(list(workspace.features.iterdir())) == 3
    second = train(workspace, dataset, recipe)
    assert second.events()[-1]["features_reused"] is True
    assert np.array_equal(curve(first), curve(second))


def test_a_stop_ends_within_a_batch_and_keeps_the_model(
    workspace: Workspace, few: Dataset, shared_workspace: Workspace
) -> None:
    run = runs.create(shared_workspace, Recipe.parse({"phases": [{"epochs": 1000}]}), few)

    def stop_after_two_epochs() -> None:
        while sum(event["event"] == "epoch" for event in run.events()) < 2:
            ended.wait(0.01)
        run.request_stop()
        run.request_stop()

    ended = threading.Event()
    watcher = threading.Thread(target=stop_after_two_epochs)
    watcher.start()
    training.train(shared_workspace, run)
    ended.set()
    watcher.join()
    final = run.events()[-1]
    assert final["event"] == "stopped"
    assert 2 <= len(curve(run)) < 1000
    assert run.has_model
    assert evaluation.load(run).accuracy(Split.VAL) == final["val_accuracy"]


def test_a_stop_before_the_first_batch_leaves_no_model(shared_workspace: Workspace, few: Dataset) -> None:
    run = runs.create(shared_workspace, Recipe(), few)
    run.request_stop()
    training.train(shared_workspace, run)
    assert run.events()[-1]["event"] == "stopped"
    assert not run.has_model
    assert curve(run).size == 0


def test_a_stop_after_the_numbers_ran_away_keeps_no_model(
    shared_workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss is looked at when an epoch ends; a stop may come before."""

    def run_away(story: trainer.Trainer, *args: object) -> None:
        story.network.head[-1].kernel.assign(np.full(story.network.head[-1].kernel.shape, np.nan))
        raise StopRequested

    monkeypatch.setattr(trainer.Trainer, "_fit", run_away)
    run = runs.create(shared_workspace, Recipe(), few)
    training.train_run(str(shared_workspace.home), run.id)
    assert run.events()[-1]["event"] == "failed"
    assert "infinite or not numbers" in run.events()[-1]["message"]
    assert not run.has_model


def test_a_stop_while_weights_are_downloaded(
    shared_workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.create(shared_workspace, Recipe.parse({"backbone": {"name": "vgg16"}}), few)

    def slow(file: object, folder: Path, progress: Callable[[int, int], None]) -> None:
        monkeypatch.setattr(trainer, "TELL_EVERY_S", 0)
        progress(10_000_000, 58_000_000)
        told = runs.progress(run, run.events(), alive=True)
        assert told.message == "Downloading the pretrained weights: 10 of 58 MB."
        run.request_stop()
        progress(20_000_000, 58_000_000)
        raise AssertionError("the stop was not seen")

    monkeypatch.setattr("tlcore.backbones.weights.obtain", slow)
    training.train_run(str(shared_workspace.home), run.id)
    assert run.events()[-1]["event"] == "stopped"
    assert not run.has_model


def test_a_loss_that_explodes_is_said_in_a_sentence(shared_workspace: Workspace, few: Dataset) -> None:
    recipe = Recipe.parse(
        {
            "phases": [{"epochs": 5, "optimizer": "sgd", "learning_rate": 10.0}],
            "head": {"layers": [{"dense": 64, "activation": "linear"}] * 4},
        }
    )
    run = runs.create(shared_workspace, recipe, few)
    training.train_run(str(shared_workspace.home), run.id)
    final = run.events()[-1]
    assert final["event"] == "failed"
    said = re.fullmatch(
        r"The loss became infinite or not a number in epoch (\d)\. "
        r"Lower the learning rate \(10\) and train again\.( The model is kept as it was after epoch \d\.)?",
        final["message"],
    )
    assert said is not None
    # Of what it had learned before its numbers ran away.
    assert run.has_model is (said[1] != "1") is (said[2] is not None)


def test_missing_weights_are_never_replaced_by_random_ones(
    workspace: Workspace, few_pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = intake.take(workspace, few_pictures, name="few")

    def offline(*args: object) -> None:
        raise WeightsUnavailable("vgg16.h5 cannot be had. Put it into weights/.")

    monkeypatch.setattr("tlcore.backbones.weights.obtain", offline)
    run = runs.create(workspace, Recipe.parse({"backbone": {"name": "vgg16"}}), dataset)
    training.train_run(str(workspace.home), run.id)
    assert run.events()[-1]["message"] == "vgg16.h5 cannot be had. Put it into weights/."
    assert not run.model_file.exists()


def test_too_little_memory_is_said_in_a_sentence(
    shared_workspace: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    said = "Training ran out of memory. Use a smaller batch size or image size, or freeze more layers."
    for error in (MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")):

        def build(self: trainer.Trainer, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(trainer.Trainer, "build", build)
        run = runs.create(shared_workspace, Recipe(), few)
        training.train_run(str(shared_workspace.home), run.id)
        assert (run.events()[-1]["event"], run.events()[-1]["message"]) == ("failed", said)


def test_an_error_nobody_foresaw_ends_the_run_too(
    workspace: Workspace, few_pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = intake.take(workspace, few_pictures, name="few")
    run = runs.create(workspace, Recipe(), dataset)
    monkeypatch.setattr(datasets, "load", lambda *args: 1 / 0)
    training.train_run(str(workspace.home), run.id)
    final = run.events()[-1]
    assert (final["event"], "ZeroDivisionError" in final["message"]) == ("failed", True)
    assert json.dumps(final)
