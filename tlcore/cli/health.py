"""``thaw health``: what in a dataset will hurt a training, as sentences or as JSON."""

from typing import Any

from tlcore import health as _health
from tlcore.cli import console
from tlcore.cli.common import AsJson, Data, Home, SplitSeed, TestShare, ValShare, told, workspace_of
from tlcore.cli.stages import telling
from tlcore.cli.train import dataset_of
from tlcore.datasets import Dataset
from tlcore.health import Finding, Report

_STAGES = {"features": "Features", "looks": "Pictures", "comparing": "Comparing"}
_NAMED = 4


def health(
    data: Data,
    val: ValShare = 0.25,
    test: TestShare = 0.0,
    split_seed: SplitSeed = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Find what in the pictures will hurt: duplicates, blurred ones, classes that look alike, giveaways."""
    with told(as_json):
        workspace = workspace_of(home)
        with console.progress_bar() as tell:
            dataset = dataset_of(workspace, data, tell, val_fraction=val, test_fraction=test, seed=split_seed)
            report = _health.wait(workspace, dataset, telling(tell, _STAGES))
        kept = _health.kept_keys(workspace)
    if as_json:
        console.print_json(_told(dataset, report, kept))
        return
    shown = [one for one in report.findings if one.key not in kept]
    for one in shown:
        console.out.print(one.sentence, markup=False, highlight=False)
        console.out.print(f"  {_names(dataset, one)}", markup=False, highlight=False)
    left = len(report.findings) - len(shown)
    if not shown:
        console.out.print(f"Nothing was found in {report.pictures:,} pictures.", highlight=False)
    if left:
        console.err.print(f"{left:,} more were kept as they are.", highlight=False)


def _names(dataset: Dataset, one: Finding) -> str:
    items = [dataset.items[row] for row in one.items]
    names = [f"{dataset.classes[item.label]}/{item.name} ({item.split.value})" for item in items[:_NAMED]]
    if len(items) > _NAMED:
        names.append(f"and {len(items) - _NAMED:,} more")
    return ", ".join(names)


def _told(dataset: Dataset, report: Report, kept: set[str]) -> dict[str, Any]:
    """The report for machines: pictures by name, not by place."""
    return {
        "dataset": dataset.id,
        "pictures": report.pictures,
        "seconds": report.seconds,
        "features_reused": report.reused,
        "findings": [
            {
                "kind": one.kind.value,
                "sentence": one.sentence,
                "score": round(one.score, 4),
                "kept": one.key in kept,
                "across_the_split": _health.across(dataset, one),
                "classes": [dataset.classes[label] for label in one.classes],
                "pictures": [
                    {
                        "sha256": item.sha256,
                        "name": item.name,
                        "class": dataset.classes[item.label],
                        "split": item.split.value,
                    }
                    for item in (dataset.items[row] for row in one.items)
                ],
            }
            for one in report.findings
        ],
    }
