"""Whether a picture is unlike anything the network was trained on, by how far its nearest neighbours are.

The method is in ``tlcore.atlas.reach``: Sun and others, deep nearest neighbours, ICML 2022.
"""

from typing import NamedTuple

from tlcore import atlas
from tlcore.errors import NotFound
from tlcore.runs import Run
from tlcore.words import tr
from tlcore.workspace import Workspace


class Verdict(NamedTuple):
    distance: float
    """Cosine distance to the k-th nearest training picture."""
    threshold: float
    """95% of the run's own pictures are no farther from the others."""

    @property
    def is_unlike(self) -> bool:
        return self.distance > self.threshold


def of_near(workspace: Workspace, run: Run, near: list[atlas.Near]) -> Verdict:
    """``near``: the nearest training pictures of a picture, by ``atlas.of_picture``.

    Raises NotFound where the run's pictures were not compared yet (``atlas.start`` with None), or are gone.
    """
    found = atlas.atlas_of(workspace, run)
    if found is None:
        raise NotFound(tr("The pictures of {name} were not compared with each other yet.", name=run.name))
    reach = found[1].reach
    return Verdict(near[reach.k - 1].distance, reach.threshold)
