"""How pictures become squares, on the Model page by AppTest."""

from dataclasses import replace

import pytest

from tests.pages.recipe_pages import Page
from tlcore import fitting
from tlcore.datasets import Dataset
from tlcore.fitting import FITS
from tlcore.workspace import Workspace

LABEL = "Pictures that are not square"


def alts(page: Page) -> list[str]:
    return [str(image.proto.imgs[0].alt) for image in page.app.image]


@pytest.fixture
def longest(few: Dataset) -> str:
    return max(few.items, key=lambda item: fitting.elongation(item.width_px, item.height_px)).name


def test_the_choice_is_written_and_survives(model: Page) -> None:
    assert model.find("button_group", LABEL).value == "stretch"
    for fit in ("crop", "pad", "stretch"):
        model.set("button_group", LABEL, fit)
        assert model.recipe.backbone.fit == fit


def test_each_fit_is_shown_on_ones_own_pictures_the_longest_first(model: Page, longest: str) -> None:
    found = alts(model)
    assert len(found) == 9
    assert [found[0], found[3], found[6]] == [f"{longest}, {words}" for words in FITS.values()]
    assert len({alt.split(", ")[0] for alt in found}) == 3


def test_without_pictures_there_is_the_choice_alone(at_home: Workspace) -> None:
    page = Page(at_home, "Model", None)
    assert page.has("button_group", LABEL)
    assert not page.app.image


def resized(dataset: Dataset, sizes: list[tuple[int, int]]) -> Dataset:
    """The dataset as if its pictures had these sizes in turn."""
    return replace(
        dataset,
        items=tuple(
            replace(item, width_px=sizes[i % len(sizes)][0], height_px=sizes[i % len(sizes)][1])
            for i, item in enumerate(dataset.items)
        ),
    )


@pytest.mark.parametrize(
    ("sizes", "said"),
    [([(90, 160), (10, 10)], "50%"), ([(160, 90)] + [(10, 10)] * 5, ""), ([(10, 10)], "")],
)
def test_a_crop_that_cuts_much_of_many_pictures_is_warned_of(
    at_home: Workspace,
    few: Dataset,
    monkeypatch: pytest.MonkeyPatch,
    sizes: list[tuple[int, int]],
    said: str,
) -> None:
    other = resized(few, sizes)
    monkeypatch.setattr("tlcore.datasets.load", lambda *words: other)
    page = Page(at_home, "Model", few, backbone__fit="crop")
    warned = [box.value.replace("\\", "") for box in page.app.warning if "of your pictures" in box.value]
    assert [said in words for words in warned] == ([True] if said else [])
    all_square = sizes == [(10, 10)]
    assert ("All of your pictures are square" in page.words) is all_square
    assert bool(page.app.image) is not all_square
    page.set("button_group", LABEL, "pad")
    assert not [box for box in page.app.warning if "of your pictures" in box.value]


def test_a_missing_picture_is_said(at_home: Workspace, few: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = replace(few, folder=few.folder / "gone")
    monkeypatch.setattr("tlcore.datasets.load", lambda *words: gone)
    page = Page(at_home, "Model", few)
    assert "is missing or damaged" in page.words
    assert page.has("button_group", LABEL)
