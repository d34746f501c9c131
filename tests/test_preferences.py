"""What a person chose is kept for that person, and survives a damaged file."""

from pathlib import Path

from tlcore import preferences
from tlcore.workspace import Workspace


def test_each_person_has_an_own_file(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    assert preferences.load(space, "ada@example.org") == {}
    preferences.keep(space, "ada@example.org", depth="full")
    preferences.keep(space, "ada@example.org", answers={"time": "hour"})
    preferences.keep(space, "", depth="guided")
    assert preferences.load(space, "ada@example.org") == {"depth": "full", "answers": {"time": "hour"}}
    assert preferences.load(space, "") == {"depth": "guided"}
    assert not any("ada" in file.name for file in tmp_path.rglob("*"))


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    preferences.keep(space, "x", depth="full")
    file = next((tmp_path / "people").iterdir())
    for content in ("{", "[1]"):
        file.write_text(content)
        assert preferences.load(space, "x") == {}
    preferences.keep(space, "x", depth="guided")
    assert preferences.load(space, "x") == {"depth": "guided"}
