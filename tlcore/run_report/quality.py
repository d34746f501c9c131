"""How good the run is: its figures on the pictures it was not trained on, each with what it means."""

from tlcore import confidence, evaluation_plots, meanings, summary
from tlcore.class_curves import ClassCurves
from tlcore.confidence_plots import accuracy_coverage
from tlcore.datasets import Split
from tlcore.evaluation import ClassFigures, Evaluation, SplitEvaluation
from tlcore.numbers import share_words
from tlcore.run_report.markup import Cell, Html, chart, figures, folded, heading, paragraph, section, table
from tlcore.runs import Run
from tlcore.words import mark, number, tr, trn

# A matrix of more classes would be most of the file, and nobody finds a cell in it.
_MOST_IN_MATRIX = 100
# More rows are not read.
_MOST_CONFUSED = 10

_MATRIX = {
    Split.VAL: mark(
        "Confusion matrix on the validation pictures: counts of true class against predicted class"
    ),
    Split.TEST: mark("Confusion matrix on the test pictures: counts of true class against predicted class"),
}
_MOST_OFTEN = {Split.VAL: mark("Confused most, validation"), Split.TEST: mark("Confused most, test")}
_EACH = {Split.VAL: mark("Each class, validation"), Split.TEST: mark("Each class, test")}
_TRUTH = {
    Split.VAL: mark("{title} on the validation pictures: calibration error {error:.1%}"),
    Split.TEST: mark("{title} on the test pictures: calibration error {error:.1%}"),
}


def section_of(run: Run, judged: Evaluation) -> Html:
    if not judged.splits:
        return section(tr("How good it is"), paragraph(tr("It was judged by no pictures.")))
    parts = [part for split, result in judged.splits.items() for part in _split(run, split, result)]
    return section(tr("How good it is"), *parts, *_confidence(run))


def _split(run: Run, split: Split, result: SplitEvaluation) -> list[Html]:
    return [
        heading(3, _judged_by(split, len(result.pictures))),
        figures(summary.main(result)),
        folded(tr("More figures"), figures(summary.more(result))),
        *([] if result.several_labels else _confusion(run, split, result)),
        _classes(split, result),
        *_reliability(split, result),
    ]


def _judged_by(split: Split, pictures: int) -> str:
    if split is Split.TEST:
        return trn("On {n:,} test picture", "On {n:,} test pictures", pictures)
    return trn("On {n:,} validation picture", "On {n:,} validation pictures", pictures)


def _confusion(run: Run, split: Split, result: SplitEvaluation) -> list[Html]:
    parts = [heading(4, tr(meanings.CONFUSION.title))]
    if len(run.classes) > _MOST_IN_MATRIX:
        parts.append(
            paragraph(
                tr(
                    "Too large for {classes:,} classes; what is confused most is below.",
                    classes=len(run.classes),
                )
            )
        )
    else:
        matrix = chart(evaluation_plots.confusion(run.classes, result), tr(_MATRIX[split]))
        parts += [paragraph(tr(meanings.CONFUSION.sentence), "note"), matrix]
    rows = [
        (run.classes[true], run.classes[said], count, share_words(count / sum(result.confusion[true])))
        for true, said, count in result.confused[:_MOST_CONFUSED]
    ]
    if rows:
        columns = (tr("What it shows"), tr("What was said"), tr("Pictures"), tr("Of its class"))
        parts.append(table(tr(_MOST_OFTEN[split]), columns, rows))
    return parts


def _classes(split: Split, result: SplitEvaluation) -> Html:
    rows = [_class(one, curves) for one, curves in zip(result.classes, result.figures.curves, strict=True)]
    titles = [tr(one.title) for one in meanings.OF_A_CLASS]
    explained = " ".join(f"{tr(one.title)}: {tr(one.sentence)}" for one in meanings.OF_A_CLASS)
    return (
        heading(4, tr("Each class"))
        + paragraph(explained, "note")
        + table(tr(_EACH[split]), (tr("Class"), tr("Pictures"), *titles), rows)
    )


def _class(one: ClassFigures, curves: ClassCurves) -> tuple[Cell, ...]:
    return (one.name, one.support, *map(_percent, summary.of_class(one, curves)))


def _percent(value: float | None) -> str | None:
    return None if value is None else number(value, ".1%")


def _reliability(split: Split, result: SplitEvaluation) -> list[Html]:
    meaning = meanings.ANSWERS_RELIABILITY if result.several_labels else meanings.RELIABILITY
    found = result.figures.calibration
    title = tr(meaning.title)
    alt = tr(_TRUTH[split], title=title, error=found.error)
    return [
        heading(4, title),
        paragraph(tr(meaning.sentence), "note"),
        chart(evaluation_plots.reliability(found), alt),
    ]


def _confidence(run: Run) -> list[Html]:
    """What somebody chose about how sure it has to be; nothing where nobody did."""
    choice = confidence.chosen(run)
    if choice == confidence.NONE:
        return []
    study = confidence.study(run)
    point = study.coverages[Split.VAL].at(choice.threshold)
    parts = [heading(3, tr("How sure it has to be"))]
    if choice.temperature != 1:
        effect = study.effects[Split.VAL]
        parts.append(
            paragraph(
                tr(
                    "Its logits are divided by the temperature {temperature:.3g}, fitted on the validation "
                    "pictures: the calibration error goes from {before:.1%} to {after:.1%}. The figures "
                    "above are without it.",
                    temperature=choice.temperature,
                    before=effect.error_before,
                    after=effect.error_after,
                )
            )
        )
    if choice.threshold:
        parts += [
            paragraph(
                tr(
                    'It says "I don\'t know" where it is less than {threshold:.0%} sure: it answers '
                    "{answered:,} of {pictures:,} validation pictures, {right:,} of them rightly.",
                    threshold=choice.threshold,
                    answered=point.answered,
                    pictures=point.pictures,
                    right=point.right,
                )
            ),
            chart(
                accuracy_coverage(study.coverages, choice.threshold),
                tr("Share of the answers that are right over the share of pictures that are answered"),
            ),
        ]
    return parts
