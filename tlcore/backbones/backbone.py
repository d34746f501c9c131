"""A pretrained network without its top: data, and the two things that need Keras (build, preprocess)."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlcore.backbones import layer_info, naming, preprocessing, weights, weights_file
from tlcore.backbones.download import Progress, file_sha256
from tlcore.backbones.layer_info import LayerInfo
from tlcore.backbones.layered import Layered
from tlcore.backbones.preprocessing import Preprocessing
from tlcore.backbones.weights import WeightsFile, WeightsStatus
from tlcore.errors import RecipeError
from tlcore.words import tr

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Backbone(Layered):
    """An entry of the registry. ``function`` builds it: one of keras.applications, or one like them."""

    name: str
    title: str
    family: str
    function: str
    preprocessing: Preprocessing
    feature_width: int
    imagenet_top1: float  # per cent, as its authors or the Keras documentation give it
    weights_file: WeightsFile
    good_for: str
    image_size_px: int = 224
    min_image_size_px: int = 32

    def weights_status(self, weights_folder: Path) -> WeightsStatus:
        """Whether ImageNet weights are at hand now: no network, no Keras."""
        return weights.status(self.weights_file, weights_folder)

    def weights_id(self, choice: str, weights_folder: Path, seed: int) -> str | None:
        """What tells these weights apart from any others, without Keras; None when they are not at hand."""
        if choice == "none":
            return weights.random_id(seed)
        if choice == "imagenet":
            return weights.file_id(self.weights_file, weights_folder)
        return file_sha256(weights_folder / choice)

    def build(
        self,
        weights: str,
        image_size_px: int,
        weights_folder: Path,
        progress: Progress | None = None,
    ) -> "keras.Model":
        """The network, input (size, size, 3), output the last feature map. It expects preprocessed pixels.

        ``weights``: ``imagenet``, ``none``, or the name of a file in the weights folder. Layer names are the
        same at each build. Raises RecipeError, WeightsUnavailable.
        """
        self._check_size(image_size_px)
        # Weights first: better to fail before the network is built than after.
        path = self._obtain(weights_folder, progress) if weights == "imagenet" else None
        module, function = self.function.rsplit(".", 1)
        make = getattr(importlib.import_module(module), function)
        shape = (image_size_px, image_size_px, 3)
        with naming.counted_from_zero():
            network = make(include_top=False, weights=None, input_shape=shape, name=self.name)
        if path:
            self._load(network, path)
        elif weights != "none":
            weights_file.load(network, weights_folder / weights)
        return network

    def preprocess(self, x: Any) -> Any:
        """Pixels (RGB, float 0 to 255) to what this network expects, in layers without weights."""
        return preprocessing.preprocess(x, self.preprocessing)

    def _layers_at(self, image_size_px: int) -> tuple[LayerInfo, ...]:
        return layer_info.read(self.name, image_size_px)

    def _check_size(self, image_size_px: int) -> None:
        if image_size_px < self.min_image_size_px:
            raise RecipeError(
                tr(
                    "{title} takes images of {least} px or more, not {size}. Choose "
                    "{least} or more; {usual} is what it was trained on.",
                    title=self.title,
                    least=self.min_image_size_px,
                    size=image_size_px,
                    usual=self.image_size_px,
                )
            )

    def _obtain(self, weights_folder: Path, progress: Progress | None) -> Path:
        return weights.obtain(self.weights_file, weights_folder, progress)

    def _load(self, network: "keras.Model", path: Path) -> None:
        if path.suffix == ".pth":
            from tlcore.backbones import efficientnet_lite

            efficientnet_lite.load_checkpoint(network, path, self.weights_file.hash or "")
            return
        try:
            network.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise weights.unreadable(self.weights_file) from error
