"""Jobs for the tests, in a module that a worker can import. They talk to the test through files."""

import os
import sys
import time
from pathlib import Path

from tlcore import helping


def hold(folder: str, name: str) -> None:
    """Run until the test says go."""
    _note(folder, f"start {name}")
    while not (Path(folder) / f"{name}.go").exists():
        time.sleep(0.01)
    _note(folder, f"end {name}")


def note(folder: str, name: str) -> None:
    _note(folder, f"start {name}")
    _note(folder, f"end {name}")


def call(folder: str, name: str) -> None:
    """As ``hold``, and let others help."""
    helping.call(help_with, folder, name)
    hold(folder, name)


def help_with(folder: str, name: str, dismissed: helping.Dismissed) -> None:
    _note(folder, f"helps {name}")
    while not dismissed() and not (Path(folder) / f"{name}.helped").exists():
        time.sleep(0.01)
    _note(folder, f"leaves {name}")


def fail(folder: str, name: str) -> None:
    _note(folder, f"start {name}")
    raise ValueError(f"the job {name} went wrong")


def leave(folder: str, name: str) -> None:
    _note(folder, f"start {name}")
    sys.exit(3)


def environment(folder: str, *names: str) -> None:
    """Note what the worker has imported, and its settings."""
    for name in names:
        _note(folder, f"{name} {name in sys.modules} {os.environ.get(name)}")


def notes(folder: Path) -> list[str]:
    file = folder / "notes"
    return file.read_text().splitlines() if file.exists() else []


def _note(folder: str, line: str) -> None:
    with open(Path(folder) / "notes", "a") as file:
        file.write(line + "\n")
