"""run(): one measurement after the other, each in a process of its own; what is measured is saved at once."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tlcore
from tlcore import rates
from tlcore.benchmark import estimate, pictures, results, settings
from tlcore.benchmark.busy import Watch
from tlcore.benchmark.pictures import Made
from tlcore.benchmark.results import Measurement, Results
from tlcore.benchmark.settings import Settings
from tlcore.benchmark.task import Task
from tlcore.errors import RunError
from tlcore.workspace import Workspace

Tell = Callable[[str, float], None]


def expected_s(chosen: Settings) -> float:
    """How long a benchmark may take on this machine."""
    with tempfile.TemporaryDirectory() as home:
        return estimate.total_s(settings.tasks(chosen, Workspace(Path(home))), rates.measure_peak())


def run(chosen: Settings, folder: Path, tell: Tell = lambda what, share: None) -> Results:
    """Measure all that was chosen. ``folder`` gets a ``results.json``, written anew after each process.

    ``tell`` is called with what is measured next and the share of the time that is over. A KeyboardInterrupt
    ends it early: the results are then those so far, and not ``complete``. A process that fails is told of in
    the results, and the others go on. Raises ThawError when nothing can be measured at all.
    """
    Workspace(folder).check_writable()
    peak = rates.measure_peak()
    found = Results(chosen, results.machine(peak))
    try:
        with tempfile.TemporaryDirectory(prefix="thaw-bench-", ignore_cleanup_errors=True) as scratch:
            _measure_all(found, folder, Path(scratch), peak, tell)
        found.complete = True
    except KeyboardInterrupt:
        pass
    found.save(folder)
    return found


def _measure_all(found: Results, folder: Path, scratch: Path, peak: float, tell: Tell) -> None:
    made: dict[int, Made] = {}
    tasks = settings.tasks(found.settings, Workspace(scratch))
    total_s, over_s = estimate.total_s(tasks, peak), 0.0
    for task in tasks:
        tell(_words(task), over_s / total_s)
        if task.images and task.images not in made:
            made[task.images] = pictures.make(scratch / str(task.images), task.images)
            found.pictures.append(made[task.images])
        if task.images:
            task = replace(task, pictures=str(made[task.images].folder))
        found.measurements.append(_measured(task, scratch))
        found.save(folder)
        over_s += estimate.seconds(task, peak)


def _words(task: Task) -> str:
    if task.part == "extraction":
        return f"{task.backbone}: frozen layers"
    layers = f", {task.trained_layers} layers trained" if task.trained_layers else ""
    return f"{task.backbone}, {task.images:,} images{layers}: {task.part}"


def _measured(task: Task, scratch: Path) -> Measurement:
    watch = Watch()
    try:
        result, failed = measure(task, scratch), ""
    except RunError as error:
        result, failed = {}, str(error)
    return Measurement(task, result, failed, watch.others())


def measure(task: Task, scratch: Path) -> dict[str, Any]:
    """The result of one task, from a new process. Raises RunError with the last line that it left.

    ``scratch`` takes its temporary files: on Ctrl-C the process may not come to remove them itself.
    """
    command = [sys.executable, "-m", f"tlcore.benchmark.{task.part}", json.dumps(asdict(task))]
    # On Ctrl-C `run` kills the process before the interruption goes on; none is left behind.
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=_environment(scratch),
    )
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise RunError(lines[-1] if lines else f"It ended with status {done.returncode}.")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _environment(scratch: Path) -> dict[str, str]:
    """Ours, and the way to this very tlcore: in a checkout nothing is installed."""
    paths = [str(Path(tlcore.__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    return {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(scratch),
    }
