"""A run as a zip to take away: the model, its labels, and how to use it in a few lines."""

import contextlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import tlcore
from tlcore import about, backbones, datasets, evaluation, runtimes
from tlcore.backbones import AnyBackbone, OwnBackbone
from tlcore.datasets import Split
from tlcore.errors import NotFound, RunError, UnknownBackbone, WorkspaceError
from tlcore.exporters.keras_model import PROGRAM, SCORES, SCORES_OF_TWO
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
    """A program that uses the model; ``{size}`` and ``{scores}`` are filled in."""
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
    # A workspace that cannot be written cannot be cleaned up either.
    with contextlib.suppress(WorkspaceError):
        about.mark_exported(run.folder)
    return buffer.getvalue()


def program(run: Run, format: str) -> str:
    """A few lines of Python that use the run's model. Raises RunError for an unknown format."""
    scores = SCORES_OF_TWO if run.output.units == 1 else SCORES
    return _exporter(format).program.format(size=_image_size_px(run), scores=scores)


def _exporter(format: str) -> Exporter:
    if format not in FORMATS:
        raise RunError(f"There is no export format {format!r}. There is: {', '.join(FORMATS)}.")
    return FORMATS[format]


def _image_size_px(run: Run) -> int:
    return run.recipe.backbone.image_size or runtimes.read_record(run).image_size_px


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
- Out: `float32` of shape `(n, {run.output.units})`, {_meaning(run)}

The classes:

{names}

`recipe.yaml` holds all that defined the training.
{_weights(workspace, run)}
"""


def _meaning(run: Run) -> str:
    if run.output.units == 1:
        return "the probability of the second class of `labels.json`; the first\n  has the rest of it."
    if run.output.activation == "sigmoid":
        return (
            "the probability of each class in the order of\n  `labels.json`, "
            "each for itself: a picture shows all classes from 0.5 up."
        )
    return "the probability of each class in the order of\n  `labels.json`."


def _training(workspace: Workspace, run: Run) -> str:
    entry = _entry(workspace, run)
    title = entry.title if entry else "a model of somebody's own"
    if isinstance(entry, OwnBackbone):
        title = _literal(title)
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
    count = len(judged.pictures)
    if judged.exact_match is None:
        return f"{stopped}It judged {judged.accuracy:.0%} of {count} validation pictures right."
    return (
        f"{stopped}It judged all labels right of {judged.exact_match:.0%} of {count} validation pictures, "
        f"and {judged.accuracy:.0%} of the single yes/no answers."
    )


def _weights(workspace: Workspace, run: Run) -> str:
    weights = run.recipe.backbone.weights
    if weights == "none":
        return "It started from random weights, not from pretrained ones."
    if weights != "imagenet":
        return f"It started from the weights in {_literal(weights)}."
    entry = _entry(workspace, run)
    if entry is None or entry.weights_file is None:
        return "It started from the weights of that model."
    return f"The pretrained weights: {entry.weights_file.source}, {entry.weights_file.licence}."


def _literal(text: str) -> str:
    """A user's text as a code span, in which Markdown and HTML mean nothing."""
    line = " ".join(text.split())
    # It ends at a row of as many backticks as it begins with, so these are more than any row inside.
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    space = " " if "`" in line else ""
    return f"{fence}{space}{line}{space}{fence}"


def _entry(workspace: Workspace, run: Run) -> AnyBackbone | None:
    """The backbone; None for an own one that was deleted since: a run outlives it."""
    try:
        return backbones.get(run.recipe.backbone.name, workspace)
    except (UnknownBackbone, WorkspaceError):
        return None
