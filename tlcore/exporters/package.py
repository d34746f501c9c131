"""A run as a zip to take away: the model, its labels, and how to use it in five lines."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import tlcore
from tlcore import backbones, datasets, evaluation
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError
from tlcore.exporters.keras_model import PROGRAM
from tlcore.runs import Run
from tlcore.workspace import Workspace


@dataclass(frozen=True)
class Exporter:
    """One format. ``files`` gives the names and contents that go into the package."""

    title: str
    suffix: str
    files: Callable[[Run], dict[str, bytes]]
    program: str
    """A program that uses the model; ``{size}`` is filled in."""
    requires: str
    """What to install for the program."""


def _keras_files(run: Run) -> dict[str, bytes]:
    return {"model.keras": run.model_file.read_bytes()}


FORMATS: dict[str, Exporter] = {
    "keras": Exporter("Keras", ".keras", _keras_files, PROGRAM, "tensorflow pillow"),
}


def package(workspace: Workspace, run: Run, format: str = "keras") -> bytes:
    """The zip of a finished run. Raises RunError when the run has no model, or for an unknown format."""
    if format not in FORMATS:
        raise RunError(f"There is no export format {format!r}. There is: {', '.join(FORMATS)}.")
    if not run.has_model:
        raise RunError(f"{run.name} has no model yet. Train it to the end first.")
    exporter, dataset = FORMATS[format], datasets.load(workspace, run.dataset_id)
    size = run.recipe.backbone.image_size or backbones.get(run.recipe.backbone.name).image_size_px
    program = exporter.program.format(size=size)
    contents = exporter.files(run) | {
        "labels.json": json.dumps(run.classes, ensure_ascii=False, indent=1).encode(),
        "recipe.yaml": run.recipe.to_yaml().encode(),
        "predict.py": program.encode(),
        "README.md": _readme(run, dataset, exporter, program, size).encode(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _readme(run: Run, dataset: Dataset, exporter: Exporter, program: str, size: int) -> str:
    accuracy = evaluation.load(run).accuracy(Split.VAL) or 0.0
    entry = backbones.get(run.recipe.backbone.name)
    # Class names are a user's text: as code they are shown literally.
    names = "\n".join(f"    {number}  {name}" for number, name in enumerate(run.classes))
    return f"""# An image classifier made with Thaw {tlcore.__version__}

It was trained on {len(dataset.of(Split.TRAIN))} pictures on top of {entry.title} and judged
{accuracy:.0%} of {len(dataset.of(Split.VAL))} validation pictures right.

## Use it

    pip install {exporter.requires}
    python predict.py picture.jpg

`predict.py` is these five lines:

```python
{program}```

## What goes in, what comes out

- In: `float32` of shape `(n, {size}, {size}, 3)`, RGB, 0–255. All preprocessing is inside the model; the
  picture is only turned upright and resized.
- Out: `float32` of shape `(n, {len(run.classes)})`, the probability of each class in the order of
  `labels.json`:

{names}

`recipe.yaml` holds all that defined the training.
The pretrained weights: {entry.weights_file.source}, {entry.weights_file.licence}.
"""
