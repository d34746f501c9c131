"""A finished run whose names are hostile, without a training."""

from tests import judged_runs, pictures
from tlcore import about, runs
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

SCRIPT = "<script>alert(1)<"
CLASSES = (SCRIPT, "![](http:x) **b** `c` | d", "plain & \"quoted\" 'too'")
NAME = "</title></script><img src=x onerror=alert(1)> **r**"
NOTE = "[note](javascript:alert(1))"


def taken(workspace: Workspace) -> Dataset:
    """Twelve pictures of each class, a quarter of them held out."""
    return pictures.taken(workspace, pictures.classes(*CLASSES, each=12))


def hostile(workspace: Workspace) -> Run:
    """Two of its nine validation pictures are taken for another class."""
    run = judged_runs.judged(workspace, taken(workspace), NAME, wrong=(0, 1))
    about.set_note(run.folder, NOTE)
    return runs.load(workspace, run.id)
