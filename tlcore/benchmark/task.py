"""What one process measures, and the pieces that the three programs have in common."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tlcore import backbones
from tlcore.backbones import Backbone
from tlcore.config import Head
from tlcore.workspace import Workspace

Part = Literal["thaw", "plain", "expert", "extraction"]

BATCH_SIZE = 32
WINDOW_S = 0.5
LEARNING_RATE = 1e-3
# Trained layers of a backbone take small steps (Keras' guide to transfer learning).
FINE_TUNING_RATE = 1e-5

FIRST_HEAD = Head.model_validate({"layers": [{"dense": 128}, {"dropout": 0.2}]})
SECOND_HEAD = Head.model_validate({"layers": [{"dense": 64}]})


@dataclass(frozen=True)
class Task:
    """One measurement. Goes to its process as JSON."""

    part: Part
    backbone: str
    weights: str
    """``imagenet``, or ``none`` for random ones where those are not at hand."""
    image_size_px: int
    images: int = 0
    pictures: str = ""
    """The folder that ``pictures.make`` made; empty where no pictures are needed."""
    epochs: int = 10
    timed_epochs: int = 10
    """Only so many are run where they are fewer; the others are reckoned from the last of them."""
    trained_layers: int = 0
    """Of the backbone's last ones. With any, there is one head only."""
    window_s: float = WINDOW_S
    """How long each speed of an extraction is looked at, at least."""

    @property
    def entry(self) -> Backbone:
        return backbones.get(self.backbone)

    @property
    def folder(self) -> Path:
        return Path(self.pictures)

    @property
    def heads(self) -> tuple[Head, ...]:
        return (FIRST_HEAD,) if self.trained_layers else (FIRST_HEAD, SECOND_HEAD)

    @property
    def learning_rate(self) -> float:
        return FINE_TUNING_RATE if self.trained_layers else LEARNING_RATE

    @property
    def run_epochs(self) -> int:
        return min(self.epochs, self.timed_epochs)


def weights_at_hand(name: str, workspace: Workspace) -> str:
    """``imagenet`` where nothing has to be downloaded for it, else ``none``: speed does not depend on it."""
    return "imagenet" if backbones.get(name).weights_status(workspace.weights).at_hand else "none"
