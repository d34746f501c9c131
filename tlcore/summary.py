"""The figures of a split in words: name, value, and what it means; for the page and the command line."""

from dataclasses import dataclass
from math import log

from tlcore import meanings
from tlcore.class_curves import ClassCurves
from tlcore.evaluation import ClassFigures, SplitEvaluation
from tlcore.meanings import Meaning
from tlcore.numbers import range_words
from tlcore.words import number, tr


@dataclass(frozen=True)
class Figure:
    title: str
    value: str
    sentence: str


def main(result: SplitEvaluation) -> list[Figure]:
    """Those that are read first: how often it is right, and how well that is known."""
    figures = result.figures
    interval = _figure(meanings.INTERVAL, range_words(*figures.interval), pictures=len(result.pictures))
    macro_f1 = _share(meanings.MACRO_F1, figures.macro_f1)
    if result.exact_match is not None:
        return [
            _counted(meanings.EXACT_MATCH, result.exact_match, result),
            interval,
            _share(meanings.ANSWERS_ACCURACY, result.accuracy),
            macro_f1,
        ]
    return [
        _counted(meanings.ACCURACY, result.accuracy, result),
        interval,
        _share(meanings.BALANCED_ACCURACY, figures.balanced_accuracy),
        macro_f1,
    ]


def more(result: SplitEvaluation) -> list[Figure]:
    """All others; none that the kind of labels has no such figure for."""
    figures = result.figures
    found = [_share(meanings.WEIGHTED_F1, figures.weighted_f1)]
    if figures.micro_f1 is not None:
        found.append(_share(meanings.MICRO_F1, figures.micro_f1))
    if figures.top_k_accuracy is not None:
        found.append(_share(meanings.TOP_K, figures.top_k_accuracy, k=figures.top_k))
    meaning = meanings.ANSWERS_LOG_LOSS if result.independent else meanings.LOG_LOSS
    found.append(_figure(meaning, number(figures.log_loss, ".3f"), guess=log(len(result.classes))))
    found.append(_share(meanings.CALIBRATION_ERROR, figures.calibration.error))
    found.append(_share(meanings.AUC, figures.macro_auc))
    found.append(_share(meanings.MEAN_AVERAGE_PRECISION, figures.mean_average_precision))
    return found


def of_class(figures: ClassFigures, curves: ClassCurves) -> tuple[float | None, ...]:
    """The shares of a class, in the order of ``meanings.OF_A_CLASS``; None is what no picture could tell."""
    return (
        figures.precision,
        figures.recall if figures.support else None,
        figures.f1,
        curves.roc.area if curves.roc else None,
        curves.precision_recall.area if curves.precision_recall else None,
    )


def _counted(meaning: Meaning, value: float, result: SplitEvaluation) -> Figure:
    right, total = len(result.pictures) - len(result.mistakes), len(result.pictures)
    here = tr("Here it is {right:,} of {total:,}.", right=right, total=total)
    return Figure(tr(meaning.title), number(value, ".1%"), f"{tr(meaning.sentence)} {here}")


def _share(meaning: Meaning, value: float | None, **words: object) -> Figure:
    return _figure(meaning, "–" if value is None else number(value, ".1%"), **words)


def _figure(meaning: Meaning, value: str, **words: object) -> Figure:
    return Figure(tr(meaning.title, **words), value, tr(meaning.sentence, **words))
