"""The error tree. Each message is one sentence or two: the rule, the value, the way out.

    ThawError
    ├── RecipeError              a recipe that cannot be
    │   └── UnknownBackbone
    ├── WorkspaceError           the folder that holds everything cannot be used
    │   ├── NotFound             no dataset, run or recipe of that id
    │   └── NotSaved             a file that could not be written: the disk is full, or the folder read-only
    ├── DatasetError             pictures that do not make a dataset
    │   └── ImageError           one picture that cannot be used
    ├── ModelFileError           a file of a model that cannot be used
    ├── WeightsUnavailable       pretrained weights that cannot be had
    ├── EngineError              the engine cannot be started or reached
    └── RunError                 a training that failed, or a run that cannot do what is asked of it

The core raises; the pages and the command line translate, each in one place.
"""

__all__ = [
    "DatasetError",
    "EngineError",
    "ImageError",
    "ModelFileError",
    "NotFound",
    "NotSaved",
    "RecipeError",
    "RunError",
    "ThawError",
    "UnknownBackbone",
    "WeightsUnavailable",
    "WorkspaceError",
]


class ThawError(Exception):
    """Anything that a person can read and act upon. ``str(error)`` is the sentence to show."""


class RecipeError(ThawError):
    """A recipe that cannot be."""


class UnknownBackbone(RecipeError):
    """A backbone's name that is not in the registry."""


class WorkspaceError(ThawError):
    """The workspace cannot be read or written."""


class NotFound(WorkspaceError):
    """No dataset, run or recipe of that id."""


class NotSaved(WorkspaceError):
    """A file that could not be written; what was saved before is unharmed."""


class DatasetError(ThawError):
    """Pictures that do not make a dataset."""


class ImageError(DatasetError):
    """One picture that cannot be used."""


class ModelFileError(ThawError):
    """A file of a model, brought as a backbone, that cannot be used."""


class WeightsUnavailable(ThawError):
    """Pretrained weights that cannot be had here and now."""


class EngineError(ThawError):
    """The engine cannot be started or reached."""


class RunError(ThawError):
    """A training that failed, or a run that cannot do what is asked of it."""
