"""``thaw doctor``: the pictures that look wrongly labelled, as sentences or as JSON."""

from typing import Annotated, Any

import typer

from tlcore import doctor as _doctor
from tlcore.cli import console
from tlcore.cli.chosen_run import find_run
from tlcore.cli.common import AsJson, Data, Home, SplitSeed, TestShare, ValShare, told, workspace_of
from tlcore.cli.stages import telling
from tlcore.cli.train import dataset_of
from tlcore.datasets import Dataset
from tlcore.doctor import Decision, Report, Suspect
from tlcore.report import quoted

_STAGES = {"features": "Features", "looks": "Pictures", "comparing": "Comparing", "heads": "Heads"}


def doctor(
    data: Data,
    run_id: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="See the pictures through the network of this run."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Print no more than so many.")] = 30,
    val: ValShare = 0.25,
    test: TestShare = 0.0,
    split_seed: SplitSeed = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find pictures that look wrongly labelled, judged by heads that never saw them; the worst first."""
    with told(as_json):
        workspace = workspace_of(home)
        run = find_run(workspace, run_id) if run_id else None
        with console.progress_bar() as tell:
            dataset = dataset_of(workspace, data, tell, val_fraction=val, test_fraction=test, seed=split_seed)
            report = _doctor.wait(workspace, dataset, run, telling(tell, _STAGES))
        known = _doctor.known_right(workspace, dataset)
        decided = _doctor.decided(workspace, dataset)
    suspects = [one for one in report.suspects if one.row not in known]
    if as_json:
        # Whoever counts them wants them all.
        console.print_json(_told(dataset, report, suspects, decided))
        return
    for one in suspects[:most]:
        item = dataset.items[one.row]
        given, suggested = (", ".join(_names(dataset, labels)) for labels in (item.labels, one.suggested))
        console.out.print(f"{item.name}: {given} → {suggested}", markup=False, highlight=False)
        console.out.print(f"  {_doctor.why(dataset, one)}", markup=False, highlight=False)
    if not suspects:
        console.out.print(f"Nothing was found in {report.pictures:,} pictures.", highlight=False)
    if report.not_judged:
        console.warn(f"Not judged, for want of other pictures: {quoted(report.not_judged)}.")
    if len(suspects) > most:
        console.err.print(f"{len(suspects) - most:,} more; --most prints more of them.", highlight=False)


def _names(dataset: Dataset, labels: tuple[int, ...]) -> list[str]:
    return [dataset.classes[label] for label in labels]


def _told(
    dataset: Dataset, report: Report, suspects: list[Suspect], decided: dict[int, Decision]
) -> dict[str, Any]:
    """The report for machines: pictures by name, not by place."""
    return {
        "dataset": dataset.id,
        "network": report.network,
        "pictures": report.pictures,
        "folds": report.folds,
        "agreed": None if report.agreed is None else round(report.agreed, 4),
        "classes_not_judged": list(report.not_judged),
        "seconds": report.seconds,
        "suspects": [
            {
                "sha256": dataset.items[one.row].sha256,
                "name": dataset.items[one.row].name,
                "split": dataset.items[one.row].split.value,
                "labels": _names(dataset, dataset.items[one.row].labels),
                "suggested": _names(dataset, one.suggested),
                "quality": one.quality,
                "why": _doctor.why(dataset, one),
                "decision": _decision(decided.get(one.row)),
            }
            for one in suspects
        ],
    }


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    return {"action": decision.action.value, "to": list(decision.to)} if decision else None
