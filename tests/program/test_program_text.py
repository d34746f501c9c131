"""The program that a recipe stands for: sound Python, with what the recipe needs and no more."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.program.designs import BINARY, CLASSES, NETWORKS, PHASES, RECIPES, plan_of, ruff
from tlcore import backbones, fitting, program


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
    for fit in fitting.FITS:
        for labels in (True, False):
            fitted = plan_of((BINARY if labels else {}) | {"backbone": {"fit": fit}}, several_labels=labels)
            made[f"{fit}_{labels}.py"] = program.source(fitted, CLASSES)
    return made


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
    names = ("augment", "class_weight", "callbacks", "steps", "InferenceMode", "math", "csv", "tlcore", "PIL")
    for word in names:
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
