"""Whether a run can go on: its pictures and its pretrained weights must be those that it began with."""

from tlcore import backbones, datasets, history
from tlcore.datasets import Dataset
from tlcore.errors import NotFound, RunError
from tlcore.history import Event
from tlcore.runs import Run
from tlcore.words import mark, tr, trn
from tlcore.workspace import Workspace

_WAY_OUT = mark("Bring back what was there, or duplicate the run.")


def check(workspace: Workspace, run: Run, events: list[Event]) -> Dataset:
    """The run's dataset. Reads every picture of it. Raises RunError with the difference."""
    try:
        dataset = datasets.load(workspace, run.dataset_id)
    except NotFound as error:
        raise RunError(
            tr(
                "The dataset {dataset!r} of this run is gone. {way_out}",
                dataset=run.dataset_name,
                way_out=tr(_WAY_OUT),
            )
        ) from error
    changed = datasets.changes(dataset)
    if changed:
        first = changed[0]
        raise RunError(
            trn(
                "{n} picture of the dataset {dataset!r} changed since the run began. {name}: {reason} "
                "{way_out}",
                "{n} pictures of the dataset {dataset!r} changed since the run began. {name}: {reason} "
                "{way_out}",
                len(changed),
                dataset=run.dataset_name,
                name=first.name,
                reason=first.reason,
                way_out=tr(_WAY_OUT),
            )
        )
    began_with = next((e.get("weights") for e in history.story(events) if e["event"] == "phase"), None)
    choice = run.recipe.backbone
    now = backbones.get(choice.name, workspace).weights_id(choice.weights, workspace.weights, run.recipe.seed)
    if began_with is not None and now is not None and now != began_with:
        raise RunError(
            tr(
                "The pretrained weights are not those that the run began with: {before} then, {now} "
                "now. {way_out}",
                before=_short(began_with),
                now=_short(now),
                way_out=tr(_WAY_OUT),
            )
        )
    return dataset


def _short(weights_id: str) -> str:
    """Enough of a hash to tell it from another."""
    return weights_id if len(weights_id) <= 40 and ":" in weights_id else weights_id[:12]
