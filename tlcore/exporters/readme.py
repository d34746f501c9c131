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
from tlcore.words import tr
from tlcore.workspace import Workspace


def text(workspace: Workspace, run: Run, format: str, found: Parity) -> str:
    """Markdown, of an export and what its comparison found."""
    facts, program = texts.facts(run), formats.get(format).program
    use = "\n".join(f"    {line}" for line in program.use.splitlines())
    # Class names are a user's text: as code they are shown literally.
    names = "\n".join(f"    {number}  {name}" for number, name in enumerate(run.classes))
    return tr(
        "# An image classifier made with Thaw {version}\n\n{training}\n{accuracy}\n\n## Use it\n\n"
        "{use}\n\n{about}\n\n## What goes in, what comes out\n\n- In: `float32` of shape `(n, "
        "{image_size_px}, {image_size_px}, 3)`, RGB, 0–255. The model\n  scales the pixels "
        "itself; before it the picture is turned upright, converted to sRGB, put on white where "
        "it\n  is transparent, and {FITS} (bilinear).\n- Out: `float32` of shape `(n, {units})`, "
        "{meaning}\n\nThe classes:\n\n{names}\n\n{confidence}## Does it say what the run says?\n\n"
        "{parity} `parity.json` has every picture.\n\n## Where it comes from\n\n`recipe.yaml` holds "
        "all that defined the training.\n{weights}\n",
        version=tlcore.__version__,
        training=_training(workspace, run),
        accuracy=_accuracy(run),
        use=use,
        about=program.about,
        image_size_px=facts.image_size_px,
        FITS=FITS[facts.fit],
        units=run.output.units,
        meaning=_meaning(run),
        names=names,
        confidence=_confidence(facts, program),
        parity=_parity(found, program),
        weights=origin.weights(workspace, run, code),
    )


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
    return tr(
        "## How sure it is\n\n{temperature}\n{rule} Both numbers are in `{numbers}`, where the "
        "program reads them.\n\n",
        temperature=temperature,
        rule=rule,
        numbers=program.numbers,
    )


def _parity(found: Parity, program: Program) -> str:
    which = "pictures" if found.real else "drawn pictures, since those of the dataset were deleted,"
    return tr(
        "{checked} {pictures} {which} beside the run. Probabilities differ by at most "
        "{difference:.1g}, and the classes are the same for {agree} of {pictures}. With "
        "{runtime} it took {milliseconds:.1f} ms for a picture on the machine that made it.",
        checked=program.checked,
        pictures=found.pictures,
        which=which,
        difference=found.difference,
        agree=found.agree,
        runtime=found.runtime,
        milliseconds=found.milliseconds,
    )


def _meaning(run: Run) -> str:
    if run.output.units == 1:
        return tr("the probability of the second class of `labels.json`; the first\n  has the rest of it.")
    if run.output.activation == "sigmoid":
        return tr(
            "the probability of each class in the order of\n  `labels.json`, each for itself: a "
            "picture shows all classes from 0.5 up."
        )
    return tr("the probability of each class in the order of\n  `labels.json`.")


def _training(workspace: Workspace, run: Run) -> str:
    try:
        pictures = f" on {len(datasets.load(workspace, run.dataset_id).of(Split.TRAIN))} pictures"
    except NotFound:
        pictures = ""  # A run outlives its dataset.
    return tr(
        "It was trained{pictures} on top of {title}.",
        pictures=pictures,
        title=origin.title(workspace, run, code),
    )


def _accuracy(run: Run) -> str:
    stopped = "Training was stopped early. " if run.events()[-1]["event"] == "stopped" else ""
    judged = evaluation.load(run).splits.get(Split.VAL)
    if judged is None:
        return tr("{stopped}How often it is right was not measured.", stopped=stopped)
    count = len(judged.pictures)
    if judged.exact_match is None:
        return tr(
            "{stopped}It judged {accuracy:.0%} of {count} validation pictures right.",
            stopped=stopped,
            accuracy=judged.accuracy,
            count=count,
        )
    return tr(
        "{stopped}It judged all labels right of {exact_match:.0%} of {count} validation "
        "pictures, and {accuracy:.0%} of the single yes/no answers.",
        stopped=stopped,
        exact_match=judged.exact_match,
        count=count,
        accuracy=judged.accuracy,
    )
