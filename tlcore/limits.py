"""What a run's model cannot be trusted with, computed from the run: for its report and its model card.

Each limit is a plain sentence. Names in it are a user's text, to be escaped by whoever shows it.
"""

from collections.abc import Iterator

from tlcore import confidence, dataset_health, evaluation, runs
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.intervals import wilson
from tlcore.runs import Run, Status
from tlcore.words import tr, trn
from tlcore.workspace import Workspace

__all__ = ["NAMES", "deciding", "of"]

NAMES = {Split.VAL: "validation", Split.TEST: "test"}

# An interval wider than this leaves open whether another run is better.
_WIDE = 0.1
# Of a class, a share found below which it is named.
_WEAK = 0.75
# Of several of a kind, the worst.
_MOST = 3
# A calibration error from here on: what is said with 90% comes true in 85 of 100 cases or fewer.
_OFF = 0.05


def of(workspace: Workspace, run: Run) -> list[str]:
    """Raises NotFound for a run that was not evaluated, WorkspaceError for one that is damaged."""
    splits = evaluation.load(run).splits
    found = [*_answers(run), *_training(run)]
    if not splits:
        found.append(tr("How often it is right was not measured: it was judged by no pictures."))
    else:
        split = deciding(splits)
        found += [*_measured(run, split, splits[split]), *_classes(run, splits[split])]
        found += _percentages(run, split, splits[split])
    return [*found, *dataset_health.sentences(workspace, run.dataset_id)]


def deciding(splits: dict[Split, SplitEvaluation]) -> Split:
    """By which pictures a model is judged in the end: the test's, where some were set aside."""
    return Split.TEST if Split.TEST in splits else Split.VAL


def _answers(run: Run) -> Iterator[str]:
    """What it says of a picture that shows something else, or that it is unsure of."""
    threshold = confidence.chosen(run).threshold
    if threshold:
        point = confidence.study(run).coverages[Split.VAL].at(threshold)
        yield tr(
            'It says "I don\'t know" where it is less than {threshold:.0%} sure: of {pictures:,} validation '
            "pictures it answers {answered:,}, {right:,} of them rightly.",
            threshold=threshold,
            pictures=point.pictures,
            answered=point.answered,
            right=point.right,
        )
    elif run.several_labels:
        yield tr(
            "It says yes to a class from a probability of {threshold:.0%} on: of a picture it may name "
            "several classes, or none.",
            threshold=evaluation.THRESHOLD,
        )
    else:
        yield tr(
            "It always names one of its {classes:,} classes, also of a picture that shows none of them.",
            classes=len(run.classes),
        )
    if confidence.is_outdated(run):
        yield tr("How sure it has to be was chosen before it was trained on, and counts no more.")


def _training(run: Run) -> Iterator[str]:
    if runs.progress(run, run.events(), alive=False).status is Status.STOPPED:
        yield tr("Its training was stopped before it was done.")
    if run.imported_file.is_file():
        yield tr("It was brought in from a file: its figures are those that the file told.")


def _measured(run: Run, split: Split, result: SplitEvaluation) -> Iterator[str]:
    low, high = result.figures.interval
    if high - low > _WIDE:
        yield _uncertain(run, split, len(result.pictures), low, high)
    if split is not Split.TEST:
        yield tr(
            "No pictures were set aside for a test. The validation pictures, by which recipes are compared "
            "and epochs kept, give figures that are likely a little too good."
        )


def _uncertain(run: Run, split: Split, pictures: int, low: float, high: float) -> str:
    measure = tr("its exact match") if run.several_labels else tr("its accuracy")
    if split is Split.TEST:
        return trn(
            "It was judged by {n:,} test picture only: {measure} on others of the kind may be anything from "
            "{low:.0%} to {high:.0%}.",
            "It was judged by {n:,} test pictures only: {measure} on others of the kind may be anything from "
            "{low:.0%} to {high:.0%}.",
            pictures,
            measure=measure,
            low=low,
            high=high,
        )
    return trn(
        "It was judged by {n:,} validation picture only: {measure} on others of the kind may be anything "
        "from {low:.0%} to {high:.0%}.",
        "It was judged by {n:,} validation pictures only: {measure} on others of the kind may be anything "
        "from {low:.0%} to {high:.0%}.",
        pictures,
        measure=measure,
        low=low,
        high=high,
    )


def _classes(run: Run, result: SplitEvaluation) -> Iterator[str]:
    weak = [one for one in result.classes if one.support and one.recall < _WEAK]
    for one in sorted(weak, key=lambda one: one.recall)[:_MOST]:
        right = round(one.recall * one.support)
        low, high = wilson(right, one.support)
        yield trn(
            "Of {n:,} picture of '{class_name}' it finds {found:,} ({share:.0%}; 95% interval {low:.0%} to "
            "{high:.0%}).",
            "Of {n:,} pictures of '{class_name}' it finds {found:,} ({share:.0%}; 95% interval {low:.0%} to "
            "{high:.0%}).",
            one.support,
            class_name=one.name,
            found=right,
            share=one.recall,
            low=low,
            high=high,
        )
    for true, said, count in [one for one in result.confused if one[2] > 1][:_MOST]:
        yield tr(
            "It takes {wrong:,} of {pictures:,} of '{true}' for '{said}'.",
            wrong=count,
            pictures=sum(result.confusion[true]),
            true=run.classes[true],
            said=run.classes[said],
        )
    missing = [f"'{one.name}'" for one in result.classes if not one.support]
    if missing:
        names, more = ", ".join(missing[:_MOST]), len(missing) - _MOST
        if more > 0:
            names = tr("{names} and {more:,} more", names=names, more=more)
        yield tr("How well it finds {names} is not known: no such picture judged it.", names=names)


def _percentages(run: Run, split: Split, result: SplitEvaluation) -> Iterator[str]:
    choice = confidence.chosen(run)
    error = result.figures.calibration.error
    if choice.temperature != 1:
        error = confidence.study(run).effects[split].error_after
    if error > _OFF:
        yield tr(
            "Its percentages are not to be taken at their word: they are off by {error:.0%} on average "
            "(calibration error).",
            error=error,
        )
