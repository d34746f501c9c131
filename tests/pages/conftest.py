"""What tests of pages share: the workspace of the trained run, and two pages on a few pictures."""

import functools
from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import app_test, local_script_runner

from pages.ui import depth
from tests.pages.recipe_pages import Page
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


@pytest.fixture(scope="session", autouse=True)
def as_in_a_server() -> Iterator[None]:
    """As in a server, which compiles a page once, looks once for components in all that is installed, and
    knows no Keras.

    AppTest would look anew for each app, 0.3 s of CPU. After each run it would end the session of Keras,
    which searches all memory for garbage, where other tests have imported it.
    """
    scan = functools.cache(manifest_scanner.scan_component_manifests)
    compiled = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        for module in (app_test, local_script_runner):
            patch.setattr(module, "ScriptCache", lambda: compiled)
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture(autouse=True)
def full_control(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Model page shows every control; what is guided is looked at in test_start_page."""
    monkeypatch.setattr(depth, "current", lambda: depth.Depth.FULL)


@pytest.fixture
def at_home(shared_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The pages look into the workspace of the trained run."""
    monkeypatch.setenv("THAW_HOME", str(shared_workspace.home))
    return shared_workspace


@pytest.fixture
def model(at_home: Workspace, few: Dataset) -> Page:
    return Page(at_home, "Model", few)


@pytest.fixture
def train(at_home: Workspace, few: Dataset) -> Page:
    return Page(at_home, "Train", few)
