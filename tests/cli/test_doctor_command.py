"""``thaw doctor`` on a report that is there; making one is tested beside it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import pictures
from tests.doctor import reports
from tlcore import doctor, intake
from tlcore.cli.app import app
from tlcore.datasets import Dataset
from tlcore.doctor import Action, Decision
from tlcore.workspace import Workspace


@pytest.fixture
def dataset(home: Workspace, tmp_path: Path) -> Dataset:
    files = {
        f"{name}/[bold]{n}.png": pictures.png(9 * n + len(name)) for name in ("a", "bb") for n in range(6)
    }
    dataset = intake.take(home, pictures.written(tmp_path / "few", files), name="few", val_fraction=0.25)
    reports.kept(home, dataset, [reports.suspect(1, 1, 0.02), reports.suspect(8, 0, 0.3)])
    return dataset


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["doctor", *words])
    return done.exit_code, done.stdout, " ".join(done.stderr.split())


def test_suspects_are_printed_the_worst_first(dataset: Dataset) -> None:
    code, out, _ = run(dataset.id)
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{dataset.items[1].name}: a → bb"
    assert "give 'bb' 85% and its own class less than 1%" in " ".join(out.split())
    assert out.index(dataset.items[1].name) < out.index(f"{dataset.items[8].name}: bb → a")


def test_no_more_than_wanted(dataset: Dataset) -> None:
    code, out, err = run(dataset.id, "--most", "1")
    assert (code, "bb → a" in out) == (0, False)
    assert "1 more; --most prints more of them." in err


def test_json_names_the_pictures_and_what_was_decided(
    home: Workspace, dataset: Dataset, tmp_path: Path
) -> None:
    doctor.decide(home, dataset, 8, Decision(Action.MOVE, ("a",)))
    # The same folder again is the same dataset.
    code, out, _ = run(str(tmp_path / "few"), "--json")
    told = json.loads(out.strip().splitlines()[-1])
    assert (code, told["dataset"], told["folds"]) == (0, dataset.id, 10)
    first, second = told["suspects"]
    item = dataset.items[1]
    assert (first["sha256"], first["name"], first["split"]) == (item.sha256, item.name, item.split.value)
    assert (first["labels"], first["suggested"], first["quality"]) == (["a"], ["bb"], 0.02)
    assert first["decision"] is None
    assert second["decision"] == {"action": "move", "to": ["a"]}


def test_what_was_found_right_is_not_printed_of_the_next_version(home: Workspace, dataset: Dataset) -> None:
    doctor.decide(home, dataset, 1, Decision(Action.KEEP))
    doctor.decide(home, dataset, 8, Decision(Action.REMOVE))
    version = doctor.make_version(home, dataset)
    reports.kept(home, version, [reports.suspect(1, 1)])
    code, out, _ = run(version.id)
    assert (code, out) == (0, "Nothing was found in 11 pictures.\n")


def test_what_could_not_be_judged_is_said(home: Workspace, dataset: Dataset) -> None:
    reports.kept(home, dataset, [], not_judged=("bb",))
    code, _, err = run(dataset.id)
    assert code == 0
    assert "Not judged, for want of other pictures: 'bb'." in err


@pytest.mark.parametrize("words", [("nowhere",), ("nowhere", "--run", "00000000-00000000")])
def test_what_is_not_here_is_a_sentence(home: Workspace, words: tuple[str, ...]) -> None:
    code, out, _ = run(*words, "--json")
    assert (code, json.loads(out)["status"]) == (1, "failed")
