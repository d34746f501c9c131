"""``thaw confidence``: how sure a run has to be before it answers."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tlcore import confidence as choosing
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Home, told, workspace_of
from tlcore.confidence import NONE, Choice, Study
from tlcore.coverage import Point
from tlcore.datasets import Split
from tlcore.errors import RunError
from tlcore.runs import Run

_NAMES = {Split.VAL: "validation", Split.TEST: "test"}
# More rows would say little more.
_SHOWN = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def confidence(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="P", help='Choose: it says "I don\'t know" where it is less sure, from 0 (never) to 0.99.'
        ),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Take the choice back.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Tell how sure a run is and how sure it should be, or choose it for predictions and exports."""
    with told(as_json):
        if off and threshold is not None:
            raise RunError("Choose a threshold or take it back, not both.")
        found = find_run(workspace_of(home), run)
        if off:
            choosing.drop(found)
        elif threshold is not None:
            choosing.use(found, threshold)
        choice, study = choosing.chosen(found), choosing.study(found)
    if as_json:
        console.print_json(_told(found, choice, study))
    else:
        _print(found, choice, study)


def _print(run: Run, choice: Choice, study: Study) -> None:
    console.out.print(_in_use(run, choice), highlight=False)
    if study.fit.not_fitted:
        console.out.print(f"{study.fit.not_fitted} The temperature stays 1.", highlight=False)
    for split, effect in study.effects.items():
        console.out.print(
            f"Temperature {study.fit.temperature:.3g} on {effect.pictures:,} {_NAMES[split]} pictures: "
            f"log loss {effect.loss_before:.3f} → {effect.loss_after:.3f}, calibration error "
            f"{effect.error_before:.1%} → {effect.error_after:.1%}.",
            highlight=False,
        )
    for split, coverage in study.coverages.items():
        points = [coverage.at(threshold) for threshold in sorted({*_SHOWN, choice.threshold})]
        console.print_table(
            [f"{_NAMES[split]}: from", "answered", "right of these", "95% interval"],
            [_row(point) for point in points],
        )


def _in_use(run: Run, choice: Choice) -> str:
    if choice == NONE:
        if choosing.is_outdated(run):
            return (
                f"What was chosen for {run.name} counts no more: it was trained on since. It always answers."
            )
        return f"Nothing is chosen for {run.name}: it always answers."
    answers = f'"I don\'t know" below {choice.threshold:.0%}' if choice.threshold else "it always answers"
    return f"In use for {run.name}: temperature {choice.temperature:.3g}, {answers}."


def _row(point: Point) -> list[str | None]:
    interval = point.accuracy_interval
    return [
        f"{point.threshold:.0%}",
        f"{point.answered:,} of {point.pictures:,}",
        console.percent(point.accuracy),
        None if interval is None else f"{interval[0]:.0%} to {interval[1]:.0%}",
    ]


def _told(run: Run, choice: Choice, study: Study) -> dict[str, Any]:
    return {
        "run": run.id,
        "chosen": None if choice == NONE else asdict(choice),
        "outdated": choosing.is_outdated(run),
        "temperature": study.fit.temperature,
        "not_fitted": study.fit.not_fitted,
        "effects": {split.value: asdict(effect) for split, effect in study.effects.items()},
        "coverage": {
            split.value: [_point(point) for point in coverage.points]
            for split, coverage in study.coverages.items()
        },
    }


def _point(point: Point) -> dict[str, Any]:
    return asdict(point) | {
        "share": point.share,
        "share_interval": point.share_interval,
        "accuracy": point.accuracy,
        "accuracy_interval": point.accuracy_interval,
    }
