"""``thaw health`` on a report that is there; making one is tested beside it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.health import made
from tlcore import health, intake
from tlcore.cli.app import app
from tlcore.datasets import Dataset
from tlcore.health import Kind, Report, store
from tlcore.health.findings import finding
from tlcore.workspace import Workspace


@pytest.fixture
def few(home: Workspace, tmp_path: Path) -> Dataset:
    for row in range(10):
        (tmp_path / "few" / "ab"[row % 2]).mkdir(parents=True, exist_ok=True)
        made.noise(row).save(tmp_path / "few" / "ab"[row % 2] / f"[bold]{row}.png")
    dataset = intake.take(home, tmp_path / "few", name="few", val_fraction=0.25, test_fraction=0.0)
    found = (
        finding(dataset, Kind.NEAR, "Two are nearly the same.", [0, 1], spare=[1], score=0.9),
        finding(dataset, Kind.BLURRED, "One is blurred.", [7], spare=[7], score=0.001),
    )
    store.save(home, Report(dataset.id, 10, found, True, 0.5))
    return dataset


def test_findings_are_printed(home: Workspace, few: Dataset) -> None:
    done = CliRunner().invoke(app, ["health", few.id])
    assert done.exit_code == 0
    words = " ".join(done.stdout.split())
    first = few.items[0]
    assert f"Two are nearly the same. a/{first.name} ({first.split})" in words
    assert "One is blurred." in words


def test_json_names_the_pictures(home: Workspace, few: Dataset, tmp_path: Path) -> None:
    health.keep(home, [finding(few, Kind.BLURRED, "", [7])])
    # The same folder again is the same dataset.
    done = CliRunner().invoke(app, ["health", str(tmp_path / "few"), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["dataset"] == few.id
    near, blurred = told["findings"]
    assert near["kind"] == "near"
    assert [one["name"] for one in near["pictures"]] == [item.name for item in few.items[:2]]
    assert (near["kept"], blurred["kept"]) == (False, True)
    assert near["across_the_split"] == (few.items[0].split != few.items[1].split)


def test_what_was_kept_is_not_printed(home: Workspace, few: Dataset) -> None:
    health.keep(home, [finding(few, Kind.NEAR, "", [0, 1]), finding(few, Kind.BLURRED, "", [7])])
    done = CliRunner().invoke(app, ["health", few.id])
    assert "Nothing was found in 10 pictures." in done.stdout


def test_an_unknown_dataset_is_a_sentence(home: Workspace) -> None:
    done = CliRunner().invoke(app, ["health", "nowhere", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["status"] == "failed"
