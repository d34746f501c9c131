"""The commands of ``thaw``. Each reads its words, calls the core, and prints."""

from pathlib import Path
from typing import Annotated, Any

import typer

import tlcore
from tlcore import advice, jobs, plans, runs
from tlcore.cli import backbones, console, engine, recipe
from tlcore.cli.bench import bench
from tlcore.cli.common import AsJson, Home, RecipeFile, Settings, figures, told, workspace_of
from tlcore.cli.train import train_and_wait
from tlcore.errors import NotFound, ThawError
from tlcore.workspace import Workspace

app = typer.Typer(
    name="thaw",
    add_completion=False,
    no_args_is_help=False,
    rich_markup_mode=None,
    help="Train an image classifier by transfer learning. Without a command: open the app.",
)
app.add_typer(backbones.app, name="backbones")
app.add_typer(engine.app, name="engine")
app.command("bench")(bench)


def main() -> None:
    """The entry point of the command ``thaw``."""
    app()


def _find_run(workspace: Workspace, id: str) -> runs.Run:
    """By id; ``latest`` is the newest that has a model."""
    if id != "latest":
        return runs.load(workspace, id)
    newest = next((run for run in runs.list_all(workspace) if run.has_model), None)
    if newest is None:
        raise NotFound("There is no finished run yet. Train one: thaw train FOLDER.")
    return newest


@app.callback(invoke_without_command=True)
def _default(context: typer.Context, version: Annotated[bool, typer.Option("--version")] = False) -> None:
    if version:
        console.out.print(f"thaw {tlcore.__version__}", highlight=False)
    elif context.invoked_subcommand is None:
        open_app()


@app.command("app")
def open_app(
    port: Annotated[
        int | None, typer.Option(help="The port of the page. Default: 8501, or the next free one.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
    home: Home = None,
) -> None:
    """Open the app in the browser."""
    from tlcore.cli import serve

    with told():
        raise typer.Exit(serve.run(workspace_of(home), port=port, browser=browser))


@app.command()
def train(
    data: Annotated[str, typer.Argument(help="A folder or zip of class folders, or the id of a dataset.")],
    recipe_file: RecipeFile = None,
    settings: Settings = None,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    val: Annotated[float, typer.Option(help="Share of the pictures kept for validation.")] = 0.25,
    test: Annotated[float, typer.Option(help="Share of the pictures kept for the test.")] = 0.0,
    split_seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Train a recipe on pictures and wait for the model. Exit status 0 only when the run is done."""
    with told(as_json):
        workspace = workspace_of(home)
        report = train_and_wait(
            workspace,
            data,
            recipe.read(workspace, recipe_file, settings),
            loss_is_chosen=recipe.names_a_loss(recipe_file, settings),
            name=name,
            val_fraction=val,
            test_fraction=test,
            split_seed=split_seed,
        )
    if as_json:
        console.print_json(report)
    elif report["status"] == "done":
        console.out.print(
            f"Validation {report['measure'].lower()} {console.percent(report['validation'])} in "
            f"{report['seconds']['total']:.1f} s. Run {report['run']}, model:",
            highlight=False,
        )
        console.out.print(report["model"], soft_wrap=True, highlight=False, markup=False)
    if report["status"] != "done":
        console.complain(report["message"] or f"The run ended as {report['status']}.")
        raise typer.Exit(1)


@app.command()
def describe(
    recipe_file: Annotated[Path | None, typer.Argument(metavar="[RECIPE]", help="A recipe file.")] = None,
    settings: Settings = None,
    classes: Annotated[int, typer.Option(min=2, help="How many classes the head tells apart.")] = 2,
    several_labels: Annotated[bool, typer.Option(help="Count for pictures with several labels.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Count what a recipe amounts to: layers, parameters, and what each phase trains and caches."""
    with told(as_json):
        workspace = workspace_of(home)
        chosen = recipe.fitted(
            recipe.read(workspace, recipe_file, settings),
            several_labels=several_labels,
            loss_is_chosen=recipe.names_a_loss(recipe_file, settings),
        )
        plan = plans.make(chosen, classes, several_labels=several_labels, workspace=workspace)
    if as_json:
        console.print_json(plan.to_json())
        return
    for sentence in advice.warnings(plan):
        console.warn(sentence)
    backbone_params = plan.total_params - plan.head_params
    console.out.print(
        f"{plan.recipe.backbone.name}: {len(plan.layers)} layers, {backbone_params:,} parameters; "
        f"with the head {plan.total_params:,}.",
        highlight=False,
    )
    console.print_table(
        ["phase", "frozen layers", "trained layers", "trainable parameters", "cached after", "shape"],
        [
            [
                number,
                phase.frozen_layers,
                phase.trained_layers,
                f"{phase.trainable_params:,}",
                phase.cut_point or "the pixels",
                "×".join(map(str, phase.feature_shape)),
            ]
            for number, phase in enumerate(plan.phases, start=1)
        ],
    )


@app.command()
def predict(
    run: Annotated[str, typer.Argument(help="The id of a run, or latest.")],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Picture files.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Judge pictures with a finished run."""
    from tlcore.predict import Predictor

    with told(as_json):
        workspace = workspace_of(home)
        predictor = Predictor(workspace, _find_run(workspace, run))
    results: list[dict[str, Any]] = []
    for image in images:
        try:
            prediction = predictor.predict_file(image)
            results.append(
                {
                    "file": str(image),
                    "label": prediction.label,
                    "labels": prediction.labels,
                    "probability": prediction.probability,
                    "probabilities": prediction.probabilities,
                }
            )
        except ThawError as error:
            console.complain(f"{image.name}: {error}")
            results.append({"file": str(image), "error": str(error)})
    if as_json:
        console.print_json(results)
    else:
        console.print_table(
            ["file", "class", "probability"],
            [
                [r["file"], ", ".join(r.get("labels", [])), console.percent(r.get("probability"))]
                for r in results
            ],
        )
    if any("error" in result for result in results):
        raise typer.Exit(1)


def _judged(report: dict[str, Any]) -> str | None:
    share = console.percent(report["validation"])
    return share and f"{share} {report['measure'].lower()}"


@app.command("runs")
def list_runs(home: Home = None, as_json: AsJson = False) -> None:
    """List the runs, the newest first."""
    with told(as_json):
        workspace = workspace_of(home)
        rows: list[dict[str, Any]] = []
        for run in runs.list_all(workspace):
            progress = jobs.progress(workspace, run)
            rows.append(
                {
                    "run": run.id,
                    "name": run.name,
                    "status": progress.status.value,
                    "dataset": run.dataset_id,
                    "dataset_name": run.dataset_name,
                    "recipe": run.recipe.summary(),
                    "created": run.created,
                    "epochs": len(progress.epochs),
                    **figures(run, progress),
                }
            )
    if as_json:
        console.print_json(rows)
        return
    console.print_table(
        [console.whole("run"), "name", "status", "dataset", "validation", "recipe"],
        [
            [
                r["run"],
                r["name"],
                r["status"],
                r["dataset_name"],
                _judged(r),
                r["recipe"],
            ]
            for r in rows
        ],
    )
