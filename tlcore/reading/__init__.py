"""What a run's curves and answers say in a few sentences, each with a change that is worth a try."""

from tlcore import backbones, cuts, datasets, evaluation, health, runs
from tlcore.datasets import Split
from tlcore.errors import NotFound, RecipeError
from tlcore.health import store
from tlcore.reading.finding import Change, Finding
from tlcore.reading.rules import RULES, findings
from tlcore.reading.seen import Seen
from tlcore.runs import Run, Status
from tlcore.workspace import Workspace

__all__ = ["RULES", "Change", "Finding", "Seen", "findings", "look", "of"]


def of(workspace: Workspace, run: Run) -> tuple[Finding, ...]:
    """One to three, the most important first; none for a run without a model or without an epoch.

    Raises WorkspaceError for a run whose evaluation is damaged.
    """
    seen = look(workspace, run)
    return findings(seen) if seen else ()


def look(workspace: Workspace, run: Run) -> Seen | None:
    """All that the rules ask about; None for a run without a model or without an epoch."""
    events = run.events()
    progress = runs.progress(run, events, alive=False)
    if not run.has_model or not progress.epochs:
        return None
    phases = [event for event in events if event["event"] == "phase"]
    recipe = runs.extended(run.recipe, events)
    return Seen(
        recipe=recipe,
        classes=run.classes,
        epochs=progress.epochs,
        kept=progress.kept,
        done=progress.status is Status.DONE,
        result=evaluation.load(run).splits.get(Split.VAL),
        trained_layers=int(phases[-1].get("trained_layers") or 0) if phases else 0,
        counts=_counts(workspace, run),
        layers=_layers(workspace, run),
        across=_across(workspace, run),
    )


def _counts(workspace: Workspace, run: Run) -> tuple[int, ...]:
    try:
        dataset = datasets.load(workspace, run.dataset_id)
    except NotFound:
        # A run outlives its pictures.
        return ()
    counts = dataset.counts()
    return tuple(counts[name][Split.TRAIN] for name in dataset.classes)


def _layers(workspace: Workspace, run: Run) -> tuple[backbones.LayerInfo, ...]:
    choice = run.recipe.backbone
    try:
        return cuts.truncated(backbones.get(choice.name, workspace).layers(choice.image_size), choice.cut_at)
    except (NotFound, RecipeError):
        # An own network may have been deleted since, or is not on this machine.
        return ()


def _across(workspace: Workspace, run: Run) -> int | None:
    try:
        dataset = datasets.load(workspace, run.dataset_id)
    except NotFound:
        return None
    report = store.load(workspace, run.dataset_id)
    return None if report is None else sum(health.across(dataset, one) for one in report.findings)
