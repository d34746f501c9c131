"""The report made: a job of the engine's worker, whose answer lies in the workspace."""

import time
from pathlib import Path

import numpy as np

from tlcore import datasets, picture_features, runs
from tlcore.asked import Question, Tell
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.doctor import alike, heads, store, suspects
from tlcore.doctor.report import Report
from tlcore.plans import Plan
from tlcore.runs import Run
from tlcore.workspace import Workspace


def plan_of(workspace: Workspace, run: Run | None) -> Plan:
    """Of the backbone whose features are used, as it came: the run's, or the one that comes with Thaw.

    Never of layers that a run trained: these have seen the labels that are to be judged.
    """
    return picture_features.plan_of(workspace, run.recipe if run is not None else Recipe())


def question(workspace: Workspace, name: str) -> Question:
    """The job of a report, by the name under which it is kept."""
    return Question(
        workspace,
        store.folder(workspace),
        name,
        f"doctor-{name}",
        lambda: store.load(workspace, name) is not None,
    )


def doctor_job(home: str, name: str, dataset_id: str, run_id: str) -> None:
    """However it ends is written beside the answer; nothing is raised. ``run_id``: empty for none."""
    workspace = Workspace(Path(home))

    def make_it(tell: Tell) -> None:
        plan = plan_of(workspace, runs.load(workspace, run_id) if run_id else None)
        make(workspace, datasets.load(workspace, dataset_id), plan, tell)

    question(workspace, name).answer(make_it)


def make(
    workspace: Workspace, dataset: Dataset, plan: Plan, tell: Tell = lambda stage, done, total: None
) -> Report:
    """Judge every picture and keep the report. Raises WeightsUnavailable, WorkspaceError or ImageError."""
    started_s = time.monotonic()
    features = picture_features.kept(workspace, dataset, plan)
    if features is None:
        features, _ = picture_features.computed(
            workspace, dataset, plan, lambda done, total: tell("features", done, total)
        )
    units = alike.units_of(workspace, dataset, features, tell)
    targets = dataset.targets()
    probabilities, folds = heads.out_of_fold(
        features,
        targets,
        units,
        several_labels=dataset.several_labels,
        progress=lambda done, total: tell("heads", done, total),
    )
    found = suspects.find(dataset, probabilities, features, units)
    unjudged = np.isnan(probabilities).any(axis=1)
    judged = int((~unjudged).sum())
    made = Report(
        dataset.id,
        plan.backbone.title,
        len(dataset.items),
        folds,
        1 - len(found) / judged if judged else None,
        tuple(found),
        tuple(dataset.classes[label] for label in np.flatnonzero(targets[unjudged].any(axis=0))),
        round(time.monotonic() - started_s, 3),
    )
    store.save(workspace, store.name(dataset.id, plan), made)
    return made
