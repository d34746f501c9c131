"""The app on a workspace of its own, as ``thaw app`` serves it, and the Chromium to look at it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from tests.servers import ARGUMENTS, CHROMIUM, free_port, wait_until_healthy
from tlcore.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "sample_data" / "clipart"


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def starting(workspace: Workspace) -> Iterator[tuple[str, psutil.Popen]]:
    """Its address, where it may not answer yet, and its process."""
    port = str(free_port())
    command = [sys.executable, "-m", "tlcore.cli", "app", "--no-browser", "--port", port]
    server = psutil.Popen(
        [*command, "--home", str(workspace.home)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://localhost:{port}", server
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def served(workspace: Workspace) -> Iterator[tuple[str, psutil.Popen]]:
    """Its address and its process, once it answers."""
    with starting(workspace) as (address, server):
        wait_until_healthy(address, server)
        yield address, server


def settled(page: Page) -> None:
    """Until Streamlit has stopped running, and every chart and picture is there."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
    page.wait_for_function("[...document.images].every(image => image.complete)")


def train_the_sample(page: Page) -> None:
    """By one click on the start page, which is shown; until the Train page tells what became of it."""
    page.get_by_role("button", name="Try it with the sample").click()
    page.get_by_text("Done.").wait_for(timeout=300_000)
    page.get_by_role("button", name="Next: see what it got wrong").wait_for()
    settled(page)
