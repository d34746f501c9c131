"""train(): the whole story of a run, from the queue to the finished model. Runs in a worker."""

import functools
import logging
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import datasets, evaluation, exporters, features, plans, runs, runtimes
from tlcore.callbacks import EpochBatches, StopRequested, check_stop, keras_callbacks
from tlcore.config import Phase
from tlcore.datasets import Split
from tlcore.errors import RunError, ThawError
from tlcore.models import Network
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


def _plain(error: Exception) -> str:
    import tensorflow as tf

    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return "Training ran out of memory. Use a smaller batch size or image size, or freeze more layers."
    return f"Training failed unexpectedly ({type(error).__name__}). The log of the engine says more."


def train(workspace: Workspace, run: Run) -> None:
    """Train a run to its end: features, phases, model, evaluation, graph; then the final event.

    Raises ThawError with a sentence when it cannot be done.
    """
    import keras

    # What earlier jobs of this worker left would keep its memory.
    keras.utils.clear_session()
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


class _Story:
    """What is known of a run while it is trained."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self.started_s = self.told_s = time.monotonic()
        self.seconds = {"features": 0.0, "training": 0.0}
        self.workspace, self.run, self.recipe = workspace, run, run.recipe
        self.dataset = datasets.load(workspace, run.dataset_id)
        self.labels = np.array([item.label for item in self.dataset.items], np.int32)
        self.plan = plans.for_dataset(run.recipe, self.dataset)
        self.reused: bool | None = None
        """Whether all features were there already; None while there are none."""
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
        self.views, self.model = views, self.network.suffix(plan)
        compile_for(self.model, phase, self.recipe.loss)
        trainable = sum(int(np.prod(weight.shape)) for weight in self.model.trainable_weights)
        self.run.record("phase", phase=number, cut_point=plan.cut_point, trainable_params=trainable)
        started_s = time.monotonic()
        try:
            self._fit(phase, number)
        finally:
            self.seconds["training"] += time.monotonic() - started_s

    def _fit(self, phase: Phase, number: int) -> None:
        size, seed = self.recipe.batch_size, self.recipe.seed
        batches = EpochBatches(self.views, self.labels, self._rows(Split.TRAIN), size, seed)
        held_out = EpochBatches(self.views[:1], self.labels, self._rows(Split.VAL), size, seed=None)
        first = sum(phase.epochs for phase in self.recipe.phases[:number])
        self.model.fit(
            batches.dataset(),
            validation_data=held_out.dataset(),
            epochs=phase.epochs,
            verbose=0,
            shuffle=False,
            callbacks=keras_callbacks(self.run, number, first, batches),
        )

    def _features(self, number: int) -> list[npt.NDArray[Any]]:
        """One array for each augmentation view, computed or found."""
        started_s = time.monotonic()
        plan, augmentation = self.plan.phases[number], self.recipe.augmentation
        prefix = self.network.prefix(plan)
        tell = _Teller(self.run, augmentation.distinct_views)
        found = []
        for view_number in range(augmentation.distinct_views):
            view = features.View(view_number, augmentation.flip, self.recipe.seed)
            told = functools.partial(tell, view_number)
            found.append(
                features.prepare(self.workspace, self.dataset, prefix, self.plan.image_size_px, view, told)
            )
        reused = all(one.reused for one in found)
        self.reused = reused and self.reused is not False
        seconds = time.monotonic() - started_s
        self.seconds["features"] += seconds
        self.run.record(
            "features_ready", phase=number, cut_point=plan.cut_point, reused=reused, seconds=round(seconds, 3)
        )
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
        self.run.record(
            outcome,
            **figures,
            features_reused=self.reused,
            seconds={key: round(value, 3) for key, value in self.seconds.items()},
        )

    def _judged(self) -> dict[Split, npt.NDArray[np.float32]]:
        """Probabilities of the pictures that were not trained on."""
        judged = {}
        for split in (Split.VAL, Split.TEST):
            rows = self._rows(split)
            if len(rows):
                batches = EpochBatches(self.views[:1], self.labels, rows, self.recipe.batch_size, seed=None)
                judged[split] = np.concatenate([self.model.predict_on_batch(x) for x, _ in batches()])
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


def compile_for(model: Any, phase: Phase, loss: str) -> None:
    """Compile a model with a phase's optimizer; it is new in each phase, as its moments are."""
    import keras

    optimizers = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "sgd": keras.optimizers.SGD,
        "rmsprop": keras.optimizers.RMSprop,
    }
    model.compile(optimizer=optimizers[phase.optimizer](phase.learning_rate), loss=loss, metrics=["accuracy"])
