"""What is to be measured: the choices of a person, and the tasks that follow from them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tlcore import backbones
from tlcore.benchmark.task import WINDOW_S, Part, Task, weights_at_hand
from tlcore.errors import RecipeError
from tlcore.workspace import Workspace

BACKBONES = ("efficientnet_lite0", "mobilenet_v2", "resnet50", "vgg16")
# In the order in which they are shown.
PROGRAMS: tuple[Part, ...] = ("thaw", "expert", "plain")
FINE_TUNING_EPOCHS = 3


@dataclass(frozen=True)
class Settings:
    images: int = 1000
    backbones: tuple[str, ...] = BACKBONES
    epochs: int = 10
    plain_epochs: int = 2
    """The plain program runs so many of them, the others are reckoned."""
    extraction: tuple[str, ...] = BACKBONES
    """Networks whose frozen layers are timed by themselves."""
    sizes: tuple[int, ...] = (250, 4000)
    """Further numbers of pictures, for the first network."""
    fine_tuning: bool = True
    """Whether training layers of the first network is timed, too."""
    image_size_px: int | None = None
    """None is what each network was trained with."""
    window_s: float = WINDOW_S
    """How long each speed of an extraction is looked at, at least."""

    def __post_init__(self) -> None:
        for name in (*self.backbones, *self.extraction):
            backbones.get(name)
        if not self.backbones or min(self.images, *self.sizes, 10_000) < 24:
            raise RecipeError("A benchmark takes a network, and 24 images or more.")
        if min(self.epochs, self.plain_epochs) < 1:
            raise RecipeError("A benchmark takes 1 epoch or more.")


QUICK = Settings(
    images=250, backbones=BACKBONES[:1], plain_epochs=10, extraction=BACKBONES[:1], sizes=(), fine_tuning=True
)


def tasks(settings: Settings, workspace: Workspace) -> list[Task]:
    """In the order in which they are measured: the shortest and most telling first.

    ``workspace``: where weights are looked for beside Keras' own folder. Their pictures are not there yet.
    """
    found = [*_runs(settings), *_extraction(settings), *_fine_tuning(settings), *_sizes(settings)]
    return [replace(task, weights=weights_at_hand(task.backbone, workspace)) for task in found]


def _task(settings: Settings, part: Part, name: str, images: int) -> Task:
    size = settings.image_size_px or backbones.get(name).image_size_px
    timed = settings.plain_epochs if part == "plain" else settings.epochs
    return Task(part, name, "none", size, images, epochs=settings.epochs, timed_epochs=timed)


def _runs(settings: Settings) -> Iterator[Task]:
    for name in settings.backbones:
        for part in PROGRAMS:
            yield _task(settings, part, name, settings.images)


def _extraction(settings: Settings) -> Iterator[Task]:
    for name in settings.extraction:
        yield replace(_task(settings, "extraction", name, 0), window_s=settings.window_s)


def _fine_tuning(settings: Settings) -> Iterator[Task]:
    """The last ten layers, and the last third; the expert's features are of no use there."""
    if not settings.fine_tuning:
        return
    name = settings.backbones[0]
    for trained in (10, backbones.get(name).layer_count // 3):
        for part in ("thaw", "plain"):
            epochs = min(FINE_TUNING_EPOCHS, settings.epochs)
            task = _task(settings, part, name, settings.images)
            yield replace(task, epochs=epochs, timed_epochs=epochs, trained_layers=trained)


def _sizes(settings: Settings) -> Iterator[Task]:
    for images in settings.sizes:
        if images != settings.images:
            for part in PROGRAMS:
                yield _task(settings, part, settings.backbones[0], images)
