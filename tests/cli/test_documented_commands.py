"""What the README and the longer documents say of the command line and of Python is there, and runs."""

import contextlib
import importlib
import io
import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from tests import engines
from tests.conftest import ROOT, SAMPLE
from tlcore import runs
from tlcore.cli.app import app
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.runs import Run
from tlcore.workspace import Workspace

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "tlcore" / "docs").glob("*.md"))]
ROWS = re.findall(r"^\| (`thaw.*?) \|", README, re.MULTILINE)
PYTHON = README.partition("## In Python")[2].partition("\n## ")[0]
CELLS = [line.split("|")[1:4] for line in PYTHON.splitlines() if line.count("|") == 4][2:]


def commands(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, one in getattr(found, "commands", {}).items():
        yield (*path, name)
        yield from commands(one, (*path, name))


COMMANDS = [path for path in commands(typer.main.get_command(app)) if path != ("engine",)]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_is_in_the_readme(path: tuple[str, ...]) -> None:
    first, *others = path
    rows = [row for row in ROWS if re.search(rf"`thaw {first}[ `]", row)]
    assert rows
    # Of one family the later ones are named without its name.
    assert not others or any(re.search(rf"`(thaw {first} )?{others[0]}[ `]", row) for row in rows)


@pytest.mark.parametrize("row", ROWS)
def test_every_command_of_the_readme_is_there(row: str) -> None:
    known = {" ".join(path) for path in COMMANDS} | {"engine"}
    for said in re.findall(r"`thaw( [a-z]+)?( [a-z]+)?", row):
        words = "".join(said).split()
        assert not words or " ".join(words) in known


@pytest.mark.parametrize("cells", CELLS, ids=lambda cells: cells[0].strip())
def test_what_stands_for_what_is_there(cells: list[str]) -> None:
    known = {" ".join(path) for path in COMMANDS}
    assert set(re.findall(r"`(.+?)`", cells[1])) <= known
    for name in re.findall(r"`(.+?)`", cells[2]):
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(f"tlcore.{module}"), function))


def said(document: Path) -> Iterator[list[str]]:
    """The words after ``thaw``, of each command in a block or in a line."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:console|sh)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for line in "".join(blocks).splitlines():
        if found := re.match(r"(?:\$ )?(?:\w+=\S+ )*thaw (.*)", line):
            yield shlex.split(found[1], comments=True)
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    for line in re.findall(r"`thaw ([^`]+)`", prose):
        yield shlex.split(line)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_is_there_with_its_options(document: Path) -> None:
    for words in said(document):
        command: Any = typer.main.get_command(app)
        rest = list(words)
        while rest and rest[0] in getattr(command, "commands", {}):
            command = command.commands[rest.pop(0)]
        # A group takes commands alone, and options.
        assert not hasattr(command, "commands") or rest[:1] == [] or rest[0].startswith("-"), words
        known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, words


def test_there_are_such_rows() -> None:
    assert (len(ROWS) > 20, len(CELLS) > 8) == (True, True)


def test_the_python_example_runs(
    workspace: Workspace,
    shared_workspace: Workspace,
    trained: Run,
    few_pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The frozen layers are converted already, and their features computed.
    for name in ("graphs", "features"):
        shutil.copytree(shared_workspace.home / name, workspace.home / name)
    sample = tmp_path / "sample_data" / "clipart"
    shutil.copytree(few_pictures, sample)
    shutil.copy(SAMPLE / "bird" / "rooster_01.jpg", sample / "bird")
    monkeypatch.setenv("THAW_HOME", str(workspace.home))
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PYTHON, re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(example, "README.md", "exec"), {})
    share, found = said.getvalue().splitlines()
    assert re.fullmatch(r"\d+\.\d%", share)
    assert found.split()[0] in ("bird", "fruit", "vehicle")
    assert (tmp_path / "model.zip").is_file()
    assert [run.name for run in runs.list_all(workspace)] == ["From Python"]


# --- the commands that have no other tests


def test_pictures_are_taken_in_without_a_training(
    home: Workspace, few_pictures: Path, thaw: Callable[..., str]
) -> None:
    words = ("datasets", "add", str(few_pictures), "--val", "0.5", "--test", "0.25")
    told = json.loads(thaw(*words, "--json"))
    assert told["classes"] == ["bird", "fruit", "vehicle"]
    assert set(told["counts"]) == {split.value for split in Split}
    assert sum(told["counts"].values()) == 36
    assert thaw(*words).strip() == told["dataset"]
    assert [card["id"] for card in json.loads(thaw("datasets", "--json"))] == [told["dataset"]]
    with pytest.raises(AssertionError, match="There is no folder, archive or dataset 'gone'"):
        thaw("datasets", "add", "gone")


def test_a_recipe_of_a_run_is_printed(
    home: Workspace, few: Dataset, tmp_path: Path, thaw: Callable[..., str]
) -> None:
    recipe = Recipe().changed("phases.0.epochs", 3).changed("seed", 7)
    run = runs.create(home, recipe, few)
    file = tmp_path / "recipe.yaml"
    file.write_text(thaw("runs", "recipe", run.id), encoding="utf-8")
    assert Recipe.load(file) == recipe


def test_a_run_is_stopped(
    home: Workspace, few: Dataset, thaw: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.put_in_place(monkeypatch)
    run = runs.create(home, Recipe(), few)
    thaw("runs", "stop", run.id)
    assert run.stop_file.is_file()
    with pytest.raises(AssertionError, match="There is no run"):
        thaw("runs", "stop", "00000000-00000000")


def test_the_program_of_a_recipe(
    shared_workspace: Workspace, few: Dataset, tmp_path: Path, thaw: Callable[..., str]
) -> None:
    words = ("program", few.id, "--set", "head.pooling=max", "--home", str(shared_workspace.home))
    printed = thaw(*words)
    assert "GlobalMaxPooling2D" in printed
    compile(printed, "train.py", "exec")
    file = tmp_path / "train.py"
    assert thaw(*words, "--out", str(file)).strip() == str(file)
    assert file.read_text(encoding="utf-8").strip() == printed.strip()
    book = tmp_path / "train.ipynb"
    thaw(*words, "--out", str(book))
    assert json.loads(book.read_text(encoding="utf-8"))["nbformat"] == 4
    with pytest.raises(AssertionError, match="There is no dataset"):
        thaw("program", "0" * 16)
