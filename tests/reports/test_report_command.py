"""``thaw report`` and ``thaw card``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reports import reported
from tlcore import model_card, run_report
from tlcore.cli.app import app
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def run(home: Workspace) -> Run:
    return reported.hostile(home)


def asked(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.output


@pytest.mark.parametrize("command", ["report", "card"])
def test_the_file_is_written(
    command: str, run: Run, home: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    module = {"report": run_report, "card": model_card}[command]
    assert asked(command, run.id) == (0, f"{module.file_name(run)}\n")
    begins = {"report": "<!DOCTYPE html>", "card": "---\nlicense: apache-2.0"}[command]
    assert (tmp_path / module.file_name(run)).read_text("utf-8").startswith(begins)


def test_json_names_it(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "card.md"
    code, told = asked("card", "latest", "--out", str(out), "--json")
    assert code == 0
    assert json.loads(told) == {"run": run.id, "file": str(out), "bytes": out.stat().st_size}


def test_what_cannot_be_is_told(run: Run, tmp_path: Path) -> None:
    code, told = asked("card", run.id, "--out", str(tmp_path / "no" / "folder.md"))
    assert (code, "folder.md could not be written" in told) == (1, True)
    run.model_file.unlink()
    code, told = asked("report", run.id)
    assert (code, "has no model yet. Train it to the end first." in told) == (1, True)
