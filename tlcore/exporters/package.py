"""A run as a zip to take away: the model, its labels, and how to use it in a few lines."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import tlcore
from tlcore import backbones, datasets, evaluation
from tlcore.datasets import Split
from tlcore.errors import NotFound, RunError
from tlcore.exporters.keras_model import PROGRAM
from tlcore.runs import Run
from tlcore.workspace import Workspace


@dataclass(frozen=True)
class Exporter:
    """One format. ``files`` gives the names and contents that go into the package."""

    title: str
    says: str
    """What a person gets, in a sentence or two."""
    files: Callable[[Run], dict[str, bytes]]
    program: str
    """A program that uses the model; ``{size}`` is filled in."""
    requires: str
    """What to install for the program."""


def _keras_files(run: Run) -> dict[str, bytes]:
    return {"model.keras": run.model_file.read_bytes()}


FORMATS: dict[str, Exporter] = {
    "keras": Exporter(
        "Keras",
        "The whole model as one .keras file, with the preprocessing inside: it takes RGB pixels from 0 to "
        "255. In the zip are also the labels, the recipe, a README and the program below.",
        _keras_files,
        PROGRAM,
        "tensorflow pillow",
    ),
}


def package(workspace: Workspace, run: Run, format: str = "keras") -> bytes:
    """The zip of a finished run. Raises RunError when the run has no model, or for an unknown format."""
    exporter = _exporter(format)
    if not run.has_model:
        raise RunError(f"{run.name} has no model yet. Train it to the end first.")
    contents = exporter.files(run) | {
        "labels.json": json.dumps(run.classes, ensure_ascii=False, indent=1).encode(),
        "recipe.yaml": run.recipe.to_yaml().encode(),
        "predict.py": program(run, format).encode(),
        "README.md": _readme(workspace, run, format).encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def program(run: Run, format: str) -> str:
    """A few lines of Python that use the run's model. Raises RunError for an unknown format."""
    return _exporter(format).program.format(size=_image_size_px(run))


def _exporter(format: str) -> Exporter:
    if format not in FORMATS:
        raise RunError(f"There is no export format {format!r}. There is: {', '.join(FORMATS)}.")
    return FORMATS[format]


def _image_size_px(run: Run) -> int:
    return run.recipe.backbone.image_size or backbones.get(run.recipe.backbone.name).image_size_px


def _readme(workspace: Workspace, run: Run, format: str) -> str:
    size = _image_size_px(run)
    # Class names are a user's text: as code they are shown literally.
    names = "\n".join(f"    {number}  {name}" for number, name in enumerate(run.classes))
    return f"""# An image classifier made with Thaw {tlcore.__version__}

{_training(workspace, run)}
{_accuracy(run)}

## Use it

    pip install {_exporter(format).requires}
    python predict.py picture.jpg

`predict.py` is these lines:

```python
{program(run, format)}```

## What goes in, what comes out

- In: `float32` of shape `(n, {size}, {size}, 3)`, RGB, 0–255. All preprocessing is inside the model; the
  picture is only turned upright, put on white where it is transparent, and resized (bilinear).
- Out: `float32` of shape `(n, {len(run.classes)})`, the probability of each class in the order of
  `labels.json`.

The classes:

{names}

`recipe.yaml` holds all that defined the training.
{_weights(run)}
"""


def _training(workspace: Workspace, run: Run) -> str:
    title = backbones.get(run.recipe.backbone.name).title
    try:
        pictures = f" on {len(datasets.load(workspace, run.dataset_id).of(Split.TRAIN))} pictures"
    except NotFound:
        pictures = ""  # A run outlives its dataset.
    return f"It was trained{pictures} on top of {title}."


def _accuracy(run: Run) -> str:
    stopped = "Training was stopped early. " if run.events()[-1]["event"] == "stopped" else ""
    judged = evaluation.load(run).splits.get(Split.VAL)
    if judged is None:
        return f"{stopped}How often it is right was not measured."
    return f"{stopped}It judged {judged.accuracy:.0%} of {len(judged.pictures)} validation pictures right."


def _weights(run: Run) -> str:
    if run.recipe.backbone.weights == "none":
        return "It started from random weights, not from pretrained ones."
    file = backbones.get(run.recipe.backbone.name).weights_file
    return f"The pretrained weights: {file.source}, {file.licence}."
