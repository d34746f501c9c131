"""Ways to take a model away: one registry entry per format, each compared with its run before it goes.

    make(workspace, run, format)  ──> runs/<id>/exports/<format>/  ──> package(workspace, run, formats, out)

Only ``make`` loads TensorFlow; ``tlcore.export_jobs`` has the engine's worker do it.
"""

from tlcore.exporters.exporter import Exporter, Facts, Opened, Program, Source, Tolerance
from tlcore.exporters.formats import FORMATS, get
from tlcore.exporters.keras_model import save_keras
from tlcore.exporters.making import Tell, check_has_model, make
from tlcore.exporters.package import checked, file_name, package, told
from tlcore.exporters.parity import Parity
from tlcore.exporters.store import load
from tlcore.exporters.texts import program

__all__ = [
    "FORMATS",
    "Exporter",
    "Facts",
    "Opened",
    "Parity",
    "Program",
    "Source",
    "Tell",
    "Tolerance",
    "check_has_model",
    "checked",
    "file_name",
    "get",
    "load",
    "make",
    "package",
    "program",
    "save_keras",
    "told",
]
