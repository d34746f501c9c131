"""The Export page: what it offers, while one is made, and what was found."""

import pytest

from tests import engines
from tests.exporters import tiny_runs
from tests.pages.test_pages import opened, shown
from tests.pictures import classes, taken
from tlcore import asked, exporters
from tlcore.engine import JobState
from tlcore.runs import Run
from tlcore.workspace import Workspace, write_json


@pytest.fixture
def run(home: Workspace) -> Run:
    return tiny_runs.bare(home, taken(home, classes("a", "b", each=5)))


def test_each_format_is_offered_and_all_of_them(
    home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch)
    page = opened("Export", run=run.id)
    assert not page.exception
    for format, exporter in exporters.FORMATS.items():
        assert exporter.title in shown(page)
        assert page.button(key=f"make_{format}").label == "Make and compare"
    page.button(key="make_onnx").click().run()
    assert crew.keys == [f"export-{run.id}-onnx"]
    page.button(key="make_all").click().run()
    assert sorted(crew.keys) == sorted(f"export-{run.id}-{format}" for format in exporters.FORMATS)
    assert not page.error
    assert "make_all" not in {button.key for button in page.button}


def test_what_was_found_is_in_a_table(home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    engines.put_in_place(monkeypatch)
    tiny_runs.put(home, run, "onnx")
    tiny_runs.put(home, run, "litert", difference=0.5)
    page = opened("Export", run=run.id)
    table = page.dataframe[0].value.set_index("Format")
    assert list(table.index) == ["LiteRT", "ONNX"]
    assert list(table["Handed out"]) == [False, True]
    assert list(table["Same classes"]) == ["2 of 2", "2 of 2"]
    assert (table.loc["ONNX", "Largest difference"], table.loc["ONNX", "Size"]) == ("2.0e-05", "1 kB")
    (warning,) = page.warning
    assert "differ from the run" in warning.value
    assert {"make_onnx", "make_litert"}.isdisjoint(button.key for button in page.button)
    offered = [one.proto.label for one in page.get("link_button")]
    assert offered.count("Download") == 1
    assert not [label for label in offered if "in one zip" in label]


def test_while_one_is_made_and_when_that_failed(
    home: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = engines.put_in_place(monkeypatch)
    crew.queue[f"export-{run.id}-onnx"] = JobState.RUNNING
    told = home.home / "exporting"
    write_json(told / f"{run.id}-onnx.progress.json", {"stage": "comparing", "done": 3, "total": 38})
    write_json(told / f"{run.id}-keras.failed.json", {"message": "It *cannot* be."})
    write_json(told / f"{run.id}-litert.progress.json", {"stage": "converting", "done": 0, "total": 1})
    page = opened("Export", run=run.id)
    (bar,) = page.get("progress")
    assert bar.proto.text == "Comparing with the run, picture by picture: 3 of 38"
    assert [error.value.replace("\\", "") for error in page.error] == ["It *cannot* be.", asked.BROKEN_OFF]
    assert page.button(key="make_keras").label == page.button(key="make_litert").label == "Try again"
    assert "make_onnx" not in {button.key for button in page.button}
