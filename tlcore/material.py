"""What a run is trained on: the features of its pictures, in batches, and those that are held out."""

import functools
import time
from typing import Any

import numpy as np
import numpy.typing as npt

from tlcore import augmentation, feature_store, features, outputs, prices, runtimes
from tlcore.callbacks import EpochBatches, check_stop
from tlcore.datasets import Dataset, Split
from tlcore.features import Features
from tlcore.models import Network
from tlcore.plans import Plan
from tlcore.runs import Run
from tlcore.workspace import Workspace

TELL_EVERY_S = 0.5


class Material:
    """The pictures of a run as its phases see them."""

    def __init__(self, workspace: Workspace, run: Run, dataset: Dataset, plan: Plan) -> None:
        self.workspace, self.run, self.dataset = workspace, run, dataset
        self.plan, self.recipe = plan, plan.recipe
        self.targets = plan.output.targets(dataset.targets())
        self.views: list[npt.NDArray[Any]] = []
        """Features of the phase under way, one array for each augmentation view."""
        self.used: list[Features] = []
        """As long as they are held here, their caches are not removed."""

    def features(self, number: int, network: Network) -> list[npt.NDArray[Any]]:
        """The views of a phase, computed or found."""
        started_s = time.monotonic()
        plan, variants = self.plan.phases[number], self.recipe.augmentation
        prefix = network.prefix(plan)
        tell = _Teller(self.run, variants.distinct_views)
        converts = prefix is not None and not runtimes.prefix_is_converted(self.workspace, prefix.digest)
        found = []
        for view_number in range(variants.distinct_views):
            view = features.View(view_number, variants, self.recipe.seed, self.recipe.backbone.fit)
            told = functools.partial(tell, view_number)
            found.append(
                features.prepare(
                    self.workspace, self.dataset, prefix, self.plan.image_size_px, view, told, plan.dtype
                )
            )
        reused = all(one.reused for one in found)
        seconds = time.monotonic() - started_s
        prices.learn_features(self.workspace, self.plan, number, found, seconds, converted=converts)
        self.run.record(
            "features_ready",
            phase=number,
            cut_point=plan.cut_point,
            reused=reused,
            runtime=found[0].runtime,
            seconds=round(seconds, 3),
            keys=[one.key for one in found],
        )
        self.used += found
        return [one.array for one in found]

    def batches(self) -> EpochBatches:
        """The training pictures, shuffled anew in each epoch."""
        rows, recipe = self.rows(Split.TRAIN), self.recipe
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

    def held_out(self, split: Split) -> EpochBatches:
        """Pictures that are not trained on, as they are and in their order."""
        return EpochBatches(self.views[:1], self.targets, self.rows(split), self.recipe.batch_size, seed=None)

    def rows(self, split: Split) -> npt.NDArray[np.int64]:
        return np.array([i for i, item in enumerate(self.dataset.items) if item.split == split], np.int64)

    def let_go(self) -> None:
        """Of the caches that were used."""
        for one in self.used:
            feature_store.done_with(one.use)
        self.used = []

    def _change(self, pixels: npt.NDArray[np.uint8], row: int, epoch: int) -> npt.NDArray[np.uint8]:
        # From 1 on: number 0 is the picture as it is.
        return augmentation.augment(
            pixels,
            self.recipe.augmentation,
            seed=self.recipe.seed,
            number=epoch + 1,
            sha256=self.dataset.items[row].sha256,
        )


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
