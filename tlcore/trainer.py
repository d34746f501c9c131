"""What is done for a run, step by step: the network, its phases, and what becomes of the model."""

import contextlib
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import (
    checkpoints,
    datasets,
    evaluation,
    exporters,
    history,
    outputs,
    plans,
    prices,
    runs,
    runtimes,
    unchanged,
)
from tlcore.callbacks import EpochBatches, NotFinite, StopRequested, ToldEpochs, check_stop, keras_callbacks
from tlcore.checkpoints import Checkpoint
from tlcore.config import Phase
from tlcore.datasets import Split
from tlcore.errors import NotSaved, RunError
from tlcore.material import TELL_EVERY_S, Material
from tlcore.models import Network
from tlcore.optimization import compile_for, early_stopping, plateau
from tlcore.runs import Run
from tlcore.snapshots import Keeper, has_ended
from tlcore.words import tr
from tlcore.workspace import Workspace


class Trainer:
    """What is known of a run while it is trained."""

    def __init__(self, workspace: Workspace, run: Run) -> None:
        self.started_s = self.told_s = time.monotonic()
        self.seconds = {"features": 0.0, "training": 0.0, "total": 0.0}
        self.before_s = 0.0
        """Spent before a resume, as far as it counts."""
        self.workspace, self.run = workspace, run
        events = run.events()
        self.told = history.story(events)
        self.is_new = sum(event["event"] == "preparing" for event in events) == 1
        self.recipe = runs.extended(run.recipe, events)
        if self.is_new:
            self.dataset = datasets.load(workspace, run.dataset_id)
        else:
            self.dataset = unchanged.check(workspace, run, events)
        self.plan = plans.for_dataset(self.recipe, self.dataset, workspace)
        self.material = Material(workspace, run, self.dataset, self.plan)
        self.epochs_done = 0
        """Of the phases before the one under way."""
        self.kept: Checkpoint | None = None
        """From which this training goes on."""
        self.fit_s: float | None = None
        """When the training under way began."""
        self.model: Any = None

    def build(self) -> None:
        """The network with its weights, which may have to be downloaded first."""
        self.network = Network(self.plan, self.workspace.weights, self._tell_download)
        self.keeper = Keeper(self.run, self.network, self._spent)

    def train_phases(self) -> None:
        """Those that are left. However it ends, the end of the last epoch is kept."""
        try:
            for number in range(self._take_up(), len(self.recipe.phases)):
                self.train_phase(number)
        finally:
            # A full disk has been told of; here it must not hide what else happened.
            with contextlib.suppress(NotSaved):
                self.keeper.write()

    def _take_up(self) -> int:
        """The phase to begin with: the first, or the one of the last checkpoint, which is then in place."""
        if self.is_new:
            return 0
        found = checkpoints.latest(self.run.checkpoints, history.unbroken_epochs(self.told))
        for epoch in found.damaged:
            self.run.record("damaged", epoch=epoch)
            checkpoints.discard(self.run.checkpoints, epoch)
        self.kept = found.checkpoint
        self.run.record("resumed", epoch=self.kept.epoch if self.kept else 0)
        if self.kept is None:
            return 0
        for plan in self.plan.phases[: self.kept.phase + 1]:
            self.network.freeze(plan)
        self.network.build_head()
        self.keeper.put(self.kept.weights)
        self.epochs_done = self.kept.epoch - self.kept.phase_epochs
        self.seconds = self.kept.state["seconds"]
        self.before_s = self.seconds["total"]
        return self.kept.phase

    def train_phase(self, number: int) -> None:
        phase, plan = self.recipe.phases[number], self.plan.phases[number]
        self.network.freeze(plan)
        started_s = time.monotonic()
        views = self.material.features(number, self.network)
        self.seconds["features"] += time.monotonic() - started_s
        check_stop(self.run)
        self.material.views, self.model = views, self.network.suffix(plan, phase)
        batches = self.material.batches()
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
            weights=self.network.weights_id,
        )
        self.fit_s = time.monotonic()
        try:
            self._fit(phase, number, batches)
        finally:
            self.seconds, self.fit_s = self._spent(), None

    def _fit(self, phase: Phase, number: int, batches: EpochBatches) -> None:
        kept = self.kept if self.kept and self.kept.phase == number else None
        if kept and has_ended(kept, phase):
            self._end_phase(number, kept.phase_epochs, self._put_best(kept))
            return
        early = early_stopping(phase.patience) if phase.patience else None
        slowing = plateau() if phase.schedule == "plateau" else None
        told = ToldEpochs(self.run, self.told)
        callbacks = [
            *keras_callbacks(self.run, number, self.epochs_done, batches, told, slowing),
            *([early] if early else []),
            self.keeper.callback(number, phase, self.epochs_done, kept, early, slowing),
        ]
        done = kept.phase_epochs if kept else 0
        try:
            fitted = self.model.fit(
                batches.dataset(),
                validation_data=self.material.held_out(Split.VAL).dataset(),
                initial_epoch=done,
                epochs=phase.epochs,
                verbose=0,
                shuffle=False,
                callbacks=callbacks,
            )
        except StopRequested:
            if early is not None and early.best_weights is not None:
                # Keras restores them at the end of a fit, which a stop never reaches.
                self.model.set_weights(early.best_weights)
                self._tell_kept(number, early.best_epoch)
            raise
        self._end_phase(number, done + len(fitted.epoch), early.best_epoch if early else None)

    def _end_phase(self, number: int, epochs: int, best_epoch: int | None) -> None:
        if best_epoch is not None:
            self._tell_kept(number, best_epoch)
        self.epochs_done += epochs
        told = history.story(self.run.events())
        seconds = [line["seconds"] for line in told if line["event"] == "epoch" and line["phase"] == number]
        prices.learn_epochs(self.workspace, self.plan, number, self.dataset, seconds)

    def _tell_kept(self, number: int, best_epoch: int) -> None:
        self.run.record("kept", phase=number, epoch=self.epochs_done + best_epoch + 1)

    def _put_best(self, kept: Checkpoint) -> int | None:
        """The weights of a checkpoint, or those that early stopping held then; their epoch in the phase."""
        self.keeper.put(kept.best or kept.weights)
        return int(kept.state["early"]["best_epoch"]) if kept.best else None

    def back_to_finite(self, error: NotFinite) -> str:
        """Put back the last weights that were good, and say so; raises the error where there are none."""
        kept = self.keeper.last()
        if kept is None or kept.epoch == 0:
            raise error
        try:
            best = self._put_best(kept)
        except RunError:
            raise error from None
        epoch = kept.epoch if best is None else kept.epoch - kept.phase_epochs + best + 1
        return tr("{error} The model is kept as it was after epoch {epoch}.", error=error, epoch=epoch)

    def _spent(self) -> dict[str, float]:
        """Seconds so far, with those before a resume as far as their epochs count."""
        now_s = time.monotonic()
        training = self.seconds["training"] + (0.0 if self.fit_s is None else now_s - self.fit_s)
        return {**self.seconds, "training": training, "total": self.before_s + now_s - self.started_s}

    def _tell_download(self, done: int, total: int) -> None:
        check_stop(self.run)
        if time.monotonic() - self.told_s >= TELL_EVERY_S:
            self.told_s = time.monotonic()
            self.run.record("download", done=done, total=total)

    def finish(self, outcome: str, message: str = "") -> None:
        """Save and judge the model as it is now; a run stopped before its first batch has none."""
        figures: dict[str, Any] = {"val_accuracy": None, "test_accuracy": None}
        if self.model is not None:
            self.run.record("finishing")
            result = evaluation.evaluate(
                self.dataset, self._judged(), independent=self.run.output.independent
            )
            exporters.save_keras(self.network.whole(), self.run.model_file)
            evaluation.save(result, self.run)
            # Last: what was trained and judged is safe, whatever becomes of the conversion.
            runtimes.convert(self.workspace, self.run, self.network, self.dataset)
        if self.run.has_model:
            # Also of before a resume that was stopped at once.
            result = evaluation.load(self.run)
            figures = {f"{split.value}_accuracy": result.accuracy(split) for split in (Split.VAL, Split.TEST)}
        self.seconds = self._spent()
        if outcome == "done":
            self._learn_and_clear()
        ready = [line for line in history.story(self.run.events()) if line["event"] == "features_ready"]
        self.run.record(
            outcome,
            **figures,
            **({"message": message} if message else {}),
            features_reused=all(line["reused"] for line in ready) if ready else None,
            seconds={key: round(value, 3) for key, value in self.seconds.items()},
        )

    def _learn_and_clear(self) -> None:
        if self.is_new:
            beside = self.seconds["total"] - self.seconds["features"] - self.seconds["training"]
            prices.learn_frame(self.workspace, self.plan, beside)
        self.network.give_back()
        # The last one is all that an extension needs.
        checkpoints.discard_all_but(self.run.checkpoints, self.epochs_done)

    def _judged(self) -> dict[Split, npt.NDArray[np.float32]]:
        """Probabilities of the pictures that were not trained on."""
        judged = {}
        for split in (Split.VAL, Split.TEST):
            rows = self.material.rows(split)
            if len(rows):
                raw = [self.model.predict_on_batch(x) for x, _ in self.material.held_out(split)()]
                judged[split] = outputs.probabilities(np.concatenate(raw))
                if not np.isfinite(judged[split]).all():
                    raise RunError(
                        tr(
                            "The model answers with numbers that are infinite or not numbers, so it is not "
                            "kept. Lower the learning rate and train again."
                        )
                    )
        return judged
