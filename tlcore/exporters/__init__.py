"""Ways to take a model away: one registry entry per format."""

from tlcore.exporters.keras_model import save_keras
from tlcore.exporters.package import FORMATS, Exporter, package, program

__all__ = ["FORMATS", "Exporter", "package", "program", "save_keras"]
