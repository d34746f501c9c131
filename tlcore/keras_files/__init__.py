"""Model files that people bring, looked at without Keras: what they are, and whether they hold only layers.

A ``.keras`` file is a zip of a JSON configuration and an HDF5 file of weights. Keras builds whatever the
configuration names, so here it is read first, and only what is on our lists is handed on.
"""

from tlcore.keras_files.archive import KerasFile, opened
from tlcore.keras_files.config_check import Facts
from tlcore.keras_files.weights_check import check_weights_file

__all__ = ["Facts", "KerasFile", "check_weights_file", "opened"]
