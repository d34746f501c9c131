"""How the model was made, and how to make it again."""

from tlcore import curves, origin, recipe_difference, runs
from tlcore.run_report.markup import Html, chart, code, folded, heading, paragraph, section, table
from tlcore.runs import Event, Progress, Run, Status
from tlcore.words import mark, number, tr, trn
from tlcore.workspace import Workspace

_TOLD = {
    "accuracy": mark(
        "Accuracy over {epochs} epochs; at the end {training:.3g} on training, {validation:.3g} on "
        "validation pictures"
    ),
    "loss": mark(
        "Loss over {epochs} epochs; at the end {training:.3g} on training, {validation:.3g} on validation "
        "pictures"
    ),
}


def training(workspace: Workspace, run: Run) -> Html:
    progress = runs.progress(run, run.events(), alive=False)
    recipe = runs.extended(run.recipe, run.events())
    choices = [*recipe_difference.made(recipe).items()]
    return section(
        tr("How it was trained"),
        paragraph(f"{recipe.summary()}."),
        paragraph(origin.weights(workspace, run, lambda text: f"“{text}”")),
        paragraph(_took(progress)),
        *_curves(progress),
        heading(3, tr("What was chosen")),
        table(
            tr("Choices of the recipe; what is off is left out"),
            # Translators: the name of a setting, and what it is set to.
            (tr("Choice"), tr("Value")),
            choices,
        ),
    )


def _took(progress: Progress) -> str:
    seconds = progress.final.get("seconds", {}).get("total")
    epochs = len(progress.epochs)
    if not seconds:
        return trn("It was trained for {n:,} epoch.", "It was trained for {n:,} epochs.", epochs)
    return trn(
        "It was trained for {n:,} epoch; all in all it took {duration}.",
        "It was trained for {n:,} epochs; all in all it took {duration}.",
        epochs,
        duration=_duration(seconds),
    )


def _duration(seconds: float) -> str:
    if seconds < 120:
        return tr("{seconds:.1f} seconds", seconds=seconds)
    return tr("{minutes:.0f} minutes", minutes=seconds / 60)


def _curves(progress: Progress) -> list[Html]:
    if not progress.epochs:
        return []
    last = progress.epochs[-1]
    parts = [heading(3, tr("Its curves"))]
    for metric, told in _TOLD.items():
        alt = tr(told, epochs=len(progress.epochs), training=last[metric], validation=last[f"val_{metric}"])
        parts.append(chart(curves.curves(progress, metric), alt))
    return [*parts, folded(tr("The numbers"), _epochs(progress.epochs))]


def _epochs(epochs: tuple[Event, ...]) -> Html:
    rows = [
        (
            f"{event['epoch']}",
            int(event["phase"]) + 1,
            number(event["loss"], ".4f"),
            number(event["val_loss"], ".4f"),
            number(event["accuracy"], ".1%"),
            number(event["val_accuracy"], ".1%"),
        )
        for event in epochs
    ]
    columns = (
        tr("Epoch"),
        tr("Phase"),
        tr("Loss"),
        tr("Validation loss"),
        tr("Accuracy"),
        tr("Validation accuracy"),
    )
    return table(tr("Every epoch"), columns, rows)


def _is_repeatable(run: Run) -> bool:
    """Not a training that was ended before its last epoch, nor a model that was trained elsewhere."""
    stopped = runs.progress(run, run.events(), alive=False).status is Status.STOPPED
    return not stopped and not run.imported_file.is_file()


def again(run: Run) -> Html:
    recipe = runs.extended(run.recipe, run.events())
    told = tr(
        "The dataset is {dataset}: a hash of its pictures, labels and split. Save the recipe below as "
        "recipe.yaml.",
        dataset=run.dataset_id,
    )
    if _is_repeatable(run):
        told = tr(
            "The dataset is {dataset}: a hash of its pictures, labels and split. Save the recipe below as "
            "recipe.yaml; the same pictures, recipe and seed give the same model, but for rounding.",
            dataset=run.dataset_id,
        )
    return section(
        tr("To make it again"),
        paragraph(told),
        code(f"thaw train {run.dataset_id} --recipe recipe.yaml"),
        heading(3, "recipe.yaml"),
        code(recipe.to_yaml()),
        heading(3, tr("Versions")),
        paragraph(tr("Of what was installed where this report was written.")),
        table(tr("Versions"), (tr("Program"), tr("Version")), list(origin.versions().items())),
    )
