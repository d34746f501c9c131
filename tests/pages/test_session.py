"""What a callback does is done whole, even when a rerun arrives in its middle."""

import ast
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.runtime.state import safe_session_state

from tests.conftest import ROOT
from tests.pages.recipe_pages import Page
from tlcore.config import Recipe

PAGES = sorted((ROOT / "pages").rglob("*.py"))


def test_a_rerun_in_the_middle_of_a_callback_loses_nothing(
    train: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit asks at each access to its state whether a rerun waits, and raises if so."""

    def interrupted(self: safe_session_state.SafeSessionState, *args: object, **options: object) -> None:
        def waiting() -> None:
            raise RerunException(RerunData())

        quiet = self._yield_callback
        with self._lock:
            object.__setattr__(self, "_yield_callback", waiting)
            try:
                self._state.on_script_will_rerun(*args, **options)
            finally:
                object.__setattr__(self, "_yield_callback", quiet)

    monkeypatch.setattr(safe_session_state.SafeSessionState, "on_script_will_rerun", interrupted)
    train.set("number_input", "Epochs", 7)
    assert train.recipe == Recipe().changed("phases.0.epochs", 7)


def callbacks(file: Path) -> list[ast.FunctionDef]:
    """The functions of a page that stand under ``told``."""
    return [
        node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and any(ast.unparse(one) in ("told", "messages.told") for one in node.decorator_list)
    ]


def test_there_are_callbacks() -> None:
    assert sum(len(callbacks(file)) for file in PAGES) > 20


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_callback_does_not_touch_what_can_interrupt_it(file: Path) -> None:
    for callback in callbacks(file):
        assert "st." not in ast.unparse(ast.Module(callback.body, [])), callback.name


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_callback_stands_under_told(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for option in call.keywords:
            if option.arg in ("on_click", "on_change") and isinstance(option.value, ast.Name):
                name = option.value.id
                known = {one.name for one in callbacks(file)} | {"keep_view"}
                assert name in known, name
