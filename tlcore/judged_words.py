"""A judged picture in the names of its classes."""

from collections.abc import Sequence

from tlcore.evaluation import Judged, SplitEvaluation
from tlcore.runs import Run
from tlcore.words import number, tr


def true_and_said(run: Run, result: SplitEvaluation, one: Judged) -> tuple[str, str]:
    if result.several_labels:
        return _names(run, one.labels), _names(run, one.predicted_labels)
    return run.classes[one.label], run.classes[one.predicted]


def alt(run: Run, result: SplitEvaluation, one: Judged) -> str:
    """What the picture shows and what was said of it, for those who do not see it."""
    true, said = true_and_said(run, result, one)
    if result.is_right(one):
        return tr("{name}: {true}, as the model said", name=one.name, true=true)
    if result.several_labels:
        return tr("{name}: true {true}, said {said}", name=one.name, true=true, said=said)
    return tr("{name}: a {true} taken for a {said}", name=one.name, true=true, said=said)


def caption(run: Run, result: SplitEvaluation, one: Judged) -> str:
    true, said = true_and_said(run, result, one)
    words = said if result.is_right(one) else f"{true} → {said}"
    return words if result.several_labels else f"{words} {number(one.confidence, '.0%')}"


def _names(run: Run, labels: Sequence[int]) -> str:
    return ", ".join(run.classes[label] for label in labels) or tr("none")
