"""Folders and archives from a real browser, through the route that keeps every piece."""

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests import pictures
from tests.browser.conftest import settled
from tests.pictures import reasons, sizes
from tlcore import datasets
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

# More than what Streamlit's own uploader loses files at; tried with 3000.
MANY = int(os.environ.get("THAW_TEST_DROPPED", "320"))


@pytest.fixture
def page(browser) -> Iterator[object]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(120_000)
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    page.close()
    assert errors == []


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small pictures, all different; awkward names; a file that is no picture."""
    folder = tmp_path_factory.mktemp("many") / "pets"
    for name in ("cats", "dögs " + "n" * 90):
        (folder / name).mkdir(parents=True)
    for n in range(MANY - 1):
        colour = (n % 256, n // 256, 77)
        place = folder / ("cats" if n % 2 else "dögs " + "n" * 90)
        Image.new("RGB", (8, 8), colour).save(place / f"{n}.png", compress_level=1)
    (folder / "cats" / "notes.txt").write_text("hello")
    return folder


def at_data(page, url: str) -> None:
    page.goto(f"{url}/data")
    page.get_by_text("Bring other pictures").or_(page.get_by_text("Bring your own")).first.wait_for()
    # A panel that is opened before all is drawn may be closed by what is still to come.
    settled(page)
    if page.get_by_text("Bring other pictures").count():
        page.get_by_text("Bring other pictures").click()
    page.get_by_role("button", name="Choose a folder").wait_for()


def brought(page, workspace: Workspace, name: str) -> Dataset:
    """The dataset that came of it."""
    page.get_by_role("heading", name=name, exact=True).wait_for()
    settled(page)
    id = page.evaluate("new URLSearchParams(location.search).get('dataset')")
    dataset = datasets.load(workspace, id)
    assert dataset.name == name
    return dataset


def test_thousands_of_files_all_arrive(page, url: str, served_workspace: Workspace, many: Path) -> None:
    at_data(page, url)
    page.locator("input.folder").set_input_files(many)
    dataset = brought(page, served_workspace, "pets")
    assert sorted(sizes(dataset).values()) == [MANY // 2 - 1, MANY // 2]
    assert {item.name for item in dataset.items} == {f"{n}.png" for n in range(MANY - 1)}
    assert list(reasons(dataset)) == ["pets/cats/notes.txt"]
    assert [*served_workspace.uploads.iterdir()] == []


def test_a_dropped_folder_goes_on_after_the_server_was_away(
    page, url: str, served_workspace: Workspace, tmp_path: Path
) -> None:
    folder = pictures.written(tmp_path / "farm", pictures.classes("cows", "pigs", each=6))
    noise = pictures.image(1, (1600, 1200))
    turned = Image.Exif()
    turned[0x0112] = 6
    noise.save(folder / "cows" / "photo.jpg", exif=turned)
    clear = Image.new("RGBA", (900, 300), (255, 0, 0, 0))
    clear.paste(noise.crop((0, 0, 450, 300)))
    clear.paste((10, 20, 200, 255), (0, 0, 200, 200))
    clear.save(folder / "pigs" / "clear.png")
    at_data(page, url)
    failures = iter(["abort", "lost", "abort"])

    def unreliable(route) -> None:
        what = next(failures, "")
        if what == "abort":
            route.abort()
        elif what == "lost":
            # It arrives, and nobody hears of it.
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/thaw/uploads/**", unreliable)
    box = page.locator(".drop").bounding_box()
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + 20,
                "y": box["y"] + 20,
                "data": {"items": [], "files": [str(folder)], "dragOperationsMask": 1},
            },
        )
    dataset = brought(page, served_workspace, "farm")
    assert sizes(dataset) == {"cows": 7, "pigs": 7}
    assert dataset.left_out == ()
    by_name = {item.name: item for item in dataset.items}
    photo, drawing = by_name["photo.jpg"], by_name["clear.png"]
    assert (photo.width_px, photo.height_px) == (384, 512), "upright, and smaller"
    with Image.open(dataset.path(photo)) as image:
        assert not image.getexif()
    with Image.open(dataset.path(drawing)) as image:
        pixels = np.asarray(image)
        assert pixels[50, 50].tolist() == [10, 20, 200]
        assert pixels[50, 500].tolist() == [255, 255, 255], "what is clear lies on white"


def test_after_a_reload_only_what_is_missing_is_sent(
    page, url: str, served_workspace: Workspace, tmp_path: Path
) -> None:
    folder = pictures.written(tmp_path / "garden", pictures.classes("bees", "ants", each=4))
    for n in range(8):
        # No picture by its name, so it is sent as it is: several pieces.
        (folder / "ants" / f"{n}.bin").write_bytes(bytes([n]) * 2_000_000)
    at_data(page, url)
    sent: list[str] = []

    def watch(route) -> None:
        # With the third piece the server is gone.
        sent.append(route.request.method)
        route.continue_() if sent.count("PUT") < 3 else route.abort()

    page.route("**/thaw/uploads/**", watch)
    page.locator("input.folder").set_input_files(folder)
    for _ in range(600):
        if sent.count("PUT") >= 3:
            break
        page.wait_for_timeout(50)
    page.unroute("**/thaw/uploads/**")
    at_data(page, url)
    offsets: list[int] = []

    def note(request) -> None:
        if request.method == "PUT":
            offsets.append(int(request.url.rpartition("=")[2]))

    page.on("request", note)
    page.locator("input.folder").set_input_files(folder)
    dataset = brought(page, served_workspace, "garden")
    assert sizes(dataset) == {"ants": 4, "bees": 4}
    assert len(dataset.left_out) == 8
    assert offsets[0] > 4_000_000, "it went on where it was"


def test_an_upload_that_ends_while_another_page_is_looked_at(
    page, url: str, served_workspace: Workspace, tmp_path: Path
) -> None:
    folder = pictures.written(tmp_path / "shed", pictures.classes("hoes", "rakes"))
    held: list[Any] = []
    finished: list[str] = []

    def hold_first(route) -> None:
        if held:
            route.continue_()
        held.append(route)

    at_data(page, url)
    page.route("**/thaw/uploads/**", hold_first)
    with page.expect_request("**/thaw/uploads/**"):
        page.locator("input.folder").set_input_files(folder)
    page.get_by_role("link", name="Model", exact=True).click()
    page.get_by_role("heading", name="Model", exact=True).wait_for()
    page.on("requestfinished", lambda request: finished.append(request.method))
    held[0].continue_()
    # What is here is asked, the pictures are sent, and it is asked again.
    for _ in range(600):
        if [method for method in finished if method != "GET"] == ["POST", "PUT", "POST"]:
            break
        page.wait_for_timeout(50)
    page.get_by_role("link", name="Data", exact=True).click()
    assert sizes(brought(page, served_workspace, "shed")) == {"hoes": 4, "rakes": 4}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.zip", b"not an archive", "is not a zip, tar or tar.gz archive"),
        ("empty.zip", pictures.zipped({}), "empty"),
        ("one.zip", pictures.zipped(pictures.classes("cats")), "Only one class was found"),
    ],
)
def test_archives_that_cannot_be_used_get_one_sentence(
    page, url: str, name: str, content: bytes, sentence: str
) -> None:
    at_data(page, url)
    page.locator("input.archive").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    alert = page.get_by_role("alert").first
    alert.wait_for()
    assert sentence in alert.inner_text()
    assert page.get_by_role("alert").count() == 1


def test_a_zip_comes_in_whole(page, url: str, served_workspace: Workspace) -> None:
    files = pictures.classes("moths", "flies")
    # Larger than one piece.
    files["moths/large.bin"] = np.random.default_rng(0).bytes(9_000_000)
    buffer = io.BytesIO(pictures.zipped(files, zipfile.ZIP_STORED))
    at_data(page, url)
    page.locator("input.archive").set_input_files(
        {"name": "insects.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}
    )
    dataset = brought(page, served_workspace, "insects")
    assert sizes(dataset) == {"flies": 4, "moths": 4}
    assert list(reasons(dataset)) == ["moths/large.bin"]
