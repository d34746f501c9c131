"""How good the run is: its figures on the pictures it was not trained on, each with what it means."""

from tlcore import confidence, evaluation_plots, limits, meanings, summary
from tlcore.class_curves import ClassCurves
from tlcore.confidence_plots import accuracy_coverage
from tlcore.datasets import Split
from tlcore.evaluation import ClassFigures, Evaluation, SplitEvaluation
from tlcore.numbers import share_words
from tlcore.report import counted
from tlcore.run_report.markup import Cell, Html, chart, figures, folded, heading, paragraph, section, table
from tlcore.runs import Run

# A matrix of more classes would be most of the file, and nobody finds a cell in it.
_MOST_IN_MATRIX = 100
# More rows are not read.
_MOST_CONFUSED = 10


def section_of(run: Run, judged: Evaluation) -> Html:
    if not judged.splits:
        return section("How good it is", paragraph("It was judged by no pictures."))
    parts = [part for split, result in judged.splits.items() for part in _split(run, split, result)]
    return section("How good it is", *parts, *_confidence(run))


def _split(run: Run, split: Split, result: SplitEvaluation) -> list[Html]:
    name = limits.NAMES[split]
    return [
        heading(3, f"On {counted(len(result.pictures), f'{name} picture')}"),
        figures(summary.main(result)),
        folded("More figures", figures(summary.more(result))),
        *([] if result.several_labels else _confusion(run, name, result)),
        _classes(name, result),
        *_reliability(name, result),
    ]


def _confusion(run: Run, name: str, result: SplitEvaluation) -> list[Html]:
    parts = [heading(4, meanings.CONFUSION.title)]
    if len(run.classes) > _MOST_IN_MATRIX:
        parts.append(
            paragraph(f"Too large for {len(run.classes):,} classes; what is confused most is below.")
        )
    else:
        alt = f"Confusion matrix on the {name} pictures: counts of true class against predicted class"
        matrix = chart(evaluation_plots.confusion(run.classes, result), alt)
        parts += [paragraph(meanings.CONFUSION.sentence, "note"), matrix]
    rows = [
        (run.classes[true], run.classes[said], count, share_words(count / sum(result.confusion[true])))
        for true, said, count in result.confused[:_MOST_CONFUSED]
    ]
    if rows:
        parts.append(
            table(
                f"Confused most, {name}", ("What it shows", "What was said", "Pictures", "Of its class"), rows
            )
        )
    return parts


def _classes(name: str, result: SplitEvaluation) -> Html:
    rows = [_class(one, curves) for one, curves in zip(result.classes, result.figures.curves, strict=True)]
    titles = [one.title for one in meanings.OF_A_CLASS]
    explained = " ".join(f"{one.title}: {one.sentence}" for one in meanings.OF_A_CLASS)
    return (
        heading(4, "Each class")
        + paragraph(explained, "note")
        + table(f"Each class, {name}", ("Class", "Pictures", *titles), rows)
    )


def _class(one: ClassFigures, curves: ClassCurves) -> tuple[Cell, ...]:
    return (one.name, one.support, *map(_percent, summary.of_class(one, curves)))


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"


def _reliability(name: str, result: SplitEvaluation) -> list[Html]:
    meaning = meanings.ANSWERS_RELIABILITY if result.several_labels else meanings.RELIABILITY
    found = result.figures.calibration
    alt = f"{meaning.title} on the {name} pictures: calibration error {found.error:.1%}"
    return [
        heading(4, meaning.title),
        paragraph(meaning.sentence, "note"),
        chart(evaluation_plots.reliability(found), alt),
    ]


def _confidence(run: Run) -> list[Html]:
    """What somebody chose about how sure it has to be; nothing where nobody did."""
    choice = confidence.chosen(run)
    if choice == confidence.NONE:
        return []
    study = confidence.study(run)
    point = study.coverages[Split.VAL].at(choice.threshold)
    parts = [heading(3, "How sure it has to be")]
    if choice.temperature != 1:
        effect = study.effects[Split.VAL]
        parts.append(
            paragraph(
                f"Its logits are divided by the temperature {choice.temperature:.3g}, fitted on the "
                f"validation pictures: the calibration error goes from {effect.error_before:.1%} to "
                f"{effect.error_after:.1%}. The figures above are without it."
            )
        )
    if choice.threshold:
        parts += [
            paragraph(
                f'It says "I don\'t know" where it is less than {choice.threshold:.0%} sure: it answers '
                f"{point.answered:,} of {point.pictures:,} validation pictures, {point.right:,} of them "
                "rightly."
            ),
            chart(
                accuracy_coverage(study.coverages, choice.threshold),
                "Share of the answers that are right over the share of pictures that are answered",
            ),
        ]
    return parts
