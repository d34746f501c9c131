"""The choice of the network on the Model page by AppTest, and how it is taken."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pages.recipe_pages import Page
from tlcore import backbones
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def _only_those_that_come_with_thaw(shared_workspace: Workspace, tmp_path: Path) -> Iterator[None]:
    """Other tests bring networks of a person's own into the same workspace."""
    own, aside = shared_workspace.backbones, tmp_path / "aside"
    if own.is_dir():
        shutil.move(own, aside)
    yield
    if aside.is_dir():
        shutil.rmtree(own, ignore_errors=True)
        shutil.move(aside, own)


def test_every_network_is_on_offer(model: Page) -> None:
    assert model.networks == [entry.title for entry in backbones.all_backbones()]


@pytest.mark.parametrize(
    ("order", "ends"),
    [
        ("Smallest", ("MobileNetV3Small", "ConvNeXtXLarge")),
        ("Fastest", ("MobileNetV3Small", "ConvNeXtXLarge")),
        ("Most accurate", ("ConvNeXtXLarge", "MobileNetV3Small")),
    ],
)
def test_networks_are_sorted(model: Page, order: str, ends: tuple[str, str]) -> None:
    model.set("button_group", "Sort by", order)
    assert (model.networks[0], model.networks[-1]) == ends
    assert len(model.networks) == len(backbones.all_backbones())


def test_the_filter_never_hides_what_is_chosen(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, backbone__name="vgg16")
    page.set("toggle", "Only with weights at hand", True)
    assert page.networks[0] == "VGG16"
    assert "EfficientNet-Lite0" in page.networks
    page.set("toggle", "Only with weights at hand", False).set("multiselect", "Families", ["ResNet"])
    assert page.networks[0] == "VGG16"
    assert all(line.startswith("ResNet") for line in page.networks[1:])
    page.set("multiselect", "Families", []).set("select_slider", "Largest download", 25)
    assert "MobileNetV2" in page.networks
    assert "ResNet50" not in page.networks
    assert page.recipe.backbone.name == "vgg16"


def test_the_table_shows_all(model: Page) -> None:
    model.open("networks_compared")
    table = model.app.dataframe[0].value
    assert list(table["Network"]) == [entry.title for entry in backbones.all_backbones()]
    row = table.set_index("Network").loc["VGG16"]
    assert (row["ImageNet"], row["Layers"], round(row["Parameters"], 1)) == (71.3, 19, 14.7)
    assert bool(table.set_index("Network").loc["EfficientNet-Lite0", "At hand"])


def test_another_network_forgets_what_belonged_to_the_first(at_home: Workspace, few: Dataset) -> None:
    page = Page(
        at_home,
        "Model",
        few,
        backbone={"name": "efficientnet_lite0", "image_size": 128, "cut_at": "block5c_add", "fit": "pad"},
        phases=[{"freeze": 10}, {"freeze": -5}],
    )
    page.set("selectbox", "Pretrained network", "resnet50")
    assert page.recipe.backbone.model_dump() == {
        "name": "resnet50",
        "weights": "imagenet",
        "image_size": None,
        "cut_at": None,
        "fit": "pad",
    }
    assert [phase.freeze for phase in page.recipe.phases] == ["all", -5]
    assert "weights are downloaded at first use" in page.words


def test_to_train_the_last_layers_means_the_same_in_any_network(at_home: Workspace, few: Dataset) -> None:
    freezes = [-20, -16, "all", "none", 20, "top_conv"]
    page = Page(at_home, "Model", few, phases=[{"freeze": freeze} for freeze in freezes])
    page.set("selectbox", "Pretrained network", "vgg16")
    # VGG16 has 19 layers.
    assert [phase.freeze for phase in page.recipe.phases] == ["none", -16, "all", "none", "all", "all"]
    assert not page.app.error


def test_weights_from_scratch_and_from_a_file(home: Workspace) -> None:
    home.weights.mkdir(parents=True)
    (home.weights / "mine.weights.h5").write_bytes(b"")
    (home.weights / "notes.txt").write_bytes(b"")
    page = Page(home, "Model", None)
    page.set("button_group", "Weights", "none")
    assert page.recipe.backbone.weights == "none"
    # To want a file is not yet to have one.
    page.set("button_group", "Weights", "file")
    assert page.recipe.backbone.weights == "none"
    box = page.find("selectbox", "Weights file")
    assert (box.options, box.value) == (["mine.weights.h5"], None)
    page.set("selectbox", "Weights file", "mine.weights.h5")
    assert page.recipe.backbone.weights == "mine.weights.h5"
    page.set("button_group", "Weights", "imagenet")
    assert page.recipe.backbone.weights == "imagenet"
    assert not page.has("selectbox", "Weights file")


def test_a_file_that_is_no_weights_is_refused(home: Workspace) -> None:
    page = Page(home, "Model", None).set("button_group", "Weights", "file")
    page.find("file_uploader", "Bring a file of weights").upload("x.h5", b"text", "text/plain").run()
    page.click("Use these weights")
    assert "is not a file of Keras weights" in page.words
    assert page.recipe.backbone.weights == "imagenet"


def test_a_weights_file_that_is_gone_is_said(home: Workspace) -> None:
    page = Page(home, "Model", None, backbone__weights="gone.h5")
    assert "This file is not in the weights folder" in page.words


def test_the_picture_size(model: Page) -> None:
    box = model.find("selectbox", "Picture size")
    assert (box.value, box.options[0]) == (0, "224 px (its own)")
    model.set("selectbox", "Picture size", 96)
    assert model.recipe.backbone.image_size == 96
    assert "96 px" in model.words
    model.set("selectbox", "Picture size", 0)
    assert model.recipe.backbone.image_size is None


def test_no_size_is_offered_that_the_network_cannot_take(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, backbone__name="inception_v3")
    assert page.find("selectbox", "Picture size").options[:2] == ["299 px (its own)", "96 px"]


def test_a_size_that_cannot_be_leaves_the_page_usable(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, backbone={"name": "inception_v3", "image_size": 20})
    assert page.words.count("takes images of 75 px or more") == 1
    assert not page.has("select_slider", "Frozen layers")
    page.set("selectbox", "Picture size", 0)
    assert "takes images of 75 px" not in page.words


def test_features_from_an_earlier_layer(at_home: Workspace, few: Dataset) -> None:
    freezes = [{"freeze": 130}, {"freeze": -60}, {"freeze": "top_conv"}, {"freeze": 20}]
    page = Page(at_home, "Model", few, phases=freezes)
    options = page.find("selectbox", "Take features from").options
    # Ends of blocks first, the deepest of them at the top.
    assert options[0] == "The end of the network (all 141 layers)"
    assert options[1].startswith("block7a_project_bn")
    assert len(options) == 68
    page.set("selectbox", "Take features from", "block5c_add")
    assert page.recipe.backbone.cut_at == "block5c_add"
    assert [phase.freeze for phase in page.recipe.phases] == ["all", -60, "all", 20]
    page.set("selectbox", "Take features from", "")
    assert page.recipe.backbone.cut_at is None


def test_a_cut_that_does_not_exist_leaves_the_page_usable(at_home: Workspace, few: Dataset) -> None:
    page = Page(at_home, "Model", few, backbone__cut_at="no_such_layer")
    assert "has no layer 'no_such_layer'" in page.words
    page.set("selectbox", "Take features from", "")
    assert "parameters are trained" in page.words
