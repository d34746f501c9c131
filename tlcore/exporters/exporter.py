"""One format: how a run's model becomes its files, what uses them, and how far it may be from the run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tlcore.confidence import NONE, Choice
from tlcore.recipe_parts import Fit
from tlcore.runtimes import Pixels

Predict = Callable[[Path], Sequence[float]]
"""The probability of each class, of a picture's file."""


@dataclass(frozen=True)
class Facts:
    """What a program has to know of a run beside its model and its labels."""

    image_size_px: int
    fit: Fit
    units: int
    """Of the model's output; one of them is the probability of the second of two classes."""
    independent: bool = False
    """Whether the probability of each class is an answer of its own; else they sum to 1."""
    several_labels: bool = False
    choice: Choice = NONE
    """How sure it has to be; its numbers lie beside the model, in ``confidence.json``."""
    classes: tuple[str, ...] = ()
    """Their names, for a program that cannot read ``labels.json``."""


@dataclass(frozen=True)
class Source:
    """What an export is made of."""

    model: Any
    """A Keras model: pixels (n, size, size, 3), float32, RGB, 0–255 → (n, units)."""
    file: Path
    """Where it is kept, as ``.keras``."""
    calibration: Callable[[], Pixels]
    """Some training pictures, (n, size, size, 3), uint8. Raises RunError where there are none."""


@dataclass(frozen=True)
class Tolerance:
    """How far a format may be from the run on the pictures of the check; what is farther is refused."""

    difference: float
    """Of any probability, 0–1."""
    agreement: float
    """The share of pictures of which it must say the same classes."""


@dataclass(frozen=True)
class Opened:
    """A finished export in its own runtime."""

    predict: Predict
    milliseconds: Callable[[Sequence[Path]], float]
    """What the model takes for one of these pictures, without reading it: the median."""


class Program(Protocol):
    """What is shipped with the model to use it. ``open`` runs that very program, for the check."""

    @property
    def file(self) -> str: ...

    @property
    def language(self) -> str:
        """As Markdown and Streamlit name it."""

    @property
    def use(self) -> str:
        """For the README: what to install, and how it is started."""

    @property
    def about(self) -> str:
        """For the README: what it is, in Markdown."""

    @property
    def numbers(self) -> str:
        """The file from which it takes the temperature and the threshold."""

    @property
    def checked(self) -> str:
        """For the README: what was compared, as the beginning of a sentence about so many pictures."""

    @property
    def runtime(self) -> str:
        """Its name and version, as it runs here."""

    def text(self, facts: Facts) -> str: ...

    def open(self, folder: Path) -> Opened: ...


@dataclass(frozen=True)
class Exporter:
    """An entry of the registry."""

    title: str
    says: str
    """What a person gets, in a sentence or two."""
    make: Callable[[Source, Path], None]
    """Writes files and folders, as many as it likes, into a folder. Raises RunError with a reason."""
    program: Program
    tolerance: Tolerance
