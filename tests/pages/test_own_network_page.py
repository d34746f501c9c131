"""A model of one's own on the pages, by AppTest."""

import json
import shutil
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from pages.ui import own_model
from tests.pages.recipe_pages import Page, shown
from tlcore import backbones, runs
from tlcore.backbones import OwnBackbone, own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import EngineError, ModelFileError
from tlcore.runs import Run
from tlcore.workspace import Workspace


def test_a_file_becomes_the_backbone(model: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, str, bytes]] = []

    def take(
        workspace: Workspace, source: bytes, *, name: str, pixels: str, behind_others: bool
    ) -> SimpleNamespace:
        assert not behind_others
        taken.append((name, pixels, source))
        return SimpleNamespace(name="mobilenet_v2")

    monkeypatch.setattr("tlcore.own_jobs.take", take)
    model.open("own_model")
    assert model.find("button", "Use this model").disabled
    model.find("file_uploader", "A .keras file").upload("my *net*.keras", b"PK", "x/y").run()
    scales = model.find("selectbox", "Pixels it was trained on").options
    assert len([one for one in scales if "−1 to 1" in one]) == 1
    model.set("selectbox", "Pixels it was trained on", "0-1").click("Use this model")
    assert taken == [("my *net*.keras", "0-1", b"PK")]
    assert model.recipe.backbone.name == "mobilenet_v2"


def test_every_scale_of_pixels_has_words() -> None:
    assert own_model.PIXELS.keys() == {*own_intake.PIXELS}


def test_a_file_that_cannot_be_used_is_said_calmly(model: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*args: object, **options: object) -> None:
        raise ModelFileError("'x.keras' is not a .keras file.")

    monkeypatch.setattr("tlcore.own_jobs.take", take)
    model.open("own_model")
    model.find("file_uploader", "A .keras file").upload("x.keras", b"no", "x/y").run()
    model.click("Use this model")
    assert "is not a .keras file" in model.words
    assert model.recipe == Recipe()


def test_an_earlier_run_has_to_be_finished(home: Workspace) -> None:
    page = Page(home, "Model", None).open("own_model").set("button_group", "Where it is", "An earlier run")
    assert "There is no finished run yet" in page.words


def test_nobody_waits_behind_a_training(model: Page, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_run(workspace: Workspace, run_id: str, *, behind_others: bool) -> None:
        # Whichever is the newest: other tests train in this workspace too.
        assert run_id in {run.id for run in runs.list_all(workspace)}
        assert not behind_others
        raise EngineError("A training is under way. Try again when it has ended.")

    monkeypatch.setattr("tlcore.own_jobs.take_run", take_run)
    model.open("own_model").set("button_group", "Where it is", "An earlier run").click("Use its network")
    assert "A training is under way" in model.words
    assert model.recipe == Recipe()


def own_network(workspace: Workspace, title: str, top: tuple[int, ...] = (7, 7, 16)) -> OwnBackbone:
    """A small own backbone written to the workspace, as a worker leaves it."""
    folder = workspace.backbones / "fedcba9876543210"
    folder.mkdir(parents=True)
    rows = [["input", "InputLayer", [28, 28, 3], 0, 0, False, None]]
    rows += [["conv ![](http://127.0.0.1:9/x.png)", "Conv2D", [7, 7, 16], 448, 448, True, None]]
    rows += [["last", "Activation", list(top), 0, 0, True, None]]
    (folder / "layers.json").write_text(json.dumps(rows))
    (folder / "model.keras").write_bytes(b"")
    meta = {
        "id": folder.name,
        "title": title,
        "origin": "file x.keras",
        "created": "2026-01-01T00:00:00+00:00",
        "preprocessing": "unit",
        "guessed": True,
        "input_kind": "map",
        "channels": 3,
        "any_size": False,
        "image_size_px": 28,
        "feature_width": top[-1],
        "dropped": ["flat *one*", "classes"],
    }
    (folder / "meta.json").write_text(json.dumps(meta))
    return backbones.own.load(workspace, folder.name)


def test_what_was_taken_of_it_is_said(home: Workspace) -> None:
    own = own_network(home, "mine")
    page = Page(home, "Model", None, backbone__name=own.name)
    assert own.good_for in page.words
    assert "Left out: flat *one*, classes" in page.words
    assert f"pixels {own.pixels} (guessed)" in page.words
    assert r"flat \*one\*" in shown(page.app)


@pytest.mark.parametrize("top", [(7, 7, 16), (784,)])
def test_an_own_network_is_one_like_the_others(home: Workspace, top: tuple[int, ...]) -> None:
    hostile = "![](http://127.0.0.1:9/x.png) <b> $x$"
    own = own_network(home, hostile, top)
    page = Page(home, "Model", None, backbone__name=own.name)
    assert any(line.startswith("![](http") for line in page.networks)
    assert "](http" not in shown(page.app)
    # A slider reads Markdown, a selectbox does not.
    assert any(r"\(http" in stop for stop in page.find("select_slider", "Frozen layers").options)
    assert page.find("button_group", "Weights").options == ["Its own", "From scratch"]
    assert page.find("selectbox", "Picture size").options == ["28 px (its own)"]
    # A row of numbers is not pooled.
    assert page.has("button_group", "Pooling") == (len(top) > 1)
    assert ("nothing is to be pooled" in page.words) == (len(top) == 1)
    page.open("networks_compared").open("layer_table").set("number_input", "Dense 1: units", 8)
    assert page.recipe.head.layers[0].dense == 8
    for order in ("Smallest", "Fastest", "Most accurate"):
        page.set("button_group", "Sort by", order)
    assert page.networks[-1].startswith("![]")


def test_features_are_taken_only_where_a_head_fits(home: Workspace) -> None:
    own = own_network(home, "mine")
    rows = json.loads((own.folder / "layers.json").read_text())
    # A sequence is neither a map nor a vector.
    rows.insert(2, ["sequence", "Reshape", [49, 16], 0, 0, True, None])
    (own.folder / "layers.json").write_text(json.dumps(rows))
    page = Page(home, "Model", None, backbone__name=own.name)
    options = page.find("selectbox", "Take features from").options
    assert len(options) == 2
    assert not any(line.startswith("sequence") for line in options)


def test_two_own_networks_of_one_name_are_told_apart(home: Workspace) -> None:
    one = own_network(home, "mine")
    two = home.backbones / "0123456789abcdef"
    shutil.copytree(one.folder, two)
    (two / "meta.json").write_text((one.folder / "meta.json").read_text().replace(one.id, two.name))
    page = Page(home, "Model", None)
    options = page.find("selectbox", "Pretrained network").options
    assert len([line for line in options if line.startswith("mine")]) == 2
    assert len(set(options)) == len(options)


def damage(own: OwnBackbone) -> None:
    (own.folder / "meta.json").write_text("{")


def delete(own: OwnBackbone) -> None:
    shutil.rmtree(own.folder)


@pytest.mark.parametrize("harm", [damage, delete])
def test_what_is_gone_is_said_once_and_is_no_dead_end(
    home: Workspace, harm: Callable[[OwnBackbone], None]
) -> None:
    own = own_network(home, "mine")
    page = Page(home, "Model", None, backbone__name=own.name)
    harm(own)
    page.app.run()
    page.check()
    assert [error.value.replace("\\", "").split(".")[-2].strip() for error in page.app.error] == [
        "Or choose another network"
    ]
    assert not page.has("select_slider", "Frozen layers")
    assert not page.has("button", "Next: train it")
    page.open("networks_compared")
    page.set("selectbox", "Pretrained network", "efficientnet_lite0")
    assert "parameters are trained" in page.words
    assert not page.app.error


def test_the_train_page_shows_the_way_from_what_is_gone(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Train", few, backbone__name="own:0123456789abcdef")
    assert len(page.app.error) == 1
    assert "Or choose another network" in page.words
    assert [link.label for link in page.app.get("page_link")] == ["Choose another network"]
    assert not page.has("button", "Start training")


def test_a_filter_for_what_was_deleted_shows_what_there_is(home: Workspace) -> None:
    own = own_network(home, "mine")
    page = Page(home, "Model", None).set("multiselect", "Families", ["Your own"])
    assert page.networks == ["EfficientNet-Lite0", "mine"]
    shutil.rmtree(own.folder)
    page.click("Add dropout")
    assert "EfficientNet-Lite0" in page.networks
