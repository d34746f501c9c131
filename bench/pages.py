"""How long somebody waits for a page: ``python -m bench.pages``.

The start page from a cold start of the server, in an empty workspace; then from page to page, in one with
a run that was trained on the sample. In a real Chromium, which runs already.
Needs ``pip install -e ".[test]"``.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from bench.served import chromium, served, settled, starting, train_the_sample
from tests.servers import wait_until_healthy
from tlcore import engine
from tlcore.workspace import Workspace

COLD_S, SWITCH_S = 3.0, 0.5
HEADINGS = {"Start": "Train your own image classifier"}
# From the click until the page's script has ended and its heading is there, looked at in each frame.
_SWITCH = """([title, heading]) => new Promise((done, failed) => {
    const link = [...document.querySelectorAll("[data-testid=stSidebarNavLink]")]
        .find((one) => one.innerText.trim().endsWith(title))
    const began = performance.now()
    link.click()
    const look = () => {
        const passed = performance.now() - began
        const app = document.querySelector("[data-testid=stApp]")
        const shown = document.querySelector("[data-testid=stMain] h1")?.innerText.trim()
        if (shown === heading && app.dataset.testScriptState === "notRunning") done(passed / 1000)
        else if (passed > 30000) failed(new Error(`${title}: ${shown}`))
        else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
})"""


def cold_s(browser: Browser) -> float:
    """From the command until the start page can be read and used."""
    with tempfile.TemporaryDirectory() as folder:
        page = browser.new_page()
        started_s = time.perf_counter()
        with starting(Workspace(Path(folder) / "home")) as (address, server):
            wait_until_healthy(address, server, every_s=0.01)
            _goto(page, address)
            page.get_by_role("heading", level=1).wait_for()
            page.get_by_role("button", name="Try it with the sample").wait_for()
            took_s = time.perf_counter() - started_s
        page.close()
        return took_s


def _goto(page: Page, address: str) -> None:
    """It may answer for its health a moment before it answers for its pages."""
    try:
        page.goto(address, wait_until="commit")
    except Error:
        page.wait_for_timeout(20)
        page.goto(address, wait_until="commit")


def switches_s(browser: Browser, rounds: int) -> dict[str, float]:
    """By page, the median of a few; each is visited once before, as by somebody who looks around."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder) / "home")
        try:
            with served(workspace) as (address, _):
                page = browser.new_page(viewport={"width": 1280, "height": 1000})
                page.set_default_timeout(60_000)
                page.goto(address)
                train_the_sample(page)
                found: dict[str, list[float]] = {title: [] for title in titles(page)}
                for number in range(rounds + 1):
                    for title in found:
                        took_s = page.evaluate(_SWITCH, [title, HEADINGS.get(title, title)])
                        settled(page)
                        if number:
                            found[title].append(took_s)
        finally:
            if crew := engine.find(workspace):
                crew.stop()
    return {title: statistics.median(each) for title, each in found.items()}


def titles(page: Page) -> list[str]:
    """Of all pages, as the menu has them; the name of an icon stands before each."""
    links = page.locator("[data-testid=stSidebarNavLink]")
    return [text.splitlines()[-1].strip() for text in links.all_inner_texts()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with chromium() as browser:
        cold = [cold_s(browser) for _ in range(rounds)]
        sys.stdout.write(
            f"The start page from a cold start: {statistics.median(cold):.2f} s, the slowest of {rounds} "
            f"{max(cold):.2f} s (at most {COLD_S:g}).\n"
        )
        sys.stdout.flush()
        switches = switches_s(browser, rounds)
    sys.stdout.write(f"From page to page (at most {SWITCH_S:g} s, the median of {rounds}):\n")
    for title, took_s in switches.items():
        sys.stdout.write(f"  {title:12} {took_s:.2f} s\n")
    return 0 if statistics.median(cold) < COLD_S and max(switches.values()) < SWITCH_S else 1


if __name__ == "__main__":
    sys.exit(main())
