"""The one figure a run is known by: of several labels per picture, the accuracy would say little.

There it counts every yes and no, most of which are right even of a model that has learned nothing.
"""

from tlcore import evaluation, meanings
from tlcore.datasets import Split
from tlcore.errors import WorkspaceError
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Progress, Run

ACCURACY, EXACT_MATCH = meanings.ACCURACY.title, meanings.EXACT_MATCH.title
HELP = {one.title: one.sentence for one in (meanings.ACCURACY, meanings.EXACT_MATCH)}


def name(run: Run) -> str:
    """In English, by which ``HELP`` has it: ``tr`` says it where it is shown."""
    return EXACT_MATCH if run.several_labels else ACCURACY


def share(result: SplitEvaluation | None) -> float | None:
    if result is None:
        return None
    return result.accuracy if result.exact_match is None else result.exact_match


def shares(run: Run, progress: Progress) -> dict[Split, float]:
    """By split; empty of a run without a result, or with one that cannot be read."""
    if not run.several_labels:
        # As its history has it: the evaluation lists every picture.
        found = {split: progress.final.get(f"{split}_accuracy") for split in (Split.VAL, Split.TEST)}
    else:
        try:
            found = {split: share(result) for split, result in evaluation.load(run).splits.items()}
        except WorkspaceError:
            return {}
    return {split: value for split, value in found.items() if value is not None}
