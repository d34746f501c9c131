"""Ways to take a model away: one registry entry per format."""

from tlcore.exporters.keras_model import save_keras
from tlcore.exporters.package import FORMATS, Exporter, package

__all__ = ["FORMATS", "Exporter", "package", "save_keras"]
