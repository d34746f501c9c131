"""Runs side by side on the same pictures: what each gets right, and whether that differs measurably.

Compared is only what every run was judged by and none was trained on, with the same labels in all of them.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tlcore import evaluation, paired, runs
from tlcore.datasets import Split
from tlcore.errors import RunError, WorkspaceError
from tlcore.evaluation import Evaluation, Judged
from tlcore.intervals import wilson
from tlcore.paired import LEVEL, Paired
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace

FEWEST_RUNS, MOST_RUNS = 2, 6
_HELD_OUT = (Split.VAL, Split.TEST)

Pair = tuple[int, int]
"""Places of two runs, the lower one first."""


@dataclass(frozen=True)
class Share:
    """Pictures that a run gets right."""

    right: int
    pictures: int

    @property
    def value(self) -> float:
        return self.right / self.pictures

    @property
    def interval(self) -> tuple[float, float]:
        """95%, Wilson."""
        return wilson(self.right, self.pictures)


@dataclass(frozen=True)
class Common:
    """A picture that all runs were judged by."""

    file: str
    judged: tuple[Judged, ...]
    """What each run said of it."""
    right: tuple[bool, ...]


@dataclass(frozen=True)
class Difference:
    """Of two runs on the common pictures."""

    counts: Paired
    adjusted: float
    """The p-value, corrected for all pairs (Holm); of one pair it is the p-value itself."""

    @property
    def is_measurable(self) -> bool:
        return self.adjusted < LEVEL


@dataclass(frozen=True)
class Comparison:
    runs: tuple[Run, ...]
    pictures: tuple[Common, ...]
    own: tuple[Share, ...]
    """Of each run, on all pictures of the side that it was judged by."""
    relabelled: int
    """Pictures that are left out, since their labels are not the same in all datasets."""
    pairs: dict[Pair, Difference]
    """Empty without common pictures."""

    @property
    def shares(self) -> tuple[Share, ...]:
        """Of each run on the common pictures. Empty without any."""
        return tuple(
            Share(sum(one.right[place] for one in self.pictures), len(self.pictures))
            for place in range(len(self.runs))
            if self.pictures
        )

    @property
    def same_pictures(self) -> bool:
        """Whether every run was judged by the common pictures and no others."""
        return all(share.pictures == len(self.pictures) for share in self.own)

    @property
    def same_classes(self) -> bool:
        return len({frozenset(run.classes) for run in self.runs}) == 1

    def only(self, right: int, wrong: int) -> list[Common]:
        """The pictures that one run gets right and the other wrong, the other's surest mistakes first."""
        found = [one for one in self.pictures if one.right[right] and not one.right[wrong]]
        if self.runs[wrong].several_labels:
            return sorted(found, key=lambda one: -one.judged[wrong].farthest)
        return sorted(found, key=lambda one: -one.judged[wrong].confidence)


def sides(chosen: Sequence[Run]) -> list[Split]:
    """Which pictures can be chosen: a side of the split that all were judged by, where it is the same split.

    Empty for runs on different datasets, which are compared on all that they were judged by.
    Raises NotFound, WorkspaceError.
    """
    if len({run.dataset_id for run in chosen}) > 1:
        return []
    known = [evaluation.load(run).splits for run in chosen]
    return [split for split in _HELD_OUT if all(split in one for one in known)]


def chosen_of(workspace: Workspace, ids: Iterable[str]) -> tuple[list[Run], list[str]]:
    """The runs of these ids that can be compared, and a sentence for each that cannot."""
    found, refused = [], []
    for id in dict.fromkeys(ids):
        try:
            run = runs.load(workspace, id)
        except WorkspaceError as error:
            refused.append(str(error))
            continue
        if run.has_model:
            found.append(run)
        else:
            refused.append(tr("{run} has no model yet, so it is left out.", run=run.name))
    return found, refused


def newest_pair(finished: Sequence[Run], dataset_id: str | None) -> list[Run]:
    """The newest two runs of one dataset, of this one where it has two; else none.

    ``finished``: those that have a model, the newest first.
    """
    wanted = [dataset_id, *(run.dataset_id for run in finished)]
    for id in dict.fromkeys(wanted):
        found = [run for run in finished if run.dataset_id == id][:2]
        if len(found) == 2:
            return found
    return []


def compare(chosen: Sequence[Run], side: Split | None) -> Comparison:
    """``side``: one of ``sides``; None for all pictures that the runs were judged by.

    Raises RunError for too few, too many or the same runs, NotFound for one that was not judged,
    WorkspaceError for a damaged record.
    """
    check(chosen)
    judged = [_judged(evaluation.load(run), side) for run in chosen]
    shared = [file for file in judged[0] if all(file in one for one in judged)]
    pictures, relabelled = [], 0
    for file in shared:
        said = [one[file] for one in judged]
        truths = {_truth(run, one) for run, (one, _) in zip(chosen, said, strict=True)}
        if len(truths) > 1:
            relabelled += 1
        else:
            pictures.append(Common(file, tuple(one for one, _ in said), tuple(right for _, right in said)))
    return Comparison(
        tuple(chosen),
        tuple(pictures),
        tuple(Share(sum(right for _, right in one.values()), len(one)) for one in judged),
        relabelled,
        _pairs(pictures, len(chosen)),
    )


def check(chosen: Sequence[Run]) -> None:
    """Raises RunError for too few, too many or the same runs, or one without a result."""
    if len({run.id for run in chosen}) < len(chosen):
        raise RunError(tr("A run is named twice. Name each one once."))
    if not FEWEST_RUNS <= len(chosen) <= MOST_RUNS:
        raise RunError(
            tr(
                "{fewest} to {most} runs can be compared at once. Received: {received}.",
                fewest=FEWEST_RUNS,
                most=MOST_RUNS,
                received=len(chosen),
            )
        )
    for run in chosen:
        if not run.has_model:
            raise RunError(
                tr("{name} has no model yet, so there is nothing to compare. Train it first.", name=run.name)
            )


def _judged(found: Evaluation, side: Split | None) -> dict[str, tuple[Judged, bool]]:
    """By file, what was said and whether it is right. A picture that is there twice counts once.

    Of one dataset no picture is on two sides of the split: a run was not trained on any of these.
    """
    wanted = [split for split in _HELD_OUT if split in found.splits and side in (None, split)]
    results = [found.splits[split] for split in wanted]
    return {one.file: (one, result.is_right(one)) for result in results for one in result.pictures}


def _truth(run: Run, one: Judged) -> frozenset[str]:
    return frozenset(run.classes[label] for label in one.labels)


def _pairs(pictures: Sequence[Common], count: int) -> dict[Pair, Difference]:
    if not pictures:
        return {}
    columns: list[list[bool]] = [[one.right[place] for one in pictures] for place in range(count)]
    counts: Mapping[Pair, Paired] = {
        (first, second): paired.count(columns[first], columns[second])
        for first, second in itertools.combinations(range(count), 2)
    }
    adjusted = paired.holm([one.p_value for one in counts.values()])
    return {pair: Difference(one, p) for (pair, one), p in zip(counts.items(), adjusted, strict=True)}
