"""train(): the whole story of a run, from the queue to the finished model. Runs in a worker."""

import functools
import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import (
    augmentation,
    datasets,
    evaluation,
    exporters,
    feature_store,
    features,
    outputs,
    plans,
    prices,
    runs,
    runtimes,
)
from tlcore.callbacks import EpochBatches, StopRequested, check_stop, keras_callbacks
from tlcore.config import Phase
from tlcore.datasets import Split
from tlcore.errors import RunError, ThawError
from tlcore.features import Features
from tlcore.models import Network
from tlcore.optimization import compile_for, early_stopping
from tlcore.runs import Run
from tlcore.workspace import Workspace

log = logging.getLogger(__name__)

TELL_EVERY_S = 0.5


def train_run(home: str, run_id: str) -> None:
    """The job of a run. However it ends is written to its history; nothing is raised."""
    workspace = Workspace(Path(home))
    run = runs.load(workspace, run_id)
    try:
        train(workspace, run)
    except ThawError as error:
        run.record("failed", message=str(error))
    except Exception as error:
        # The sentence is for the page; the engine's log has the whole story.
        log.exception("run %s failed", run.id)
        run.record("failed", message=_plain(error))
    finally:
        _clear_up()


def _clear_up() -> None:
    """Give back a run's memory; after it, since nobody waits then."""
    import keras

    keras.utils.clear_session()


def _plain(error: Exception) -> str:
    import tensorflow as tf

    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return "Training ran out of memory. Use a smaller batch size or image size, or freeze more layers."
    return f"Training failed unexpectedly ({type(error).__name__}). The log of the engine says more."


def train(workspace: Workspace, run: Run) -> None:
    """Train a run to its end: features, phases, model, evaluation, graph; then the final event.

    Raises ThawError with a sentence when it cannot be done.
    """
    run.record("preparing")
    workspace.check_writable()
    story = _Story(workspace, run)
    outcome = "done"
    try:
        story.build()
        for number in range(len(run.recipe.phases)):
            story.train_phase(number)
    except StopRequested:
        outcome = "stopped"
    story.finish(outcome)
    story.close()


class _Story:
    """What is known of a run while it is trained."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self.started_s = self.told_s = time.monotonic()
        self.seconds = {"features": 0.0, "training": 0.0}
        self.workspace, self.run, self.recipe = workspace, run, run.recipe
        self.dataset = datasets.load(workspace, run.dataset_id)
        self.plan = plans.for_dataset(run.recipe, self.dataset, workspace)
        self.targets = self.plan.output.targets(self.dataset.targets())
        self.epochs_done = 0
        self.reused: bool | None = None
        """Whether all features were there already; None while there are none."""
        self.features: list[Features] = []
        """All that were used: as long as they are held here, their caches are not removed."""
        self.views: list[npt.NDArray[Any]] = []
        self.model: Any = None

    def build(self) -> None:
        """The network with its weights, which may have to be downloaded first."""
        self.network = Network(self.plan, self.workspace.weights, self._tell_download)

    def train_phase(self, number: int) -> None:
        phase, plan = self.recipe.phases[number], self.plan.phases[number]
        self.network.freeze(plan)
        views = self._features(number)
        check_stop(self.run)
        self.views, self.model = views, self.network.suffix(plan, phase)
        batches = self._batches()
        compile_for(self.model, self.recipe, phase, self.plan.output, batches.steps, plan.suffix_flop)
        trainable = sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)
        self.run.record(
            "phase",
            phase=number,
            cut_point=plan.cut_point,
            trainable_params=trainable,
            total_params=self.plan.total_params,
            trained_layers=plan.trained_layers,
            pictures=len(batches.rows),
        )
        started_s = time.monotonic()
        try:
            self._fit(phase, number, batches)
        finally:
            self.seconds["training"] += time.monotonic() - started_s

    def _fit(self, phase: Phase, number: int, batches: EpochBatches) -> None:
        best = early_stopping(phase.patience) if phase.patience else None
        callbacks = keras_callbacks(self.run, number, self.epochs_done, batches)
        try:
            fitted = self.model.fit(
                batches.dataset(),
                validation_data=self._held_out(Split.VAL).dataset(),
                epochs=phase.epochs,
                verbose=0,
                shuffle=False,
                callbacks=[*callbacks, *([best] if best else [])],
            )
        except StopRequested:
            if best is not None and best.best_weights is not None:
                # Keras restores them at the end of a fit, which a stop never reaches.
                self.model.set_weights(best.best_weights)
                self._record_kept(number, best)
            raise
        if best is not None:
            self._record_kept(number, best)
        self.epochs_done += len(fitted.epoch)
        epochs = [
            event for event in self.run.events() if event["event"] == "epoch" and event["phase"] == number
        ]
        seconds = [event["seconds"] for event in epochs]
        prices.learn_epochs(self.workspace, self.plan, number, self.dataset, seconds)

    def _record_kept(self, number: int, best: Any) -> None:
        self.run.record("kept", phase=number, epoch=self.epochs_done + best.best_epoch + 1)

    def _batches(self) -> EpochBatches:
        """The training pictures, shuffled anew in each epoch."""
        rows, recipe = self._rows(Split.TRAIN), self.recipe
        weights = None
        if recipe.class_weights == "balanced":
            # By the training pictures alone; the others are not to be known.
            labels = self.dataset.targets()
            weights = np.ones(len(labels), np.float32)
            weights[rows] = outputs.balanced_weights(labels[rows])
        change = self._change if recipe.augmentation.fresh else None
        return EpochBatches(
            self.views, self.targets, rows, recipe.batch_size, recipe.seed, weights=weights, change=change
        )

    def _change(self, pixels: npt.NDArray[np.uint8], row: int, epoch: int) -> npt.NDArray[np.uint8]:
        # From 1 on: number 0 is the picture as it is.
        return augmentation.augment(
            pixels,
            self.recipe.augmentation,
            seed=self.recipe.seed,
            number=epoch + 1,
            sha256=self.dataset.items[row].sha256,
        )

    def _held_out(self, split: Split) -> EpochBatches:
        """Pictures that are not trained on, as they are and in their order."""
        return EpochBatches(
            self.views[:1], self.targets, self._rows(split), self.recipe.batch_size, seed=None
        )

    def _features(self, number: int) -> list[npt.NDArray[Any]]:
        """One array for each augmentation view, computed or found."""
        started_s = time.monotonic()
        plan, variants = self.plan.phases[number], self.recipe.augmentation
        prefix = self.network.prefix(plan)
        tell = _Teller(self.run, variants.distinct_views)
        found = []
        for view_number in range(variants.distinct_views):
            view = features.View(view_number, variants, self.recipe.seed)
            told = functools.partial(tell, view_number)
            found.append(
                features.prepare(
                    self.workspace, self.dataset, prefix, self.plan.image_size_px, view, told, plan.dtype
                )
            )
        reused = all(one.reused for one in found)
        self.reused = reused and self.reused is not False
        seconds = time.monotonic() - started_s
        self.seconds["features"] += seconds
        prices.learn_features(self.workspace, self.plan, number, found, seconds)
        self.run.record(
            "features_ready",
            phase=number,
            cut_point=plan.cut_point,
            reused=reused,
            runtime=found[0].runtime,
            seconds=round(seconds, 3),
            keys=[one.key for one in found],
        )
        self.features += found
        return [one.array for one in found]

    def _rows(self, split: Split) -> npt.NDArray[np.int64]:
        return np.array([i for i, item in enumerate(self.dataset.items) if item.split == split], np.int64)

    def _tell_download(self, done: int, total: int) -> None:
        check_stop(self.run)
        if time.monotonic() - self.told_s >= TELL_EVERY_S:
            self.told_s = time.monotonic()
            self.run.record("download", done=done, total=total)

    def finish(self, outcome: str) -> None:
        """Save and judge the model as it is now; a run stopped before its first batch has none."""
        figures: dict[str, Any] = {"val_accuracy": None, "test_accuracy": None}
        if self.model is not None:
            self.run.record("finishing")
            result = evaluation.evaluate(self.dataset, self._judged())
            exporters.save_keras(self.network.whole(), self.run.model_file)
            evaluation.save(result, self.run)
            # Last: what was trained and judged is safe, whatever becomes of the conversion.
            runtimes.convert(self.workspace, self.run, self.network, self.dataset)
            figures = {f"{split.value}_accuracy": result.accuracy(split) for split in (Split.VAL, Split.TEST)}
        self.seconds["total"] = time.monotonic() - self.started_s
        if outcome == "done":
            beside = self.seconds["total"] - self.seconds["features"] - self.seconds["training"]
            prices.learn_frame(self.workspace, self.plan, beside)
            self.network.give_back()
        self.run.record(
            outcome,
            **figures,
            features_reused=self.reused,
            seconds={key: round(value, 3) for key, value in self.seconds.items()},
        )

    def close(self) -> None:
        """Let go of the caches that were used; a run that fails lets go of them with its memory."""
        for one in self.features:
            feature_store.done_with(one.use)

    def _judged(self) -> dict[Split, npt.NDArray[np.float32]]:
        """Probabilities of the pictures that were not trained on."""
        judged = {}
        for split in (Split.VAL, Split.TEST):
            rows = self._rows(split)
            if len(rows):
                raw = [self.model.predict_on_batch(x) for x, _ in self._held_out(split)()]
                judged[split] = outputs.probabilities(np.concatenate(raw))
                if not np.isfinite(judged[split]).all():
                    raise RunError(
                        "The model answers with numbers that are infinite or not numbers, so it is not kept. "
                        "Lower the learning rate and train again."
                    )
        return judged


class _Teller:
    """Writes the progress of the features to the history, at most twice a second, and looks for a stop."""

    def __init__(self, run: Run, views: int) -> None:
        self.run, self.views = run, views
        self.started_s = self.told_s = time.monotonic()

    def __call__(self, view: int, done: int, total: int) -> None:
        check_stop(self.run)
        now_s = time.monotonic()
        if now_s - self.told_s >= TELL_EVERY_S:
            self.told_s = now_s
            self.run.record(
                "features",
                done=done + view * total,
                total=total * self.views,
                elapsed_s=round(now_s - self.started_s, 3),
            )
