"""One recipe trained once, and what it then makes of pictures that it never saw."""

import time
from dataclasses import dataclass

import numpy as np

from bench.quality.contenders import Contender
from tlcore import evaluation, outputs, runs
from tlcore.datasets import Dataset, Split
from tlcore.workspace import Workspace


@dataclass(frozen=True)
class Trial:
    pictures: str
    """Name of the set."""
    contender: str
    seed: int
    """Of the split, and of the training."""
    accuracy: float
    log_loss: float
    seconds: float
    """Of the epochs; the features are there."""
    features_s: float


def run(workspace: Workspace, dataset: Dataset, contender: Contender, seed: int) -> Trial:
    """Train and judge as a run does, without keeping the model. ``dataset`` is split by the seed already.

    The test pictures decide: early stopping has seen the validation pictures.
    """
    import keras

    from tlcore.trainer import Trainer

    recipe = contender.recipe.changed("seed", seed)
    record = runs.create(workspace, recipe, dataset, name=contender.name)
    record.record("preparing")
    trainer = Trainer(workspace, record)
    try:
        trainer.build()
        trainer.train_phases()
        batches = trainer.material.held_out(Split.TEST)()
        raw = np.concatenate([trainer.model.predict_on_batch(pictures) for pictures, _ in batches])
        judged = {Split.TEST: outputs.probabilities(raw)}
        found = evaluation.evaluate(dataset, judged, independent=record.output.independent).splits[Split.TEST]
        trainer.network.give_back()
    finally:
        trainer.material.let_go()
        # Checkpoints of a flattened map are a fifth of a gigabyte.
        workspace.discard(record.folder)
        keras.utils.clear_session()
    return Trial(
        dataset.name,
        contender.name,
        seed,
        found.accuracy,
        found.figures.log_loss,
        round(trainer.seconds["training"], 3),
        round(trainer.seconds["features"], 3),
    )


class Clock:
    """Whether another round fits into the minutes that there are."""

    def __init__(self, minutes: float) -> None:
        self.limit_s = 60 * minutes
        self.started_s = time.monotonic()
        self.longest_s = self.round_s = 0.0

    @property
    def spent_s(self) -> float:
        return time.monotonic() - self.started_s

    def round_ended(self) -> None:
        self.longest_s = max(self.longest_s, self.spent_s - self.round_s)
        self.round_s = self.spent_s

    def has_time(self) -> bool:
        return self.spent_s + self.longest_s <= self.limit_s
