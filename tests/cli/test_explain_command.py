"""``thaw explain``: a picture with its heat map, and what is told of it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from tests.conftest import SAMPLE
from tlcore.cli.app import app
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

PICTURE = SAMPLE / "bird" / "rooster_01.jpg"


def explain(*words: str, home: Workspace) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["explain", *words, "--home", str(home.home)])
    return done.exit_code, done.output


def test_a_picture_is_written(trained: Run, shared_workspace: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "why.png"
    code, told = explain(
        trained.id, str(PICTURE), "--label", "bird", "--out", str(out), "--json", home=shared_workspace
    )
    found = json.loads(told)
    assert (code, found["label"], found["out"]) == (0, "bird", str(out))
    expected = Predictor(shared_workspace, trained).predict_file(PICTURE).probabilities["bird"]
    assert found["probability"] == pytest.approx(expected, abs=1e-5)
    assert np.shape(found["cells"]) == (7, 7)
    with Image.open(out) as drawn, Image.open(PICTURE) as picture:
        assert (drawn.format, drawn.size) == ("PNG", picture.size)
        # Brightest where the strongest cell is.
        grey = np.asarray(drawn.convert("L").resize((7, 7), Image.Resampling.BOX)).astype(float)
    cells = np.array(found["cells"])
    assert grey[cells > 0.8 * cells.max()].mean() > grey[cells < 0.2 * cells.max()].mean()


def test_the_likeliest_class_is_taken(trained: Run, shared_workspace: Workspace, tmp_path: Path) -> None:
    picture = tmp_path / "mine.jpg"
    picture.write_bytes(PICTURE.read_bytes())
    code, told = explain(trained.id, str(picture), home=shared_workspace)
    assert code == 0
    assert "what speaks for" in told
    assert (tmp_path / "mine-why.png").is_file()


@pytest.mark.parametrize(
    ("picture", "label", "out", "said"),
    [
        (PICTURE, "birt", "a.png", "The run has no class 'birt'. Did you mean 'bird'?"),
        (Path("gone.jpg"), "bird", "a.png", "gone.jpg cannot be read"),
        (PICTURE, "bird", "no/folder/a.png", "a.png could not be written"),
    ],
)
def test_what_cannot_be_is_told(
    trained: Run, shared_workspace: Workspace, tmp_path: Path, picture: Path, label: str, out: str, said: str
) -> None:
    code, told = explain(
        trained.id, str(picture), "--label", label, "--out", str(tmp_path / out), home=shared_workspace
    )
    assert code == 1
    assert said in told
