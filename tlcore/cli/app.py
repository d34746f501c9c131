"""All commands of ``thaw``. Each reads its words, calls the core, and prints."""

from pathlib import Path
from typing import Annotated

import typer

from tlcore import advice, fitting, plans
from tlcore.cli import backbones, console, datasets, disk, engine, project, recipe, runs
from tlcore.cli.bench import bench
from tlcore.cli.common import (
    AsJson,
    Data,
    Fit,
    Home,
    RecipeFile,
    Settings,
    SplitSeed,
    TestShare,
    ValShare,
    told,
    workspace_of,
)
from tlcore.cli.compare import compare
from tlcore.cli.confidence import confidence
from tlcore.cli.doctor import doctor
from tlcore.cli.evaluate import evaluate
from tlcore.cli.explain import explain
from tlcore.cli.export import export
from tlcore.cli.health import health
from tlcore.cli.log import log
from tlcore.cli.map import map_pictures, nearest
from tlcore.cli.opening import app
from tlcore.cli.predict import predict
from tlcore.cli.program import write_program
from tlcore.cli.report import card, report
from tlcore.cli.resume import resume
from tlcore.cli.serve_run import serve, show_token
from tlcore.cli.train import tell_report, train_and_wait

__all__ = ["app"]

app.add_typer(backbones.app, name="backbones")
app.add_typer(datasets.app, name="datasets")
app.add_typer(engine.app, name="engine")
app.add_typer(runs.app, name="runs")
app.add_typer(disk.app, name="disk")
app.add_typer(project.app, name="project")
app.command("bench")(bench)
app.command("resume")(resume)
app.command("health")(health)
app.command("doctor")(doctor)
app.command("predict")(predict)
app.command("export")(export)
app.command("log")(log)
app.command("evaluate")(evaluate)
app.command("compare")(compare)
app.command("confidence")(confidence)
app.command("explain")(explain)
app.command("map")(map_pictures)
app.command("nearest")(nearest)
app.command("program")(write_program)
app.command("report")(report)
app.command("card")(card)
app.command("serve")(serve)
app.command("token")(show_token)


@app.command()
def train(
    data: Data,
    recipe_file: RecipeFile = None,
    settings: Settings = None,
    fit: Fit = None,
    name: Annotated[str, typer.Option(help="A name for the run.")] = "",
    val: ValShare = 0.25,
    test: TestShare = 0.0,
    split_seed: SplitSeed = 0,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Train a recipe on pictures and wait for the model. Exit status 0 only when the run is done."""
    with told(as_json):
        workspace = workspace_of(home)
        report = train_and_wait(
            workspace,
            data,
            recipe.read(workspace, recipe_file, settings, fit),
            loss_is_chosen=recipe.names_a_loss(recipe_file, settings),
            name=name,
            val_fraction=val,
            test_fraction=test,
            split_seed=split_seed,
        )
    tell_report(report, as_json)


@app.command()
def describe(
    recipe_file: Annotated[Path | None, typer.Argument(metavar="[RECIPE]", help="A recipe file.")] = None,
    settings: Settings = None,
    fit: Fit = None,
    classes: Annotated[int, typer.Option(min=2, help="How many classes the head tells apart.")] = 2,
    several_labels: Annotated[bool, typer.Option(help="Count for pictures with several labels.")] = False,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Count what a recipe amounts to: layers, parameters, and what each phase trains and caches."""
    with told(as_json):
        workspace = workspace_of(home)
        chosen = recipe.fitted(
            recipe.read(workspace, recipe_file, settings, fit),
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
        f"with the head {plan.total_params:,}.\n"
        f"Pictures: {plan.image_size_px} px, {fitting.FITS[plan.recipe.backbone.fit]}.",
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
