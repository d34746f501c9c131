"""The program that a recipe stands for: it is sound Python, and it does what the app does."""

import ast
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.conftest import SAMPLE
from tests.own_models import crafted
from tlcore import backbones, intake, own_measure, plans, program, runs, runtimes, training
from tlcore.backbones import own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.plans import Plan
from tlcore.program.layout import literal
from tlcore.workspace import Workspace

CLASSES = ("bird", "fruit", "vehicle")
NETWORKS: tuple[dict[str, Any], ...] = (
    {},
    {"name": "mobilenet_v2", "weights": "none", "image_size": 64},
    {"name": "vgg16", "weights": "mine.weights.h5", "cut_at": "block4_pool"},
    {"name": "efficientnet_b0", "weights": "none"},
    {"name": "mobilenet_v2", "image_size": 160},
)
BINARY: dict[str, Any] = {"loss": "binary_crossentropy"}
CHANGES: dict[str, Any] = {
    "flip": "both",
    "rotation": 15,
    "zoom": 0.1,
    "shift": 0.1,
    "brightness": 0.2,
    "contrast": 0.2,
    "colour": 0.3,
    "crop": 0.3,
}
# Layers that every network here has enough of, so that the same phases go with each.
PHASES: tuple[dict[str, Any], ...] = ({"epochs": 2}, {"epochs": 3, "freeze": -6, "learning_rate": 1e-5})
RECIPES: tuple[dict[str, Any], ...] = (
    {},
    {"phases": PHASES, "batch_size": 1, "seed": 2**31 - 1},
    {"phases": (*PHASES, {"freeze": "none", "batch_normalization": "trained"})},
    {"phases": ({"freeze": 3, "batch_normalization": "trained", "optimizer": "adamw", "patience": 2},)},
    {"phases": ({"optimizer": "sgd", "momentum": 0.9, "schedule": "cosine", "clip_norm": 1.0},)},
    {"phases": ({"epochs": 5, "optimizer": "lion", "warmup_epochs": 2, "weight_decay": 0.01},)},
    {"phases": ({"epochs": 1, "optimizer": "rmsprop", "warmup_epochs": 1, "schedule": "cosine"},)},
    {"phases": ({"schedule": "plateau", "patience": 4},), "class_weights": "balanced"},
    {"head": {"pooling": "flatten", "layers": []}, "augmentation": CHANGES | {"views": "fresh"}},
    {"augmentation": {"flip": "horizontal", "views": 4}, "phases": PHASES},
    {"augmentation": {"flip": "horizontal", "views": 1}},
    {"loss": "categorical_crossentropy", "label_smoothing": 0.1, "class_weights": "balanced"},
    BINARY | {"label_smoothing": 0.1},
    {
        "head": {
            "pooling": "max",
            "layers": [
                {"dense": 8, "activation": "gelu", "l2": 0.01},
                {"batch_normalization": True},
                {"dropout": 0.5},
            ],
        }
    },
)


def plan_of(recipe: dict[str, Any], classes: int = len(CLASSES), *, several_labels: bool = False) -> Plan:
    return plans.make(Recipe.parse(recipe), classes, several_labels=several_labels)


@cache
def matrix() -> dict[str, str]:
    """Programs by file name."""
    made = {}
    for i, network in enumerate(NETWORKS):
        for j, recipe in enumerate(RECIPES):
            made[f"{i}_{j}.py"] = program.source(plan_of(recipe | {"backbone": network}), CLASSES)
        made[f"{i}_two.py"] = program.source(plan_of(BINARY | {"backbone": network}, 2), CLASSES[:2])
        for weights in ("none", "balanced"):
            several = plan_of(BINARY | {"backbone": network, "class_weights": weights}, several_labels=True)
            made[f"{i}_{weights}.py"] = program.source(several, CLASSES)
    return made


def ruff(folder: Path, *arguments: str) -> str:
    told = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", "--line-length", "100", "."],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    return told.stdout if told.returncode else ""


def test_every_program_is_formatted_and_has_no_loose_ends(tmp_path: Path) -> None:
    for name, text in matrix().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert ruff(tmp_path, "format", "--diff") == ""
    assert ruff(tmp_path, "check", "--select", "E,F,I,B,UP,SIM,RET,PT,C4,PIE") == ""


def test_only_public_names_that_there_are() -> None:
    import keras

    dotted = {
        ast.unparse(node)
        for text in matrix().values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
    }
    # The one with two underscores is how a class of one's own begins.
    assert [name for name in dotted if "._" in name.replace("super().__init__", "")] == []
    named = sorted(name for name in dotted if name.startswith("keras."))
    assert len(named) > 40
    for name in named:
        found: Any = keras
        for part in name.split(".")[1:]:
            found = getattr(found, part)


def test_nothing_that_the_recipe_does_not_need() -> None:
    text = matrix()["1_0.py"]
    for word in ("augment", "class_weight", "callbacks", "steps", "InferenceMode", "math", "csv", "tlcore"):
        assert word not in text
    # One view is the picture itself.
    assert "augment" not in matrix()["1_10.py"]
    assert len(text.splitlines()) < 90


@pytest.mark.parametrize("name", backbones.names())
def test_every_network_is_the_one_of_keras_or_comes_from_thaw(name: str) -> None:
    import keras

    text = program.source(plan_of({"backbone": {"name": name}}), CLASSES)
    if "tlcore" in text:
        assert backbones.get(name).family == "EfficientNet-Lite"
    else:
        title = backbones.get(name).title
        assert f"base = keras.applications.{title}(" in text
        assert callable(getattr(keras.applications, title))


@pytest.mark.parametrize(("size", "trained_at"), [(224, []), (160, [224])])
def test_the_weights_are_those_of_thaw_at_every_size(size: int, trained_at: list[int]) -> None:
    """Keras has other weights of MobileNetV2 for 160 px."""
    text = program.source(plan_of({"backbone": {"name": "mobilenet_v2", "image_size": size}}), CLASSES)
    made = [ast.unparse(node) for node in calls(text) if ast.unparse(node.func).endswith(".MobileNetV2")]
    expected = [f"weights={'None' if trained_at else repr('imagenet')}, input_shape=(SIZE, SIZE, 3))"]
    expected += [f"weights='imagenet', input_shape=({px}, {px}, 3))" for px in trained_at]
    assert [one.partition("False, ")[2] for one in made] == expected
    assert ("base.set_weights(pretrained.get_weights())" in text) is bool(trained_at)


@pytest.mark.parametrize(
    ("recipe", "held"),
    [
        ({"backbone": {"name": "vgg16"}, "phases": PHASES}, []),
        ({"backbone": {"name": "mobilenet_v2"}}, []),
        ({"backbone": {"name": "mobilenet_v2"}, "phases": PHASES}, ["InferenceMode(base)", "base"]),
        # Dropout inside the network follows the mode, frozen or not.
        ({"backbone": {"name": "efficientnet_v2_b0"}}, ["InferenceMode(base)", "base"]),
        (
            {
                "backbone": {"name": "mobilenet_v2"},
                "phases": (*PHASES, PHASES[1] | {"batch_normalization": "trained"}, PHASES[1]),
            },
            ["InferenceMode(base)", "base", "InferenceMode(base)", "base"],
        ),
        ({"backbone": {"name": "mobilenet_v2"}, "phases": ({"batch_normalization": "trained"},)}, []),
    ],
)
def test_the_network_is_held_in_inference_mode_where_it_must_be(
    recipe: dict[str, Any], held: list[str]
) -> None:
    """The last one is what is saved."""
    text = program.source(plan_of(recipe), CLASSES)
    found = [ast.unparse(node.args[0]) for node in calls(text) if ast.unparse(node.func) == "classifier"]
    assert found == held


def calls(text: str) -> list[ast.Call]:
    """In the order of the text."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda node: node.lineno)


def test_dropout_inside_the_network_is_off_where_normalization_follows_the_batches() -> None:
    recipe = {
        "backbone": {"name": "efficientnet_v2_b0"},
        "phases": ({"freeze": -6, "batch_normalization": "trained"},),
    }
    text = program.source(plan_of(recipe), CLASSES)
    assert "layer.rate = 0.0" in text
    assert "InferenceMode" not in text


NASTY = (
    'a"b',
    "a'b",
    "\"'",
    "{0} {CLASSES} %s",
    "line\nbreak\r\u2028",
    '"""\nimport os',
    "back\\slash\\",
    "鳥 🐦",
    "\u202eabc",
    "\x00\x7f",
    "# no comment",
)


def test_class_names_stay_texts(tmp_path: Path) -> None:
    plan = plan_of({}, len(NASTY))
    text = program.source(plan, NASTY)
    tree = ast.parse(text)
    (node,) = [node for node in tree.body if ast.unparse(node).startswith("CLASSES = ")]
    assert isinstance(node, ast.Assign)
    assert ast.literal_eval(node.value) == list(NASTY)
    # The rest of it is as with other names.
    other = ast.parse(program.source(plan, [str(i) for i in range(len(NASTY))]))
    assert [ast.dump(a) for a in tree.body if a is not node] == [
        ast.dump(b) for b in other.body if not ast.unparse(b).startswith("CLASSES = ")
    ]
    (tmp_path / "nasty.py").write_text(text, encoding="utf-8")
    assert ruff(tmp_path, "format", "--diff") == ""
    settings = "".join(cells(program.notebook(plan, NASTY))[1]["source"])
    assert ast.unparse(node) in [ast.unparse(other) for other in ast.parse(settings).body]


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "![](http://127.0.0.1:9/x.png)", "**b**"])
def test_names_of_layers_stay_in_the_code(name: str) -> None:
    """Those of a brought model are anybody's text; in a notebook, headings and texts are Markdown."""
    plan = plan_of({"phases": [{"freeze": 3}, {"freeze": -2}], "backbone": SMALL})
    layers = tuple(replace(layer, name=f"{name}{i}") for i, layer in enumerate(plan.layers))
    texts = [c for c in cells(program.notebook(replace(plan, layers=layers), CLASSES)) if is_text(c)]
    assert name not in "".join("".join(cell["source"]) for cell in texts)
    assert f"The first 3 layers of the network are frozen, the last {len(layers) - 3} are trained." in (
        "".join(texts[5]["source"])
    )


@pytest.mark.parametrize("text", NASTY)
def test_a_literal_is_what_it_says_on_one_line(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert len(literal(text).splitlines()) == 1
    assert literal(text).isprintable()


def is_text(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def cells(content: bytes) -> list[dict[str, Any]]:
    found = json.loads(content)["cells"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("recipe", [RECIPES[0], RECIPES[2]])
def test_the_notebook_is_the_same_program(recipe: dict[str, Any]) -> None:
    plan = plan_of(recipe)
    content = program.notebook(plan, CLASSES)
    document = json.loads(content)
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert document["metadata"]["kernelspec"]["name"] == "python3"
    kinds = [cell["cell_type"] for cell in document["cells"]]
    assert kinds == ["markdown", "code"] * (len(kinds) // 2)
    assert len({cell["id"] for cell in document["cells"]}) == len(kinds)
    for cell in document["cells"]:
        extra = {"execution_count", "outputs"} if cell["cell_type"] == "code" else set()
        assert set(cell) == {"id", "cell_type", "metadata", "source"} | extra
        assert "".join(cell["source"]).strip()
    code = "\n".join("".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code")
    module = ast.parse(program.source(plan, CLASSES))
    # All but the docstring, which is the first heading.
    assert ast.dump(ast.Module(module.body[1:], [])) == ast.dump(ast.Module(ast.parse(code).body, []))
    titles = ["".join(cell["source"]).splitlines()[0] for cell in document["cells"][::2]]
    assert titles[0] == "# A classifier of pictures in Keras, as designed in Thaw"
    assert titles[1:4] == ["## The pictures", "## The pretrained network", "## The head"]
    assert titles[-1] == "## The result"


def test_importing_it_costs_no_tensorflow() -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, tlcore.program; print({'keras', 'tensorflow'} & set(sys.modules))",
        ],
        capture_output=True,
        text=True,
    )
    assert told.stdout == "set()\n"


# --- The programs run ---


class Fit(NamedTuple):
    trainable_params: int
    history: dict[str, list[float]]


def laid_out(dataset: Dataset, root: Path) -> Path:
    """A folder as the program reads it, of the dataset's own files."""
    for split in (Split.TRAIN, Split.VAL):
        folder = root / "pictures" / split.value
        rows = ["file,labels"]
        for item in dataset.of(split):
            names = [dataset.classes[label] for label in item.labels]
            place = folder / ("" if dataset.several_labels else names[0])
            place.mkdir(parents=True, exist_ok=True)
            (place / item.file).write_bytes(dataset.path(item).read_bytes())
            rows.append(f"{item.file},{';'.join(names)}")
        if dataset.several_labels:
            (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
        else:
            # What a Mac leaves behind.
            (place / ".DS_Store").write_bytes(b"no picture")
    return root


@pytest.fixture
def run_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    import keras

    def run(plan: Plan, dataset: Dataset) -> Any:
        """The program's names when it has ended, and ``fits``: what each ``fit`` said."""
        laid_out(dataset, tmp_path)
        (tmp_path / "program.py").write_text(program.source(plan, dataset.classes), encoding="utf-8")
        fits: list[Fit] = []
        fit = keras.Model.fit

        def recorded(model: Any, *arguments: Any, **options: Any) -> Any:
            told = fit(model, *arguments, **options | {"verbose": 0})
            trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
            fits.append(Fit(trainable, told.history))
            return told

        keras.utils.clear_session()
        monkeypatch.chdir(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(keras.Model, "fit", recorded)
            names = runpy.run_path("program.py")
        return SimpleNamespace(**names, fits=fits, saved=tmp_path / "model.keras")

    return run


@pytest.fixture
def no_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Converting takes longer than training here, and these tests look at the history alone."""
    monkeypatch.setattr(runtimes, "convert", lambda *args: None)


def compare(workspace: Workspace, dataset: Dataset, recipe: Recipe, run_program: Callable[..., Any]) -> Any:
    """Train a recipe both ways: equal parameters, and equal figures of every phase's first epoch.

    Batches hold all pictures, so that their order does not matter.
    """
    assert recipe.batch_size >= len(dataset.of(Split.TRAIN))
    run = runs.create(workspace, recipe, dataset)
    training.train(workspace, run)
    events = run.events()
    assert events[-1]["event"] == "done", events[-1]
    plan = plans.for_dataset(recipe, dataset, workspace)
    ran = run_program(plan, dataset)
    assert ran.model.count_params() == plan.total_params
    planned = [phase.trainable_params for phase in plan.phases]
    assert [fit.trainable_params for fit in ran.fits] == planned
    assert [event["trainable_params"] for event in events if event["event"] == "phase"] == planned
    for number, fit in enumerate(ran.fits):
        ours = next(e for e in events if e["event"] == "epoch" and e["phase"] == number)
        figures = ("loss", "val_loss", "accuracy", "val_accuracy")
        theirs = {name: fit.history[name][0] for name in figures}
        assert theirs == pytest.approx({name: ours[name] for name in figures}, rel=1e-4, abs=1e-6)
    return ran


@pytest.mark.usefixtures("no_graphs")
def test_the_sample_trains_as_in_the_app(
    shared_workspace: Workspace, run_program: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Pretrained, head only, as a newcomer begins; smaller pictures, since this is about equality."""
    dataset = intake.take(shared_workspace, SAMPLE, name="clipart", val_fraction=0.25, test_fraction=0.0)
    recipe = Recipe.parse(
        {
            "backbone": {"image_size": 64},
            "head": {"layers": [{"dense": 16, "l2": 0.01}]},
            "phases": [{"epochs": 1, "patience": 1}],
            "batch_size": 256,
            "class_weights": "balanced",
            "seed": 7,
        }
    )
    ran = compare(shared_workspace, dataset, recipe, run_program)
    assert f"Validation accuracy: {ran.accuracy:.1%}" in capsys.readouterr().out


SMALL = {"name": "vgg16", "weights": "none", "image_size": 32, "cut_at": "block3_pool"}
MOBILENET = {"name": "mobilenet_v2", "weights": "none", "image_size": 64, "cut_at": "block_9_add"}


@pytest.mark.usefixtures("no_graphs")
def test_two_phases_on_random_weights(
    shared_workspace: Workspace, few: Dataset, run_program: Callable[..., Any]
) -> None:
    """The second trains BatchNormalization in inference mode; what is saved holds no layer of its own."""
    import keras

    recipe = Recipe.parse(
        {
            "backbone": MOBILENET,
            "head": {"layers": [{"batch_normalization": True}]},
            "phases": [
                {"epochs": 1, "optimizer": "sgd", "momentum": 0.5, "learning_rate": 0.01},
                {"epochs": 2, "freeze": -12, "learning_rate": 1e-4, "schedule": "cosine", "clip_norm": 1.0},
            ],
            "batch_size": 64,
            "loss": "categorical_crossentropy",
            "label_smoothing": 0.1,
        }
    )
    ran = compare(shared_workspace, few, recipe, run_program)
    saved = keras.models.load_model(ran.saved)
    assert [type(layer).__name__ for layer in saved.layers if layer.weights] == ["Functional", "Sequential"]
    pictures = ran.val_images.astype("float32")
    np.testing.assert_allclose(
        saved(pictures, training=False), ran.model(pictures, training=False), atol=1e-6
    )


@pytest.mark.usefixtures("no_graphs")
def test_normalization_keeps_its_statistics_then_follows(
    shared_workspace: Workspace, few: Dataset, run_program: Callable[..., Any]
) -> None:
    """On pretrained weights: with random ones the features are so small that both say nearly the same."""
    phase = {"epochs": 1, "freeze": -12, "learning_rate": 1e-4}
    follows = phase | {"batch_normalization": "trained", "warmup_epochs": 1}
    recipe = Recipe.parse(
        {
            "backbone": {"image_size": 64},
            "head": {"layers": []},
            "phases": [phase, follows],
            "batch_size": 64,
        }
    )
    ran = compare(shared_workspace, few, recipe, run_program)
    kept = backbones.get("efficientnet_lite0").build("imagenet", 64, shared_workspace.weights)
    moved = [
        new.name
        for old, new in zip(kept.layers, ran.base.layers, strict=True)
        if hasattr(new, "moving_mean") and not np.array_equal(old.moving_mean, new.moving_mean)
    ]
    last = plan_of(recipe.to_json()).layers[-12:]
    assert moved == [layer.name for layer in last if layer.type == "BatchNormalization"]
    assert len(moved) == 4


@pytest.mark.usefixtures("no_graphs")
def test_two_classes_and_one_output(
    shared_workspace: Workspace, few_pictures: Path, tmp_path: Path, run_program: Callable[..., Any]
) -> None:
    folder = tmp_path / "two"
    for name in CLASSES[:2]:
        (folder / name).mkdir(parents=True)
        for file in (few_pictures / name).iterdir():
            (folder / name / file.name).write_bytes(file.read_bytes())
    dataset = intake.take(shared_workspace, folder, name="two", val_fraction=0.25, test_fraction=0.0)
    recipe = Recipe.parse(
        BINARY
        | {
            "backbone": SMALL,
            "head": {"pooling": "max", "layers": [{"dense": 4, "activation": "tanh"}]},
            "phases": [{"epochs": 1}],
            "batch_size": 64,
            "class_weights": "balanced",
        }
    )
    ran = compare(shared_workspace, dataset, recipe, run_program)
    assert ran.model.output_shape == (None, 1)


@pytest.mark.usefixtures("no_graphs")
def test_several_labels(
    shared_workspace: Workspace, few_pictures: Path, tmp_path: Path, run_program: Callable[..., Any]
) -> None:
    folder = tmp_path / "several"
    folder.mkdir()
    rows = ["file,labels"]
    for name in CLASSES:
        for number, file in enumerate(sorted((few_pictures / name).iterdir())):
            (folder / file.name).write_bytes(file.read_bytes())
            rows.append(f"{file.name},{name}{';still' if number % 2 else ''}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    dataset = intake.take(shared_workspace, folder, name="several", val_fraction=0.25, test_fraction=0.0)
    assert dataset.several_labels
    recipe = Recipe.parse(
        BINARY
        | {
            "backbone": SMALL,
            "head": {"layers": []},
            "phases": [{"epochs": 1}],
            "batch_size": 64,
            "class_weights": "balanced",
        }
    )
    compare(shared_workspace, dataset, recipe, run_program)


@pytest.mark.usefixtures("no_graphs")
@pytest.mark.parametrize("nested", [False, True])
def test_a_brought_model(
    shared_workspace: Workspace,
    few: Dataset,
    run_program: Callable[..., Any],
    tmp_path: Path,
    nested: bool,
) -> None:
    import keras

    model = crafted.small("nested" if nested else "flat")
    if nested:
        inputs = keras.Input((8, 8, 3))
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(model(inputs)))
    file = crafted.saved(model, tmp_path / "backbone.keras")
    own = own_intake.take(shared_workspace, file, measure=own_measure.measure_folder)
    recipe = Recipe.parse(
        {
            "backbone": {"name": own.name, "cut_at": "hidden"},
            "head": {"layers": []},
            "phases": [{"epochs": 1, "freeze": 1}],
            "batch_size": 64,
        }
    )
    text = program.source(plans.for_dataset(recipe, few, shared_workspace), few.classes)
    assert ("own_network" in text) is nested
    assert ("keras.models.load_model" in text) is not nested
    compare(shared_workspace, few, recipe, run_program)


def test_changed_pictures(few: Dataset, run_program: Callable[..., Any]) -> None:
    recipe = {
        "backbone": SMALL,
        "phases": ({"epochs": 1},),
        "augmentation": CHANGES | {"views": "fresh"},
    }
    plan = plan_of(recipe)
    ran = run_program(plan, few)
    assert ran.model.count_params() == plan.total_params
    assert np.isfinite(ran.fits[0].history["val_loss"]).all()
    pictures = ran.train_images[:4].astype("float32")
    changed = np.asarray(ran.augment(pictures, training=True))
    assert changed.shape == pictures.shape
    assert changed.min() >= 0
    assert changed.max() <= 255
    assert not np.array_equal(changed, pictures)
    np.testing.assert_array_equal(np.asarray(ran.augment(pictures, training=False)), pictures)
