"""A model that a person brought, as a backbone: data in the workspace, and the two things that need Keras.

On disk: ``backbones/<id>/model.keras`` (only what was looked at), ``layers.json`` and ``meta.json``. The id
is a hash of the file and of the pixels it expects, so taking the same twice finds the same; of one that came
with a project it is what the sender said. In recipes it is ``own:<id>``.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from tlcore.archives import clean_text
from tlcore.backbones import layer_info, preprocessing
from tlcore.backbones.layer_info import LayerInfo
from tlcore.backbones.layered import Layered
from tlcore.backbones.preprocessing import Preprocessing
from tlcore.backbones.weights import WeightsStatus, random_id
from tlcore.errors import ModelFileError, NotFound, RecipeError, ThawError, UnknownBackbone, WorkspaceError
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, read_json

if TYPE_CHECKING:
    import keras

    from tlcore.backbones.download import Progress

PREFIX = "own:"
ANY_SIZE_MIN_PX = 32

InputKind = Literal["map", "vector"]

_SCALES: dict[Preprocessing, str] = {
    "none": mark("from 0 to 255"),
    "unit": mark("from 0 to 1"),
    "tf": mark("from −1 to 1"),
    "torch": mark("scaled as DenseNet's"),
    "caffe": mark("scaled as VGG's"),
    "lite": mark("scaled as EfficientNet-Lite's"),
}
_NAMED = 3


@dataclass(frozen=True)
class OwnBackbone(Layered):
    """The same to its users as a Backbone of the registry; its weights are those of the file."""

    id: str
    title: str
    origin: str
    """Where it came from, in words: "file digits.keras" or "run 0d3f…"."""
    created: str
    """ISO 8601, UTC."""
    preprocessing: Preprocessing
    guessed: bool
    """Whether that was guessed: nobody said it, and nothing in the model tells."""
    sent: bool
    """Whether it came with a project: then the sender said its id, which nothing ties to what it holds."""
    input_kind: InputKind
    """A vector is the pixels of a square picture in a row."""
    channels: int
    any_size: bool
    image_size_px: int
    feature_width: int
    dropped: tuple[str, ...]
    """Names of the layers of its own classifier, which are left out."""
    folder: Path

    family: ClassVar[str] = mark("Your own")
    imagenet_top1: ClassVar[None] = None
    weights_file: ClassVar[None] = None

    @property
    def name(self) -> str:
        return PREFIX + self.id

    @property
    def good_for(self) -> str:
        pixels = self.pixels
        if self.guessed:
            pixels = tr("{pixels} (guessed)", pixels=pixels)
        sentences = [
            tr("Pictures like those it was trained on."),
            tr(self._takes, size=ANY_SIZE_MIN_PX if self.any_size else self.image_size_px, pixels=pixels),
            self._left_out,
            tr("From {origin}.", origin=self.origin),
        ]
        return " ".join(one for one in sentences if one)

    @property
    def _takes(self) -> str:
        if self.channels == 1:
            if self.any_size:
                return mark("It takes grey pictures from {size} px, pixels {pixels}.")
            return mark("It takes grey pictures of {size} px, pixels {pixels}.")
        if self.any_size:
            return mark("It takes pictures from {size} px, pixels {pixels}.")
        return mark("It takes pictures of {size} px, pixels {pixels}.")

    @property
    def pixels(self) -> str:
        """The scale of the pixels it was trained on, in words."""
        return tr(_SCALES[self.preprocessing])

    @property
    def _left_out(self) -> str:
        names = [clean_text(name)[:40] for name in self.dropped]
        if not names:
            return ""
        listed = ", ".join(names[:_NAMED])
        if len(names) > _NAMED:
            return tr("Left out: {names} and {more} more.", names=listed, more=len(names) - _NAMED)
        return tr("Left out: {names}.", names=listed)

    @property
    def min_image_size_px(self) -> int:
        return ANY_SIZE_MIN_PX if self.any_size else self.image_size_px

    def weights_status(self, weights_folder: Path) -> WeightsStatus:
        return WeightsStatus(True, "workspace", tr("Its weights came with the file and are at hand."))

    def weights_id(self, choice: str, weights_folder: Path, seed: int) -> str:
        """What tells these weights apart from any others: its name does, where they are its own."""
        return random_id(seed) if choice == "none" else self.id

    def build(
        self,
        weights: str,
        image_size_px: int,
        weights_folder: Path,
        progress: "Progress | None" = None,
    ) -> "keras.Model":
        """The network without its classifier. ``imagenet``, as recipes say by default, means its own weights.

        Layer names are the same at each build. Raises RecipeError, ModelFileError.
        """
        if weights not in ("imagenet", "none"):
            raise RecipeError(
                tr(
                    "{title} brings its own weights; {weights!r} cannot be used with it. Choose 'imagenet' "
                    "for its own weights, or 'none' to begin at random.",
                    title=self.title,
                    weights=weights,
                )
            )
        self._check_size(image_size_px)
        from tlcore.backbones import own_network

        return own_network.build(
            self.folder / "model.keras",
            image_size_px,
            name=f"own_{self.id}",
            pretrained=weights == "imagenet",
        ).network

    def preprocess(self, x: Any) -> Any:
        """Pixels (RGB, float 0 to 255) to what this network expects, in layers without weights."""
        import keras

        if self.channels == 1:
            x = keras.ops.image.rgb_to_grayscale(x, data_format="channels_last")
        x = preprocessing.preprocess(x, self.preprocessing)
        return keras.layers.Flatten(name="pixels_in_a_row")(x) if self.input_kind == "vector" else x

    def _layers_at(self, image_size_px: int) -> tuple[LayerInfo, ...]:
        try:
            return layer_info.read_file(self.folder / "layers.json", image_size_px)
        except FileNotFoundError as error:
            raise ModelFileError(tr("This backbone was deleted. Bring its .keras file again.")) from error

    def _check_size(self, image_size_px: int) -> None:
        if self.any_size and image_size_px < ANY_SIZE_MIN_PX:
            raise RecipeError(
                tr(
                    "{title} takes images of {least} px or more, not {size}. Choose {least} or more.",
                    title=self.title,
                    least=ANY_SIZE_MIN_PX,
                    size=image_size_px,
                )
            )
        if not self.any_size and image_size_px != self.image_size_px:
            raise RecipeError(
                tr(
                    "{title} was made for images of {size} px and takes no others, not "
                    "{received}. Leave the image size out, or choose {size}.",
                    title=self.title,
                    size=self.image_size_px,
                    received=image_size_px,
                )
            )


def get(workspace: Workspace | None, name: str) -> OwnBackbone:
    """The backbone of a name ``own:<id>``. Raises UnknownBackbone, or WorkspaceError for a damaged one."""
    id = name.removeprefix(PREFIX)
    if workspace is not None:
        try:
            return load(workspace, id)
        except NotFound:
            pass
    raise UnknownBackbone(
        tr(
            "There is no backbone {name!r} in this workspace. It may have been deleted; bring its "
            ".keras file again.",
            name=name[:64],
        )
    )


def load(workspace: Workspace, id: str) -> OwnBackbone:
    """Raises NotFound, or WorkspaceError for one that is damaged."""
    folder = workspace.folder(workspace.backbones, id, "backbone")
    damaged = tr("The backbone {name} is damaged. Bring its .keras file again.", name=PREFIX + id)
    try:
        found = from_meta(read_json(folder / "meta.json"), folder)
        if not (folder / "model.keras").is_file() or not found.layers():
            raise WorkspaceError(damaged)
    except (KeyError, TypeError, ValueError, IndexError, OSError, ThawError) as error:
        raise WorkspaceError(damaged) from error
    return found


def list_all(workspace: Workspace) -> list[OwnBackbone]:
    """The readable ones, newest first. `list_damaged` tells of the others."""
    return _scan(workspace)[0]


def list_damaged(workspace: Workspace) -> list[str]:
    """A sentence for each one that cannot be read."""
    return _scan(workspace)[1]


def _scan(workspace: Workspace) -> tuple[list[OwnBackbone], list[str]]:
    found, damaged = [], []
    for folder in sorted(workspace.backbones.iterdir()) if workspace.backbones.is_dir() else []:
        try:
            found.append(load(workspace, folder.name))
        except WorkspaceError as error:
            damaged.append(str(error))
    found.sort(key=lambda backbone: (backbone.created, backbone.id), reverse=True)
    return found, damaged


def from_meta(meta: Any, folder: Path) -> OwnBackbone:
    names = [field.name for field in fields(OwnBackbone) if field.name != "folder"]
    # One from before these were told of has no word of them.
    known = {"guessed": False, "sent": False} | meta
    values = {name: known[name] for name in names} | {"dropped": tuple(meta["dropped"])}
    if values["preprocessing"] not in preprocessing.KINDS:
        raise ValueError("unknown preprocessing")
    return OwnBackbone(**values, folder=folder)
