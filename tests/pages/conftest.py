"""What tests of pages share: the workspace of the trained run, and two pages on a few pictures."""

import pytest

from pages.ui import depth
from tests.pages.recipe_pages import Page
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace


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
