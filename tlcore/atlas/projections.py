"""Features in two dimensions, to be looked at: each keeps something of them and loses the rest."""

import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from tlcore.errors import RunError
from tlcore.picture_features import Floats
from tlcore.words import mark, tr

UMAP_PACKAGE = "umap"
INSTALL_UMAP = mark("UMAP is not installed here. Run: pip install 'thaw-studio[umap]' (about 60 MB).")

# t-SNE looks at all pairs of dimensions again and again; what is beyond the first 50 is noise to it.
_TSNE_DIMENSIONS = 50
_PERPLEXITY = 30.0
_UMAP_NEIGHBOURS = 15
_SEED = 0


class Projection(StrEnum):
    PCA = "pca"
    TSNE = "tsne"
    UMAP = "umap"


@dataclass(frozen=True)
class Projected:
    points: Floats
    """(n, 2)"""
    shares: tuple[float, float] | None = None
    """Of PCA: how much of all the variance each of the two directions holds."""


def is_available(projection: Projection) -> bool:
    """UMAP comes with an extra of its own: its compiler is larger than the rest of a small install."""
    return projection is not Projection.UMAP or importlib.util.find_spec(UMAP_PACKAGE) is not None


def project(projection: Projection, features: Floats) -> Projected:
    """``features``: (n, width). The same features give the same points. Raises RunError without UMAP."""
    if not is_available(projection):
        raise RunError(tr(INSTALL_UMAP))
    # As the distances: by direction alone.
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    units = features / np.maximum(lengths, 1e-12)
    make = {Projection.PCA: _pca, Projection.TSNE: _tsne, Projection.UMAP: _umap}[projection]
    return make(units)


def _pca(units: Floats) -> Projected:
    found = _fitted(units, 2)
    first, second = (float(share) for share in found.explained_variance_ratio_)
    return Projected(np.asarray(found.transform(units), np.float32), (first, second))


def _tsne(units: Floats) -> Projected:
    """van der Maaten, Hinton: Visualizing Data using t-SNE, JMLR 9, 2008."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    fewer = _fitted(units, min(_TSNE_DIMENSIONS, *units.shape)).transform(units)
    tsne = TSNE(init="pca", perplexity=min(_PERPLEXITY, (len(units) - 1) / 3), random_state=_SEED)
    # Its threads wait for one another at each step: beside a training, two took up to five times as long.
    with threadpool_limits(1):
        return Projected(np.asarray(tsne.fit_transform(fewer), np.float32))


def _umap(units: Floats) -> Projected:
    """McInnes, Healy, Melville: UMAP, arXiv:1802.03426."""
    from umap import UMAP

    umap = UMAP(
        n_neighbors=min(_UMAP_NEIGHBOURS, len(units) - 1),
        metric="cosine",
        random_state=_SEED,
        # With a seed it uses one core whatever it is told, and warns.
        n_jobs=1,
    )
    return Projected(np.asarray(umap.fit_transform(units), np.float32))


def _fitted(units: Floats, dimensions: int) -> Any:
    from sklearn.decomposition import PCA

    return PCA(dimensions, random_state=_SEED).fit(units)
