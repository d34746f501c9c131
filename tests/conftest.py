"""What tests share: a workspace of their own, a few real pictures, and one trained run."""

import functools
import gc
import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from tlcore import intake, runs, training
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data" / "clipart"


def pytest_runtest_setup() -> None:
    if "keras" in sys.modules:
        _pass_over_what_was_imported()


# A fixture may have been the first that imported it.
pytest_runtest_call = pytest_runtest_setup


@functools.cache
def _pass_over_what_was_imported() -> None:
    """Modules live to the end, and looking for garbage among TensorFlow's takes up to half a second.

    Keras looks each time its session is cleared, as every training and every measurement does.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture(scope="session")
def few_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three classes of the sample, twelve pictures each."""
    folder = tmp_path_factory.mktemp("few") / "few"
    for name in ("bird", "fruit", "vehicle"):
        (folder / name).mkdir(parents=True)
        for file in sorted((SAMPLE / name).iterdir())[:12]:
            (folder / name / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.fixture(scope="session")
def shared_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """One workspace for all tests that only read what lies in it."""
    return Workspace(tmp_path_factory.mktemp("shared") / "home")


@pytest.fixture(scope="session")
def few(shared_workspace: Workspace, few_pictures: Path) -> Dataset:
    return intake.take(shared_workspace, few_pictures, name="few", val_fraction=0.25, test_fraction=0.1)


@pytest.fixture(scope="session")
def trained(shared_workspace: Workspace, few: Dataset) -> Run:
    """A finished run on EfficientNet-Lite0 with its real weights; its head is small, its epochs few."""
    recipe = Recipe.parse(
        {"head": {"layers": [{"dense": 16}]}, "phases": [{"epochs": 6, "learning_rate": 0.003}]}
    )
    run = runs.create(shared_workspace, recipe, few, name="Shared run")
    training.train(shared_workspace, run)
    return run


@pytest.fixture
def home(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace that the pages and the command line use by themselves."""
    monkeypatch.setenv("THAW_HOME", str(workspace.home))
    return workspace
