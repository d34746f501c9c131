"""Pictures of a camera in a real browser: Chromium's fake one, whose picture moves."""

import re
from collections.abc import Iterator

import pytest

from tests import pictures
from tests.browser.conftest import settled
from tlcore import datasets, intake
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

pytestmark = pytest.mark.browser

ENDED = "window.seen.every(track => track.readyState === 'ended')"


@pytest.fixture
def page(browser) -> Iterator[object]:
    context = browser.new_context(viewport={"width": 1280, "height": 1100}, permissions=["camera"])
    page = context.new_page()
    page.set_default_timeout(60_000)
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    context.close()
    assert errors == []


def thumbs(page, name: str):
    return page.get_by_role("button", name=re.compile(rf"^Delete .*jpg of {name}$"))


def until(page, name: str, count: int) -> None:
    """So many of a class are taken."""
    thumbs(page, name).nth(count - 1).wait_for()


def open_panels(page, *panels: str) -> None:
    """When all is drawn: a panel that is opened before may be closed by what is still to come."""
    page.get_by_text(panels[0], exact=True).wait_for()
    settled(page)
    for panel in panels:
        page.get_by_text(panel, exact=True).click()


def opened(page, url: str, *panels: str) -> None:
    page.goto(url)
    open_panels(page, *panels)
    page.get_by_role("button", name="Start the camera").locator("visible=true").click()
    page.get_by_label("Class of the next pictures").locator("visible=true").wait_for()


def name_class(page, name: str) -> None:
    page.get_by_label("Class of the next pictures").locator("visible=true").fill(name)


def hold_button(page):
    return page.get_by_role("button", name="Hold to take pictures").locator("visible=true")


def chosen(page, workspace: Workspace) -> Dataset:
    settled(page)
    id = page.evaluate("new URLSearchParams(location.search).get('dataset')")
    return datasets.load(workspace, id)


def tracks(page) -> list[str]:
    """The state of the camera that the page shows; ``window.seen`` keeps hold of it."""
    return page.evaluate(
        """() => {
            window.seen = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')]
                .map(element => element.shadowRoot.querySelector('video')?.srcObject)
                .find(Boolean).getTracks()
            return window.seen.map(track => track.readyState)
        }"""
    )


def paste(page, files: dict[str, bytes]) -> None:
    """As Ctrl+V anywhere on the page."""
    page.evaluate(
        """files => {
            const clipboardData = new DataTransfer()
            for (const [name, content] of Object.entries(files)) {
                clipboardData.items.add(new File([new Uint8Array(content)], name, { type: "image/png" }))
            }
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }))
        }""",
        {name: list(content) for name, content in files.items()},
    )


def test_two_classes_by_mouse_and_keyboard_become_a_dataset(
    page, url: str, served_workspace: Workspace
) -> None:
    page.goto(f"{url}/data")
    page.get_by_text("Bring your own").first.wait_for(state="attached")
    panels = ["Bring other pictures"] if page.get_by_text("Bring other pictures").count() else []
    opened(page, f"{url}/data", *panels, "Take pictures with the camera")
    hold = hold_button(page)
    hold.press("Space")
    page.get_by_text("Type the name of a class first.").wait_for()
    name_class(page, "left; or right")
    # It waits until the button stays where it is, and in sight.
    hold.hover(position={"x": 20, "y": 20})
    page.mouse.down()
    until(page, "left, or right", 6)
    assert page.get_by_role("button", name="Make a dataset").count() == 1
    page.mouse.up()
    name_class(page, "train")
    page.get_by_text("A dataset has two classes or more.").wait_for()
    hold.focus()
    page.keyboard.down("Space")
    until(page, "train", 6)
    page.keyboard.up("Space")
    # Told at the end of the hold.
    page.get_by_text(re.compile(r"\d in the class train\.")).wait_for()
    first = thumbs(page, "left, or right").first
    deleted = first.get_attribute("aria-label").split()[1]
    first.press("Enter")
    counts = {name: thumbs(page, name).count() for name in ("left, or right", "train")}
    page.get_by_label("Name of the dataset").fill("ways")
    # Out of sight while the pictures are sent, so it is off.
    held = []
    page.route("**/thaw/uploads/**", lambda route: held.append(route))
    assert tracks(page) == ["live"]
    page.get_by_role("button", name=f"Make a dataset of {sum(counts.values())} pictures").click()
    page.wait_for_function(ENDED)
    page.unroute("**/thaw/uploads/**")
    page.get_by_role("heading", name="ways", exact=True).wait_for()
    dataset = chosen(page, served_workspace)
    assert pictures.sizes(dataset) == counts
    assert deleted not in {item.name for item in dataset.items}
    assert len({item.group for item in dataset.items}) == 2, "those of one hold belong together"
    assert {max(item.width_px, item.height_px) for item in dataset.items} == {512}
    assert min(item.width_px / item.height_px for item in dataset.items) > 1.3, "the whole frame"


def test_a_class_grows_and_the_camera_goes_off_when_it_is_left(
    page, url: str, served_workspace: Workspace
) -> None:
    dataset = intake.take(served_workspace, pictures.classes("cup", "mug", each=6).items(), name="things")
    opened(page, f"{url}/data?dataset={dataset.id}", "Add to these pictures", "With the camera")
    name_class(page, "mug")
    # As a screen reader clicks: one picture.
    hold_button(page).dispatch_event("click", {"detail": 0})
    until(page, "mug", 1)
    assert tracks(page) == ["live"]
    page.get_by_text("With the camera", exact=True).click()
    page.wait_for_function(ENDED)
    page.get_by_text("With the camera", exact=True).click()
    page.get_by_role("button", name="Start the camera").click()
    hold_button(page).wait_for()
    assert tracks(page) == ["live"]
    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_role("heading", name="Model", exact=True).wait_for()
    page.wait_for_function(ENDED)
    page.get_by_role("link", name="Data", exact=True).click()
    open_panels(page, "Add to these pictures", "With the camera")
    page.get_by_role("button", name="Add 1 picture").click()
    page.get_by_text("1 picture added to 'mug'").first.wait_for()
    added = chosen(page, served_workspace)
    assert pictures.sizes(added) == {"cup": 6, "mug": 7}
    assert added.parent == dataset.id
    page.get_by_text("Add to these pictures").click()
    page.get_by_role("button", name="Choose pictures").wait_for()
    paste(page, {"image.png": pictures.png(900), "own name.png": pictures.png(901)})
    page.get_by_text("2 pictures added to 'cup'").first.wait_for()
    added = chosen(page, served_workspace)
    assert pictures.sizes(added) == {"cup": 8, "mug": 7}
    new = sorted(item.name for item in added.items)[-2:]
    assert new[0] == "own name.png"
    assert re.fullmatch(r"pasted-\d{8}T\d{6}-1\.png", new[1])


def test_why_there_is_no_camera_is_said(page, url: str, served_workspace: Workspace) -> None:
    dataset = intake.take(served_workspace, pictures.classes("cup", "mug", each=6).items(), name="things")
    page.goto(f"{url}/data?dataset={dataset.id}")
    open_panels(page, "Add to these pictures", "With the camera")
    for refusal, said in (
        ("NotAllowedError", "The browser may not use the camera. Allow it beside the address"),
        ("NotFoundError", "No camera was found. Connect one"),
        ("NotReadableError", "another program may be using it"),
        ("", "only to pages that are opened as https:// or as http://localhost"),
    ):
        page.evaluate(
            """refusal => {
                if (!refusal) Object.defineProperty(window, "isSecureContext", { value: false })
                navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", refusal) }
            }""",
            refusal,
        )
        page.get_by_role("button", name="Start the camera").locator("visible=true").click()
        page.get_by_role("status").filter(has_text=said).wait_for()
        assert hold_button(page).count() == 0
