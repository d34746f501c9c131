"""Where the pictures of a run stand by what its network sees in them: a map, neighbours, what is unlike all.

    look(workspace, run, PCA) ── start ──> job in the engine's worker ──> atlas/<dataset>-<features>/

Importing this is light; only jobs build networks.
"""

from tlcore.atlas.asking import Charted, atlas_of, is_quick, is_under_way, key_of, look, read, start, wait
from tlcore.atlas.nearest import Near, of_item, of_known, of_picture
from tlcore.atlas.projections import INSTALL_UMAP, Projection, is_available
from tlcore.atlas.reach import Reach
from tlcore.atlas.store import Atlas, remove

__all__ = [
    "INSTALL_UMAP",
    "Atlas",
    "Charted",
    "Near",
    "Projection",
    "Reach",
    "atlas_of",
    "is_available",
    "is_quick",
    "is_under_way",
    "key_of",
    "look",
    "of_item",
    "of_known",
    "of_picture",
    "read",
    "remove",
    "start",
    "wait",
]
