"""``thaw compare``: for people and for machines."""

import json
from pathlib import Path

import pytest

from tests import engines
from tests.judged_runs import judged
from tlcore import intake
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


@pytest.fixture
def pictures(home: Workspace, few_pictures: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    engines.put_in_place(monkeypatch)
    return intake.take(home, few_pictures, name="few", val_fraction=0.25, test_fraction=0.1)


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = app(["compare", *words], standalone_mode=False) or 0
    return status, capsys.readouterr().out


def test_all_of_it_for_machines(
    home: Workspace, pictures: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    first = judged(home, pictures, "First", {8}, seconds=3.5)
    second = judged(home, pictures, "Second", range(8), Recipe().changed("seed", 7))
    told = json.loads(asked(capsys, first.id, second.id, "--json")[1])
    assert [run["common"]["right"] for run in told["runs"]] == [8, 1]
    assert told["runs"][0]["common"]["interval"] == pytest.approx([0.565, 0.980], abs=1e-3)
    assert (told["runs"][0]["seconds"], told["runs"][0]["model_bytes"]) == (3.5, 2_000_000)
    assert told["differences"] == [{"what": "Seed", "values": ["0", "7"]}]
    (pair,) = told["pairs"]
    assert pair["runs"] == [first.id, second.id]
    assert (pair["only_first"], pair["only_second"], pair["differ"]) == (8, 1, True)
    assert pair["p_value"] == pair["p_value_holm"] == pytest.approx(20 / 512)
    assert json.loads(asked(capsys, first.id, second.id, "--split", "test", "--json")[1])["pictures"] == 3


def test_all_of_it_for_people(home: Workspace, pictures: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    made = [judged(home, pictures, name, {0}) for name in ("[red]First", "Second", "Third")]
    status, told = asked(capsys, *(run.id for run in made))
    words = " ".join(told.split())
    assert status == 0
    assert all(run.id in told for run in made)
    assert "A and B get the very same pictures right on these 9 pictures: no difference at all." in words
    assert "corrected for the number of pairs (Holm)" in words


def test_what_cannot_be_compared_is_a_sentence(
    home: Workspace, pictures: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    run = judged(home, pictures, "First")
    status, told = asked(capsys, run.id, "--json")
    assert (status, json.loads(told)["error"]) == (1, "2 to 6 runs can be compared at once. Received: 1.")
    other = judged(home, pictures, "Other")
    told = asked(capsys, run.id, other.id, "--split", "train", "--json")[1]
    assert json.loads(told)["error"] == (
        "Not all of these runs were judged by pictures called 'train'. There is: val, test."
    )
