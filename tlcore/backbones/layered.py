"""What every backbone tells of its layers, wherever these are kept."""

from abc import ABC, abstractmethod

from tlcore.backbones.layer_info import LayerInfo


class Layered(ABC):
    image_size_px: int
    """What it was trained with."""

    def layers(self, image_size_px: int | None = None) -> tuple[LayerInfo, ...]:
        """Its layers as data, without Keras, with the shapes they have at an image size."""
        size = image_size_px or self.image_size_px
        self._check_size(size)
        return self._layers_at(size)

    @property
    def params(self) -> int:
        return sum(layer.params for layer in self.layers())

    @property
    def layer_count(self) -> int:
        return len(self.layers())

    def gflop(self, image_size_px: int | None = None) -> float:
        """Billions of multiplications and additions for one image."""
        return sum(layer.flop for layer in self.layers(image_size_px)) / 1e9

    @abstractmethod
    def _check_size(self, image_size_px: int) -> None:
        """Raises RecipeError for a size it does not take."""

    @abstractmethod
    def _layers_at(self, image_size_px: int) -> tuple[LayerInfo, ...]:
        """As they are kept, for a size it takes."""
