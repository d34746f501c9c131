"""Every page by AppTest: through the launcher, as a person with a link opens it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tlcore import datasets, intake, recipes, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import NotFound
from tlcore.runs import Run
from tlcore.workspace import Workspace

PAGES = {
    "Start": "home/start.py",
    "Data": "build/data.py",
    "Model": "build/model.py",
    "Train": "build/train.py",
    "Evaluate": "understand/evaluate.py",
    "Map": "understand/map.py",
    "Label doctor": "understand/labels.py",
    "Compare": "understand/compare.py",
    "Runs": "understand/runs.py",
    "Concepts": "understand/concepts.py",
    "Predict": "use/predict.py",
    "Export": "use/export.py",
}

TITLES = {"Start": "Train your own image classifier"}


def opened(page: str, **ids: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for id, value in ids.items():
        app.query_params[id] = value
    app.switch_page(str(ROOT / "pages" / PAGES[page]))
    return app.run()


def shown(app: AppTest) -> str:
    """All words on the page."""
    kinds = (
        app.title,
        app.header,
        app.subheader,
        app.markdown,
        app.caption,
        app.info,
        app.warning,
        app.error,
        app.text,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_workspace_shows_the_way(home: Workspace, page: str) -> None:
    app = opened(page)
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [TITLES.get(page, page)]
    ways = {
        "Start": "Try it with the sample",
        "Data": "Use the sample",
        "Model": "Next: train it",
        "Train": "Bring pictures",
        "Evaluate": "Train a model",
        "Map": "Train a model",
        "Label doctor": "Bring pictures",
        "Compare": "Train a model",
        "Runs": "Train a model",
        "Concepts": "See it on the Model page",
        "Predict": "Train a model",
        "Export": "Train a model",
    }
    assert ways[page] in [button.label for button in app.button]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("id", ["../../etc/passwd", "00000000-00000000", "<b>"])
def test_a_broken_link_says_so_and_breaks_nothing(home: Workspace, page: str, id: str) -> None:
    app = opened(page, run=id, dataset=id, recipe=id)
    assert not app.exception
    assert "Something went wrong" not in shown(app)


def test_the_data_page_shows_the_split_that_is_on_disk(at_home: Workspace, few: Dataset) -> None:
    app = opened("Data", dataset=few.id)
    assert metrics(app) == {
        "Pictures": "36",
        "Classes": "3",
        "For training": "24",
        "For validation": "9",
        "For the test": "3",
    }


def test_the_freeze_slider_changes_the_counts_at_once(at_home: Workspace, few: Dataset) -> None:
    app = opened("Model", dataset=few.id)
    assert "164,355 of 3,577,379 parameters are trained" in shown(app)
    slider = next(slider for slider in app.select_slider if slider.label == "Frozen layers")
    assert (slider.options[0], slider.options[-1], slider.value) == ("none", "all", 141)
    slider.set_value(121).run()
    recipe = recipes.load(at_home, app.query_params["recipe"])
    assert recipe.phases[0].freeze == 121
    assert "of 3,577,379 parameters are trained" in shown(app)
    assert "164,355 of" not in shown(app)


def test_another_backbone_is_frozen_whole(at_home: Workspace, few: Dataset) -> None:
    id = recipes.save(at_home, Recipe().changed("phases.0.freeze", 100))
    app = opened("Model", dataset=few.id, recipe=id)
    next(box for box in app.selectbox if box.label == "Pretrained network").set_value("vgg16").run()
    recipe = recipes.load(at_home, app.query_params["recipe"])
    assert (recipe.backbone.name, recipe.phases[0].freeze) == ("vgg16", "all")
    assert "66,051 of 14,780,739 parameters are trained" in shown(app)


def test_the_head_is_designed_by_clicks(at_home: Workspace, few: Dataset) -> None:
    app = opened("Model", dataset=few.id)

    def click(label: str, nth: int = 0) -> None:
        [button for button in app.button if button.label == label][nth].click().run()

    def layers() -> list[dict[str, object]]:
        return recipes.load(at_home, app.query_params["recipe"]).to_json()["head"]["layers"]

    click("Add dense layer")
    assert layers() == [
        {"dense": 128, "activation": "relu", "l2": 0.0},
        {"dropout": 0.2},
        {"dense": 64, "activation": "relu", "l2": 0.0},
    ]
    click("Up", 2)
    click("Remove", 0)
    assert layers() == [{"dense": 64, "activation": "relu", "l2": 0.0}, {"dropout": 0.2}]
    app.number_input[0].set_value(32).run()
    assert layers()[0] == {"dense": 32, "activation": "relu", "l2": 0.0}
    click("Remove", 1)
    click("Remove", 0)
    assert layers() == []


def test_a_link_to_an_unknown_recipe_is_no_dead_end(at_home: Workspace, few: Dataset) -> None:
    app = opened("Model", dataset=few.id, recipe="0000000000000000")
    assert "164,355 of 3,577,379 parameters are trained" in shown(app)
    assert "recipe" not in app.query_params
    assert "The recipe of this link is not here" in shown(app.run())
    assert not app.run().error


def test_an_emptied_number_falls_back(at_home: Workspace, few: Dataset) -> None:
    app = opened("Model", dataset=few.id)
    app.number_input[0].set_value(None).run()
    assert app.number_input[0].value == 128
    assert "164,355 of" in shown(app)


def test_too_many_layers_are_refused_in_a_sentence(at_home: Workspace, few: Dataset) -> None:
    id = recipes.save(at_home, Recipe().changed("head.layers", [{"dropout": 0.1}] * 16))
    app = opened("Model", dataset=few.id, recipe=id)
    next(button for button in app.button if button.label == "Add dropout").click().run()
    assert not app.exception
    assert "at most 16 items" in app.error[0].value.replace("\\", "")
    assert app.query_params["recipe"] == id


def test_the_train_page_writes_the_recipe(at_home: Workspace, few: Dataset) -> None:
    app = opened("Train", dataset=few.id)
    app.number_input[0].set_value(3).run()
    next(box for box in app.selectbox if box.label == "Optimizer").set_value("sgd").run()
    phase = recipes.load(at_home, app.query_params["recipe"]).phases[0]
    assert (phase.epochs, phase.optimizer) == (3, "sgd")


def test_a_finished_run_is_shown_the_same_on_every_page(at_home: Workspace, trained: Run) -> None:
    final = trained.events()[-1]
    accuracy = f"{final['val_accuracy']:.1%}"
    assert metrics(opened("Train", run=trained.id))["Validation accuracy"] == accuracy
    evaluate = opened("Evaluate", run=trained.id)
    assert metrics(evaluate)["Accuracy"] == accuracy
    assert "Mistakes" in shown(evaluate)
    assert metrics(opened("Export", run=trained.id))["Validation accuracy"] == accuracy
    row = opened("Runs", run=trained.id).dataframe[0].value.set_index("Name").loc["Shared run"]
    assert (row["Status"], row["Validation"]) == ("done", pytest.approx(final["val_accuracy"], abs=5e-4))
    assert row["Measure"] == "Accuracy"


def test_the_test_pictures_have_their_own_figures(at_home: Workspace, trained: Run) -> None:
    app = opened("Evaluate", run=trained.id, split="Test")
    assert re.search(r"Here it is \d of 3\.", shown(app))
    # What a widget keeps in the URL is not in the way of the next page.
    next(button for button in app.button if button.label.startswith("Next")).click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Predict"]


def test_a_run_stopped_before_it_learned_says_so(home: Workspace, few: Dataset) -> None:
    run = runs.create(home, Recipe(), few)
    run.record("stopped", val_accuracy=None, test_accuracy=None, seconds={})
    app = opened("Train", run=run.id)
    assert "It had not begun to learn" in shown(app)


def test_reused_features_are_said(at_home: Workspace, trained: Run) -> None:
    app = opened("Train", run=trained.id)
    assert "Computing features took" in shown(app)
    run = runs.create(at_home, trained.recipe, datasets.load(at_home, trained.dataset_id), name="Second")
    for event in trained.events():
        reused = {"reused": True} if event["event"] == "features_ready" else {}
        run.record(**{key: value for key, value in event.items() if key != "at"} | reused)
    assert "The features were there already, from" in shown(opened("Train", run=run.id))
    shutil.rmtree(run.folder)


def test_a_run_that_failed_shows_its_sentence(home: Workspace, few: Dataset) -> None:
    run = runs.create(home, Recipe(), few)
    run.record("failed", message="The weights cannot be had. Put them into weights/.")
    for page in ("Train", "Evaluate"):
        app = opened(page, run=run.id)
        assert not app.exception
    app = opened("Evaluate", run=run.id)
    assert "The weights cannot be had" in shown(app).replace("\\", "")


def test_options_are_plain_text(home: Workspace, few: Dataset) -> None:
    run = runs.create(home, Recipe(), few, name="my-run_1 (b)")
    app = opened("Compare", run=run.id)
    box = next(box for box in app.selectbox if box.label == "Run")
    assert box.options == ["my-run_1 (b) · few"]


def test_options_that_look_alike_are_told_apart(home: Workspace, few_pictures: Path) -> None:
    few = intake.take(home, few_pictures, name="few")
    splits = [datasets.resplit(home, few, val_fraction=0.25, test_fraction=0.1, seed=s) for s in (3, 4)]
    box = next(box for box in opened("Model", dataset=few.id).selectbox if box.label == "Dataset")
    alike = {f"few · version 2 · 36 pictures · split {x.split_seed} · {x.id}" for x in splits}
    assert set(box.options) == {"few · 36 pictures", *alike}
    assert len(box.options) == 3


def test_versions_that_were_replaced_are_not_listed(home: Workspace, few_pictures: Path) -> None:
    first = intake.take(home, few_pictures, name="few")
    second = datasets.resplit(home, first, val_fraction=0.3, test_fraction=0.0, seed=1)

    def listed(chosen: Dataset) -> list[str]:
        box = next(box for box in opened("Data", dataset=chosen.id).selectbox if box.label == "Dataset")
        return list(box.options)

    assert listed(second) == ["few · version 2 · 36 pictures"]
    assert listed(first) == ["few · version 2 · 36 pictures", "few · 36 pictures"]
    runs.create(home, Recipe(), first)
    assert listed(second) == listed(first)


def test_what_cannot_be_read_is_said(home: Workspace, few: Dataset) -> None:
    run = runs.create(home, Recipe(), few)
    (run.folder / "recipe.json").write_text('{"backbone": 3}')
    assert "was written by another version of Thaw" in shown(opened("Compare"))
    (home.datasets / "0123456789abcdef").mkdir(parents=True)
    (home.datasets / "0123456789abcdef" / "manifest.json").write_text("{")
    assert "is damaged" in shown(opened("Data"))


@pytest.mark.parametrize("page", PAGES)
def test_a_damaged_run_breaks_no_page(home: Workspace, few: Dataset, page: str) -> None:
    run = runs.create(home, Recipe(), few)
    (run.folder / "run.json").write_text("{")
    app = opened(page, run=run.id)
    assert not app.exception
    assert "Something went wrong" not in shown(app)


def test_a_run_outlives_its_dataset(
    at_home: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(workspace: Workspace, id: str) -> Dataset:
        raise NotFound("There is no dataset of that id here.")

    monkeypatch.setattr("tlcore.datasets.load", gone)
    app = opened("Train", run=trained.id)
    assert not app.exception
    assert "There is no dataset" in shown(app).replace("\\", "")
    assert "Validation accuracy" in metrics(app)


def test_a_double_click_starts_one_run(
    at_home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    def start(workspace: Workspace, recipe: Recipe, dataset: Dataset, owner: str) -> Run:
        run = runs.create(workspace, recipe, dataset)
        started.append(run.id)
        return run

    monkeypatch.setattr("tlcore.jobs.start", start)
    app = opened("Train", dataset=few.id)
    # However long the page takes, the clicks follow each other at once.
    monkeypatch.setattr("time.monotonic", lambda: 1000.0)
    for _ in range(2):
        next(button for button in app.button if button.label == "Start training").click().run()
    assert len(started) == 1
    assert app.query_params["run"] == started[0]


def test_a_picture_that_is_gone_is_said_once(at_home: Workspace, trained: Run) -> None:
    app = opened("Predict", run=trained.id, picture="0123456789abcdef")
    assert "is not here any more" in shown(app)
    assert "picture" not in app.query_params


def test_hostile_names_are_shown_as_text(home: Workspace, few: Dataset) -> None:
    hostile = "![](http://127.0.0.1:9/x.png) <img src=x onerror=alert(1)> :red[x] **b** $x$"
    run = runs.create(home, Recipe(), few, name=hostile[:100])
    run.record("done", val_accuracy=0.5, test_accuracy=None, seconds={})
    app = opened("Evaluate", run=run.id)
    assert "](http" not in shown(app)
    assert r"\!\[\]\(" in shown(app)


def test_what_nobody_foresaw_gets_an_id_not_a_traceback(
    at_home: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlcore.evaluation.load", lambda run: 1 / 0)
    app = opened("Evaluate", run=trained.id)
    assert not app.exception
    assert "Something went wrong that should not have" in app.error[0].value


def test_the_server_never_imports_tensorflow(trained: Run, shared_workspace: Workspace) -> None:
    """All pages of a finished run, in a process of their own, then a look at what was imported."""
    program = f"""
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60)
for page, title in {[(file, TITLES.get(page, page)) for page, file in PAGES.items()]!r}:
    app.query_params["run"] = {trained.id!r}
    app.switch_page(str(Path({str(ROOT / "pages")!r}) / page))
    app.run()
    assert not app.exception, page
    assert [one.value for one in app.title] == [title]
from tlcore.predict import Predictor
from tlcore import runs
from tlcore.workspace import Workspace
space = Workspace.default()
run = runs.load(space, {trained.id!r})
Predictor(space, run).predict_file(next((space.datasets / run.dataset_id / "images").iterdir()))
print(sorted(name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras")))
"""
    import os

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path("/"),
        env=os.environ | {"THAW_HOME": str(shared_workspace.home)},
    )
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
