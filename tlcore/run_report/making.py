"""How the model was made, and how to make it again."""

from tlcore import curves, origin, recipe_difference, runs
from tlcore.run_report.markup import Html, chart, code, folded, heading, paragraph, section, table
from tlcore.runs import Event, Progress, Run, Status
from tlcore.words import tr
from tlcore.workspace import Workspace

_NOT_MADE = ("off", "none", recipe_difference.NOT_THERE)


def training(workspace: Workspace, run: Run) -> Html:
    progress = runs.progress(run, run.events(), alive=False)
    recipe = runs.extended(run.recipe, run.events())
    choices = [
        (name, said) for name, said in recipe_difference.described(recipe).items() if said not in _NOT_MADE
    ]
    return section(
        "How it was trained",
        paragraph(f"{recipe.summary()}."),
        paragraph(origin.weights(workspace, run, lambda text: f"“{text}”")),
        paragraph(_took(progress)),
        *_curves(progress),
        heading(3, "What was chosen"),
        table("Choices of the recipe; what is off is left out", ("Choice", "Value"), choices),
    )


def _took(progress: Progress) -> str:
    seconds = progress.final.get("seconds", {}).get("total")
    took = f"; all in all it took {_duration(seconds)}" if seconds else ""
    epochs = len(progress.epochs)
    return tr(
        "It was trained for {epochs:,} {part}{took}.",
        epochs=epochs,
        part="epoch" if epochs == 1 else "epochs",
        took=took,
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.1f} seconds" if seconds < 120 else f"{seconds / 60:.0f} minutes"


def _curves(progress: Progress) -> list[Html]:
    if not progress.epochs:
        return []
    last = progress.epochs[-1]
    parts = [heading(3, "Its curves")]
    for metric in ("accuracy", "loss"):
        told = f"{metric.capitalize()} over {len(progress.epochs)} epochs"
        ends = (
            f"at the end {last[metric]:.3g} on training, {last[f'val_{metric}']:.3g} on validation pictures"
        )
        parts.append(chart(curves.curves(progress, metric), f"{told}; {ends}"))
    return [*parts, folded("The numbers", _epochs(progress.epochs))]


def _epochs(epochs: tuple[Event, ...]) -> Html:
    rows = [
        (
            f"{event['epoch']}",
            int(event["phase"]) + 1,
            f"{event['loss']:.4f}",
            f"{event['val_loss']:.4f}",
            f"{event['accuracy']:.1%}",
            f"{event['val_accuracy']:.1%}",
        )
        for event in epochs
    ]
    columns = ("Epoch", "Phase", "Loss", "Validation loss", "Accuracy", "Validation accuracy")
    return table("Every epoch", columns, rows)


def _sameness(run: Run) -> str:
    """Not of a training that was ended before its last epoch, nor of a model that was trained elsewhere."""
    stopped = runs.progress(run, run.events(), alive=False).status is Status.STOPPED
    if stopped or run.imported_file.is_file():
        return ""
    return tr("; the same pictures, recipe and seed give the same model, but for rounding")


def again(run: Run) -> Html:
    recipe = runs.extended(run.recipe, run.events())
    return section(
        "To make it again",
        paragraph(
            f"The dataset is {run.dataset_id}: a hash of its pictures, labels and split. Save the recipe "
            f"below as recipe.yaml{_sameness(run)}."
        ),
        code(f"thaw train {run.dataset_id} --recipe recipe.yaml"),
        heading(3, "recipe.yaml"),
        code(recipe.to_yaml()),
        heading(3, "Versions"),
        paragraph("Of what was installed where this report was written."),
        table("Versions", ("Program", "Version"), list(origin.versions().items())),
    )
