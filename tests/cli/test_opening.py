"""The command that opens the app: the server is started at once, whatever else the command line can do."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tlcore import cli
from tlcore.cli import opening, serve

# What takes long to import, and is of no use before the server has started.
HEAVY = {"keras", "numpy", "pandas", "plotly", "pydantic", "streamlit", "tensorflow"}


def test_nothing_is_imported_that_only_other_commands_need() -> None:
    program = "import sys; from tlcore import cli; import tlcore.cli.opening; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())


@pytest.mark.parametrize("words", [[], ["app", "--no-browser"], ["app", "--port", "8777"]])
def test_without_a_command_and_with_its_name_the_app_is_opened(
    words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[dict[str, Any]] = []

    def run(_workspace: object, **how: Any) -> int:
        said.append(how)
        return 3

    monkeypatch.setattr(serve, "run", run)
    monkeypatch.setattr(sys, "argv", ["thaw", *words])
    monkeypatch.setenv("THAW_HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    port = 8777 if "--port" in words else None
    assert said == [{"port": port, "browser": "--no-browser" not in words}]


def test_any_other_command_is_among_all_of_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["thaw", "--help"])
    with pytest.raises(SystemExit):
        cli.main()
    shown = capsys.readouterr().out
    assert "Open the app in the browser." in shown
    assert "Train a recipe on pictures" in shown


def test_the_commands_are_added_to_the_one_that_opens() -> None:
    from tlcore.cli import app

    assert app.app is opening.app
