"""LiteRT in whole numbers of 8 bits: a quarter of the size, for processors that are fast with them.

Weights and what the layers give are int8, calibrated on training pictures; input and output stay float32.
Jacob et al. 2018, CVPR, "Quantization and Training of Neural Networks for Efficient
Integer-Arithmetic-Only Inference".
"""

import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import tlcore
from tlcore.errors import RunError
from tlcore.exporters.exporter import Exporter, Source, Tolerance
from tlcore.exporters.litert import FILE, PROGRAM
from tlcore.words import mark, tr

log = logging.getLogger(__name__)


def _make(source: Source, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        np.save(Path(scratch) / "pixels.npy", source.calibration())
        _convert(source.file, Path(scratch), folder / FILE)


def _convert(model: Path, scratch: Path, target: Path) -> None:
    """In a child: the converter has ended a whole process on one model ("double free")."""
    words = [str(model.resolve()), str((scratch / "pixels.npy").resolve()), str(target.resolve())]
    command = [sys.executable, "-P", "-m", "tlcore.exporters.int8_process", *words]
    paths = [str(Path(tlcore.__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    with open(scratch / "told", "w+", encoding="utf-8", errors="replace") as told:
        # The pipe closes when this process ends, in whatever way: the child listens for that.
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=told, stderr=subprocess.STDOUT, env=environment
        ) as process:
            try:
                status = process.wait()
            finally:
                process.kill()
        if status:
            told.seek(0)
            log.error("the int8 converter ended with status %d: %s", status, told.read()[-4000:])
            raise RunError(
                tr(
                    "The converter to int8 gave up on this network (status {status}). Take another format.",
                    status=status,
                )
            )


LITERT_INT8 = Exporter(
    "LiteRT, int8",
    mark(
        "A quarter of the size, in whole numbers, for small processors and accelerators. It is calibrated on "
        "training pictures, and still says something else now and then."
    ),
    _make,
    PROGRAM,
    # Probabilities move by a lot even where it works, so only the classes count: with more than one picture
    # in ten judged otherwise it would be another model.
    Tolerance(difference=1.0, agreement=0.9),
)
