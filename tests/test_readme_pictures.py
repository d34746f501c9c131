"""The pictures of the README: those that the script makes, each there, small, and described."""

import re

import pytest
from PIL import Image

from bench.pictures import FOLDER, MOST_BYTES, SHOTS, TALLEST_PX, WIDTH_PX
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"!\[([^\]]*)\]\((bench/pictures/[^)]+)\)", README)


def test_the_script_makes_just_the_pictures_that_are_kept() -> None:
    assert {f"{shot.name}.png" for shot in SHOTS} == {file.name for file in FOLDER.iterdir()}


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_a_picture_is_as_it_was_taken_and_small(shot) -> None:
    file = FOLDER / f"{shot.name}.png"
    assert file.stat().st_size <= MOST_BYTES
    with Image.open(file) as picture:
        assert (picture.format, picture.width) == ("PNG", WIDTH_PX)
        assert 400 < picture.height <= TALLEST_PX


def test_the_readme_shows_some_of_them_in_words_too() -> None:
    assert len(LINKS) >= 3
    for words, link in LINKS:
        assert (ROOT / link).is_file(), link
        assert len(words.split()) >= 5, link
