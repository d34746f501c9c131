"""A tiny run, exported once to every format."""

import pytest

from tests.exporters import tiny_runs
from tlcore import exporters
from tlcore.datasets import Dataset
from tlcore.exporters import Parity
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(scope="session")
def tiny(shared_workspace: Workspace, few: Dataset) -> Run:
    return tiny_runs.finished(shared_workspace, few)


@pytest.fixture(scope="session")
def made(shared_workspace: Workspace, tiny: Run) -> dict[str, Parity]:
    return {format: exporters.make(shared_workspace, tiny, format) for format in exporters.FORMATS}
