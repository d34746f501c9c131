"""What many people who watch one run cost the server: ``python -m bench.viewers``.

Real sessions, in a real Chromium, on a run that grows every second. Needs ``pip install -e ".[test]"``.
"""

import argparse
import itertools
import math
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext

from bench.served import SAMPLE, chromium, served
from tlcore import engine, intake, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.runs import Run
from tlcore.workspace import Workspace

EPOCHS, EARLIER, SECONDS_PER_EPOCH = 200, 3, 3
LIMIT_CORES = 0.5


def new_run(workspace: Workspace, dataset: Dataset, epochs: int) -> Run:
    run = runs.create(workspace, Recipe().changed("phases.0.epochs", EPOCHS), dataset)
    run.record("preparing")
    run.record("features_ready", phase=0, cut_point="x", reused=False, runtime="litert", seconds=1.0, keys=[])
    figures = {"trainable_params": 1000, "total_params": 10_000, "trained_layers": 0, "pictures": 200}
    run.record("phase", phase=0, cut_point="x", **figures)
    for number in range(1, epochs + 1):
        record_epoch(run, number)
    return run


def record_epoch(run: Run, number: int) -> None:
    value = math.exp(-number / 40)
    losses = {"loss": value, "accuracy": 1 - value, "val_loss": value, "val_accuracy": 0.95 - 0.9 * value}
    run.record("epoch", epoch=number, phase=0, **losses, learning_rate=0.001, seconds=SECONDS_PER_EPOCH)


def train(run: Run, first_epoch: int, seconds: float) -> None:
    """A line every second, as a training writes them, and an epoch every few."""
    end_s = time.monotonic() + seconds
    for second in itertools.count(1):
        epoch, step = divmod(second, SECONDS_PER_EPOCH)
        if step == 0:
            record_epoch(run, first_epoch + epoch - 1)
        else:
            run.record(
                "batches", epoch=first_epoch + epoch, step=step, steps=SECONDS_PER_EPOCH, elapsed_s=step
            )
        time.sleep(max(0.0, min(1.0, end_s - time.monotonic())))
        if time.monotonic() >= end_s:
            return


def processor_s(server: psutil.Process) -> float:
    """With its children: where a process cannot take another's place, the server is one of them."""
    family = [server, *server.children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


def memory_mb(server: psutil.Process) -> float:
    return sum(process.memory_info().rss for process in [server, *server.children(recursive=True)]) / 1e6


def open_pages(context: BrowserContext, link: str, viewers: int) -> None:
    for _ in range(viewers):
        page = context.new_page()
        page.goto(link)
        page.get_by_text("Trained share").wait_for(timeout=60_000)
        page.locator(".js-plotly-plot").nth(1).wait_for(timeout=60_000)


def measure(home: Path, viewers: int, seconds: float) -> tuple[float, float]:
    """Cores that the server used while so many people watched, and the MB by which its memory grew."""
    workspace = Workspace(home)
    dataset = intake.take(workspace, SAMPLE, name="clipart")
    for _ in range(EARLIER):
        done = new_run(workspace, dataset, EPOCHS)
        done.record("done", val_accuracy=0.9, test_accuracy=None, seconds={})
    done_epochs = 20
    run = new_run(workspace, dataset, done_epochs)
    crew = engine.start_or_find(workspace)
    try:
        # The engine holds its job, so it counts as alive; what it would write is written here.
        crew.submit(run.job_key, time.sleep, seconds + 300)
        with served(workspace) as (address, server), chromium() as browser:
            open_pages(browser.new_context(), f"{address}/train?run={run.id}", viewers)
            before_s, started_s, before_mb = processor_s(server), time.monotonic(), memory_mb(server)
            train(run, done_epochs + 1, seconds)
            used = (processor_s(server) - before_s) / (time.monotonic() - started_s)
            grown_mb = memory_mb(server) - before_mb
            return used, grown_mb
    finally:
        crew.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        used, grown_mb = measure(Path(folder) / "home", chosen.viewers, chosen.seconds)
    sys.stdout.write(
        f"{chosen.viewers} viewers of one run: {used:.2f} cores (at most {LIMIT_CORES} for ten); "
        f"memory {grown_mb:+.0f} MB in {chosen.seconds:.0f} s\n"
    )
    if chosen.viewers <= 10 and used > LIMIT_CORES:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
