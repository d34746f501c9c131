"""The pictures of a run compared with each other: offered, waited for, told when it cannot be."""

from functools import partial

from pages.ui import asking, messages, state
from pages.ui.asking import Offer
from tlcore import atlas, runs
from tlcore.asked import Standing
from tlcore.atlas import Projection
from tlcore.runs import Run
from tlcore.words import mark, tr

_STAGES = {
    "features": mark("What the network sees in the pictures"),
    "neighbours": mark("Every picture with every other"),
    "projection": mark("Drawing the map"),
}


def is_done(run: Run, projection: Projection | None, says: str) -> bool:
    """Whether it is; else a button ``says`` what to do, or a bar how far it is. Raises ThawError.

    ``projection``: None for what the nearest pictures of a new one need.
    """
    standing = atlas.look(state.workspace(), run, projection)
    if standing.is_there:
        return True
    known = standing.failure is not None or atlas.is_quick(state.workspace(), run)
    offer = Offer(
        says,
        icon=":material/scatter_plot:",
        key=f"compare_{projection}",
        on_click=_start,
        args=(run.id, projection),
        # The map is what its page is for; below a prediction it is one thing among others.
        primary=projection is not None,
        caption=""
        if known
        else tr("The network looks at every picture once; that takes a while and is kept."),
    )
    asking.show(standing, partial(_look, run.id, projection), _STAGES, offer)
    return False


@messages.told
def _start(run_id: str, projection: Projection | None) -> None:
    space = state.workspace()
    atlas.start(space, runs.load(space, run_id), projection, owner=state.owner())


def _look(run_id: str, projection: Projection | None) -> Standing:
    space = state.workspace()
    return atlas.look(space, runs.load(space, run_id), projection)
