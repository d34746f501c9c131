"""The pictures of the README, of the real app on the sample: ``python -m bench.pictures``.

In an empty workspace, by the clicks of a person. Needs ``pip install -e ".[test]"`` and Chromium.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page

from bench.served import SAMPLE, chromium, served, settled, train_the_sample
from tlcore import engine
from tlcore.workspace import Workspace

FOLDER = Path(__file__).resolve().parent / "pictures"
WIDTH_PX, TALLEST_PX = 1280, 1400
MOST_BYTES = 150_000
# The most of these by which a picture is small enough.
_COLOURS = (256, 192, 128)
_MARGIN_PX = 28
_WAIT_MS = 120_000


@dataclass(frozen=True)
class Shot:
    """The page as ``show`` leaves it, down to what that returns. Each goes on from the one before."""

    name: str
    show: Callable[[Page], Locator]
    scheme: Literal["light", "dark"] = "light"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch) / "home")
        try:
            with served(workspace) as (address, _), chromium() as browser:
                page = browser.new_page(viewport={"width": WIDTH_PX, "height": TALLEST_PX})
                page.set_default_timeout(_WAIT_MS)
                page.goto(address)
                for shot in SHOTS:
                    sys.stdout.write(f"{shot.name}: {take(page, shot, folder) / 1000:.0f} kB\n")
        finally:
            if crew := engine.find(workspace):
                crew.stop()


def take(page: Page, shot: Shot, folder: Path) -> int:
    """Bytes of the picture. Exits where it cannot be made small enough."""
    page.emulate_media(color_scheme=shot.scheme)
    last = shot.show(page)
    # Off what was clicked, which has other colours then.
    page.mouse.move(0, 0)
    settled(page)
    box = last.bounding_box()
    assert box is not None
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH_PX, "height": box["y"] + box["height"] + _MARGIN_PX}
    content = smallest(page.screenshot(animations="disabled", caret="hide", clip=clip))
    (folder / f"{shot.name}.png").write_bytes(content)
    return len(content)


def smallest(content: bytes) -> bytes:
    """The picture in as many colours as its size allows."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    for colours in _COLOURS:
        buffer = io.BytesIO()
        # Covering all colours first keeps the rare ones, such as the ember of the logo.
        few = picture.quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        few.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise SystemExit(f"In {_COLOURS[-1]} colours a picture is larger than {MOST_BYTES:,} bytes.")


def turn_to(page: Page, title: str) -> None:
    page.get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=title, level=1, exact=True).wait_for()
    settled(page)


def to_the_top(place: Locator) -> None:
    place.first.evaluate("one => one.scrollIntoView({ block: 'start' })")


def start(page: Page) -> Locator:
    page.get_by_role("img", name="The layers of a network as a strip").wait_for()
    return page.get_by_text("No runs yet").first


def train(page: Page) -> Locator:
    train_the_sample(page)
    return page.get_by_text("What is overfitting?")


def model(page: Page) -> Locator:
    """With the last layers thawed in a second phase, so that the strip has both colours and prices."""
    turn_to(page, "Model")
    page.get_by_text("Full control", exact=True).click()
    page.get_by_role("button", name="Ready-made").first.click()
    page.get_by_role("menuitem", name="Head, then fine-tune the last layers").click()
    page.get_by_text("Phase 2", exact=True).click()
    page.get_by_text("In all, every phase").wait_for()
    settled(page)
    to_the_top(page.get_by_role("heading", name="Frozen and trained"))
    return page.get_by_role("button", name="Ready-made").first


def evaluate(page: Page) -> Locator:
    turn_to(page, "Evaluate")
    to_the_top(page.get_by_role("heading", name="Confusion matrix"))
    return page.get_by_role("combobox", name="Said")


def predict(page: Page) -> Locator:
    turn_to(page, "Predict")
    page.locator("input.pictures").set_input_files(SAMPLE / "vehicle" / "bicycle_01.jpg")
    page.get_by_text("It looks like").wait_for()
    page.get_by_alt_text("Heat map").first.wait_for()
    return page.get_by_text("Bright parts raised the score")


SHOTS = (
    Shot("start", start),
    Shot("train", train),
    Shot("model", model),
    Shot("evaluate", evaluate),
    Shot("predict", predict, "dark"),
)

if __name__ == "__main__":
    main()
