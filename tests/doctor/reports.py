"""Reports of the label doctor made up for the tests: what was found is all that matters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tlcore.datasets import Dataset
from tlcore.doctor import Report, Suspect, job, store
from tlcore.workspace import Workspace


def suspect(row: int, to: int, quality: float = 0.1) -> Suspect:
    """A picture that looks like class ``to``, by 7 of its 10 nearest pictures."""
    return Suspect(
        row=row,
        suggested=(to,),
        focus=to,
        quality=quality,
        probability=0.85,
        given_probability=0.004,
        votes=7,
        own_votes=1,
        asked=10,
        near=(),
    )


def kept(workspace: Workspace, dataset: Dataset, suspects: Sequence[Suspect], **changes: Any) -> Report:
    """The report by the backbone that comes with Thaw, as if a worker had made it."""
    pictures = len(dataset.items)
    agreed = 1 - len(suspects) / pictures
    made = Report(dataset.id, "EfficientNet-Lite0", pictures, 10, agreed, tuple(suspects), (), 1.0)
    made = replace(made, **changes)
    store.save(workspace, store.name(dataset.id, job.plan_of(workspace, None)), made)
    return made
