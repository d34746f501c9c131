"""A real server on a workspace of its own, and a real Chromium."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers import ARGUMENTS, CHROMIUM, free_port, wait_until_healthy
from tlcore import engine
from tlcore.workspace import Workspace

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where the pictures of the pages are kept for people to look at; git ignores it."""
    folder = ROOT / "tests" / "output"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def served(workspace: Workspace, empty: Path) -> Iterator[str]:
    """The app, served by the command ``thaw`` as the README says; ``empty`` is the home of who starts it."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "tlcore.cli",
        "app",
        "--no-browser",
        "--port",
        str(port),
        "--home",
        str(workspace.home),
    ]
    with open(empty / "server.log", "wb") as log:
        server = subprocess.Popen(command, env=os.environ | {"HOME": str(empty)}, stdout=log, stderr=log)
    try:
        address = f"http://localhost:{port}"
        wait_until_healthy(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        crew = engine.find(workspace)
        if crew:
            crew.stop()


@pytest.fixture(scope="session")
def served_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("served") / "home")


@pytest.fixture(scope="session")
def url(served_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(served_workspace, tmp_path_factory.mktemp("empty")) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not Path(CHROMIUM).exists():
        reason = f"There is no Chromium at {CHROMIUM}. Install it, or set THAW_TEST_CHROMIUM to its path."
        if os.environ.get("THAW_CI"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *CAMERA])
        yield chromium
        chromium.close()


def without_transitions(tab) -> None:
    """From the next page on colours change at once: of what is changing nobody could say which it has."""
    tab.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.head.append(Object.assign("
        "document.createElement('style'), { textContent: '* { transition: none !important }' })))"
    )


def settled(page) -> None:
    """Until Streamlit has stopped running and every element, charts and pictures too, is there."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function("document.querySelectorAll('[data-testid=stSkeleton]').length === 0")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.get_by_text("Something went wrong").count() == 0


def page_titles() -> list[str]:
    """Of ``pages/main.py``, which cannot be imported without Streamlit running it."""
    tree = ast.parse((ROOT / "pages" / "main.py").read_text(encoding="utf-8"))
    (pages,) = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "PAGES"
    ]
    lines = [node for node in ast.walk(pages) if isinstance(node, ast.Tuple) and len(node.elts) == 3]
    # Each with a file, a marked title and an icon, in the order of the menu.
    lines.sort(key=lambda line: line.lineno)
    return [
        ast.literal_eval(title.args[0])
        for _, title, _ in (line.elts for line in lines)
        if isinstance(title, ast.Call)
    ]


def turn_to(page, title: str) -> None:
    """By the menu at the side, which is open on a wide page."""
    page.locator("[data-testid=stSidebarNavLink]").filter(has_text=title).first.click()
    heading = "Train your own image classifier" if title == "Start" else title
    # Named: else it could be that of the page before.
    page.get_by_role("heading", name=heading, level=1, exact=True).wait_for()
    settled(page)


def scrolls_sideways(page) -> bool:
    """Whether the page, or its part beside the menu, is wider than what is seen of it."""
    over: bool = page.evaluate(
        """[document.scrollingElement, document.querySelector("[data-testid=stMain]")]
            .some((one) => one.scrollWidth > one.clientWidth)"""
    )
    return over
