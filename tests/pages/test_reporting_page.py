"""The buttons for report and model card: on their pages, and nothing is written before a click."""

import pytest

from tests import engines
from tests.exporters import tiny_runs
from tests.pages.test_pages import opened, shown
from tests.pictures import classes, taken
from tlcore import model_card, run_report
from tlcore.workspace import Workspace


@pytest.mark.parametrize(
    ("page", "buttons"),
    [("Export", ["Download the report", "Download the model card"]), ("Evaluate", ["Download the report"])],
)
def test_they_are_offered(
    page: str, buttons: list[str], home: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.put_in_place(monkeypatch)
    written: list[str] = []
    monkeypatch.setattr(run_report, "html", lambda *words: written.append("report"))
    monkeypatch.setattr(model_card, "text", lambda *words: written.append("card"))
    run = tiny_runs.bare(home, taken(home, classes("a", "b", each=5)))
    app = opened(page, run=run.id)
    assert not app.exception
    assert [one.proto.label for one in app.get("link_button")] == buttons
    assert written == []
    assert ("holds small copies of some pictures" in shown(app)) == (page == "Export")
