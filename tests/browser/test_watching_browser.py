"""A run is watched to its end, in a real Chromium: the title of the tab, the notification, the curves."""

import time

from tests.browser.conftest import settled
from tests.conftest import SAMPLE
from tlcore import engine, intake, runs
from tlcore.config import Recipe
from tlcore.runs import Run
from tlcore.workspace import Workspace

# Chromium without a window shows none and grants none: what the page asks for is written down.
NOTIFICATIONS = """
window.told = []
window.Notification = class {
  static permission = "default"
  static requestPermission() { Notification.permission = "granted"; return Promise.resolve("granted") }
  constructor(title, options) { window.told.push([title, options.body]) }
}
"""


def epoch(run: Run, number: int) -> None:
    values = {"loss": 1 / number, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.1 * number}
    run.record("epoch", epoch=number, phase=0, **values, learning_rate=0.001, seconds=1.0)


def begun(workspace: Workspace) -> Run:
    """A run that the engine holds, and whose history is written here."""
    dataset = intake.take(workspace, SAMPLE, name="watched")
    run = runs.create(workspace, Recipe.parse({"phases": [{"epochs": 4}]}), dataset, name="Watched")
    engine.start_or_find(workspace).submit(run.job_key, time.sleep, 600)
    run.record("preparing")
    figures = {"trainable_params": 64, "total_params": 1000, "trained_layers": 0, "pictures": 24}
    run.record("phase", phase=0, cut_point=None, **figures)
    epoch(run, 1)
    return run


def test_a_run_is_watched_to_its_end(served_workspace: Workspace, url: str, browser) -> None:
    run = begun(served_workspace)
    try:
        page = browser.new_page()
        page.add_init_script(NOTIFICATIONS)
        page.goto(f"{url}/train?run={run.id}")
        page.wait_for_function("document.title === '25% · Thaw'")
        page.locator(".js-plotly-plot").nth(1).wait_for()
        page.get_by_role("button", name="Notify me when it is done").click()
        page.get_by_text("A notification comes when it is done.").wait_for()

        # What is hovered stays as long as nothing grows, although the page looks again every second.
        point = page.locator(".js-plotly-plot .scatterlayer .point").first
        point.scroll_into_view_if_needed()
        box = point.bounding_box()
        page.mouse.move(box["x"] + 3, box["y"] + 3)
        page.mouse.move(box["x"] + 4, box["y"] + 4)
        hovered = page.locator(".hoverlayer").first.get_by_text("Validation")
        hovered.wait_for()
        run.record("batches", epoch=2, step=1, steps=2, elapsed_s=1.0)
        page.wait_for_function("document.title === '38% · Thaw'")
        assert hovered.count() == 1

        epoch(run, 2)
        page.wait_for_function(
            "document.querySelector('.js-plotly-plot')?.data?.some("
            "one => one.name === 'Training' && one.x.length === 2)"
        )
        assert page.evaluate("window.told") == []
        run.record("done", val_accuracy=0.914, test_accuracy=None, seconds={})
        page.wait_for_function("document.title === '✓ Watched: 91% · Thaw'")
        page.wait_for_function("window.told.length === 1")
        settled(page)
        assert page.evaluate("window.told") == [["Thaw", "✓ Watched: 91%"]]
        assert page.get_by_role("button", name="Train on").count() == 1
        page.close()
    finally:
        crew = engine.find(served_workspace)
        if crew is not None:
            crew.kill(run.job_key)
