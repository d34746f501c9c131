"""``thaw evaluate``: how good a run is on the pictures it was not trained on."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tlcore import evaluation, measures, reading, summary
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.datasets import Split
from tlcore.errors import NotFound
from tlcore.evaluation import Evaluation, SplitEvaluation
from tlcore.reading import Finding
from tlcore.runs import Run

_NAMES = {Split.VAL: "validation", Split.TEST: "test"}
# In the order of ``meanings.OF_A_CLASS``.
_SHARES = ("precision", "recall", "f1", "auc", "ap")


def evaluate(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    split: Annotated[str, typer.Option(help="Only these pictures: val or test.")] = "",
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell the figures of a finished run, each with what it means."""
    with told(as_json):
        workspace = workspace_of(home)
        found = find_run(workspace, run)
        splits = _chosen(found, evaluation.load(found), split)
        told_of = reading.of(workspace, found)
    if as_json:
        console.print_json(
            {
                "run": found.id,
                "measure": measures.name(found),
                "reading": [one.to_json() for one in told_of],
                "splits": {split.value: _told(result) for split, result in splits.items()},
            }
        )
        return
    for split_of, result in splits.items():
        _print(split_of, result)
    if not split:
        # It is about the whole run, not about some pictures.
        _print_reading(told_of)


def _chosen(run: Run, judged: Evaluation, split: str) -> dict[Split, SplitEvaluation]:
    """Raises NotFound for pictures that the run was not judged by."""
    if not split:
        return judged.splits
    found = {one: result for one, result in judged.splits.items() if one.value == split}
    if not found:
        there = ", ".join(one.value for one in judged.splits) or "none"
        raise NotFound(f"{run.name} was not judged by pictures called {split!r}. There are: {there}.")
    return found


def _print(split: Split, result: SplitEvaluation) -> None:
    console.out.print(f"{len(result.pictures):,} {_NAMES[split]} pictures", style="bold", highlight=False)
    console.print_table(
        [console.whole("figure"), console.whole("value"), "meaning"],
        [[one.title, one.value, one.sentence] for one in (*summary.main(result), *summary.more(result))],
    )
    console.print_table(
        ["class", "precision", "recall", "F1", "AUC", "AP", "pictures"],
        [
            [
                one["name"],
                *(console.percent(one[key]) for key in _SHARES),
                one["support"],
            ]
            for one in _classes(result)
        ],
    )


def _print_reading(findings: tuple[Finding, ...]) -> None:
    for one in findings:
        console.out.print(one.sentence, highlight=False, markup=False)
        if one.change is not None:
            console.out.print(f"  Try: {one.change.title}.", highlight=False, markup=False)


def _told(result: SplitEvaluation) -> dict[str, Any]:
    """All figures for machines; the points of the curves and the pictures are in ``evaluation.json``."""
    figures = asdict(result.figures)
    del figures["curves"]
    return {
        "pictures": len(result.pictures),
        "mistakes": len(result.mistakes),
        "accuracy": result.accuracy,
        "exact_match": result.exact_match,
        **figures,
        "confusion": result.confusion,
        "classes": _classes(result),
    }


def _classes(result: SplitEvaluation) -> list[dict[str, Any]]:
    return [
        {"name": figures.name, "support": figures.support}
        | dict(zip(_SHARES, summary.of_class(figures, curves), strict=True))
        for figures, curves in zip(result.classes, result.figures.curves, strict=True)
    ]
