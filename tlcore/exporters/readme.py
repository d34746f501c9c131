"""What a package says of itself: how to use the model, what it can do, where its weights come from."""

import tlcore
from tlcore import datasets, evaluation, origin
from tlcore.confidence import NONE
from tlcore.datasets import Split
from tlcore.errors import NotFound
from tlcore.exporters import formats, texts
from tlcore.exporters.exporter import Facts, Program
from tlcore.exporters.parity import Parity
from tlcore.fitting import FITS
from tlcore.markdown import code
from tlcore.runs import Run
from tlcore.workspace import Workspace


def text(workspace: Workspace, run: Run, format: str, found: Parity) -> str:
    """Markdown, of an export and what its comparison found."""
    facts, program = texts.facts(run), formats.get(format).program
    use = "\n".join(f"    {line}" for line in program.use.splitlines())
    # Class names are a user's text: as code they are shown literally.
    names = "\n".join(f"    {number}  {name}" for number, name in enumerate(run.classes))
    return f"""# An image classifier made with Thaw {tlcore.__version__}

{_training(workspace, run)}
{_accuracy(run)}

## Use it

{use}

{program.about}

## What goes in, what comes out

- In: `float32` of shape `(n, {facts.image_size_px}, {facts.image_size_px}, 3)`, RGB, 0–255. The model
  scales the pixels itself; before it the picture is turned upright, converted to sRGB, put on white where it
  is transparent, and {FITS[facts.fit]} (bilinear).
- Out: `float32` of shape `(n, {run.output.units})`, {_meaning(run)}

The classes:

{names}

{_confidence(facts, program)}## Does it say what the run says?

{_parity(found, program)} `parity.json` has every picture.

## Where it comes from

`recipe.yaml` holds all that defined the training.
{origin.weights(workspace, run, code)}
"""


def _confidence(facts: Facts, program: Program) -> str:
    choice = facts.choice
    if choice == NONE:
        return ""
    rule = (
        f'It says "I don\'t know" where it is less than {choice.threshold:.0%} sure.'
        if choice.threshold
        else "It always answers."
    )
    temperature = (
        "No temperature was fitted, so its percentages are those of the model."
        if choice.temperature == 1
        else f"The program divides the logits by the temperature {choice.temperature:.3g}, which was fitted "
        "on the validation pictures, so that its percentages are as sure as they are right (Guo et al. "
        "2017); the model by itself does not."
    )
    return f"""## How sure it is

{temperature}
{rule} Both numbers are in `{program.numbers}`, where the program reads them.

"""


def _parity(found: Parity, program: Program) -> str:
    which = "pictures" if found.real else "drawn pictures, since those of the dataset were deleted,"
    return (
        f"{program.checked} {found.pictures} {which} beside the run. Probabilities differ by at "
        f"most {found.difference:.1g}, and the classes are the same for {found.agree} of {found.pictures}. "
        f"With {found.runtime} it took {found.milliseconds:.1f} ms for a picture on the machine that made it."
    )


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
    try:
        pictures = f" on {len(datasets.load(workspace, run.dataset_id).of(Split.TRAIN))} pictures"
    except NotFound:
        pictures = ""  # A run outlives its dataset.
    return f"It was trained{pictures} on top of {origin.title(workspace, run, code)}."


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
