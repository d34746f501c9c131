"""Colours that can be read: the theme, and the figures on its pages (WCAG 2.2, 1.4.3 and 1.4.11)."""

import tomllib
from typing import Any

import pytest

from tests.conftest import ROOT
from tlcore import comparison_plots, evaluation_plots, plots
from tlcore.atlas import figure as atlas_figure

Colour = tuple[float, float, float]

TEXT, SHAPE = 4.5, 3.0
WHITE = "#FFFFFF"
THEME: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))[
    "theme"
]
SCHEMES = ("light", "dark")


def colour(code: str) -> Colour:
    red, green, blue = (int(code[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue


def mixed(over: str, under: str, share: float) -> Colour:
    """``over`` where it covers this share of what is under it."""
    red, green, blue = (share * a + (1 - share) * b for a, b in zip(colour(over), colour(under), strict=True))
    return red, green, blue


def luminance(of: Colour) -> float:
    """Relative luminance as WCAG defines it."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in of
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str | Colour, other: str | Colour) -> float:
    dark, light = sorted(luminance(colour(x) if isinstance(x, str) else x) for x in (one, other))
    return (light + 0.05) / (dark + 0.05)


def grounds(scheme: str) -> list[str]:
    theme = THEME[scheme]
    return [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#777777", WHITE) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_can_be_read(scheme: str) -> None:
    theme = THEME[scheme]
    for ground in grounds(scheme):
        for words in ("textColor", "codeTextColor"):
            assert contrast(theme[words], ground) >= TEXT
            # Captions and placeholders.
            assert contrast(mixed(theme[words], ground, 0.6), ground) >= TEXT
        assert contrast(theme["linkColor"], ground) >= TEXT


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_accent_can_be_read_and_written_on(scheme: str) -> None:
    """Streamlit writes white on buttons and marks, and the value of a slider in the accent on the page."""
    theme = THEME[scheme]
    page, accent = theme["backgroundColor"], theme["primaryColor"]
    assert contrast(WHITE, accent) >= TEXT
    assert contrast(accent, page) >= TEXT
    # What is chosen among several: on a dark page the most that both of these leave (tests/browser/axe.py).
    chosen = contrast(accent, mixed(accent, page, 0.1))
    assert chosen >= (TEXT if scheme == "light" else 4.2)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_drawn_can_be_seen(scheme: str) -> None:
    page = THEME[scheme]["backgroundColor"]
    drawn = [plots.ICE, plots.EMBER, plots.GREY, *(style.colour for style in comparison_plots.STYLES)]
    assert {code: round(contrast(code, page), 2) for code in drawn if contrast(code, page) < SHAPE} == {}
    # The points of the map have colours of all brightnesses, and a line around them that is seen on any page.
    assert contrast(atlas_figure.OUTLINE, page) >= SHAPE


def test_the_figures_of_the_confusion_matrix_can_be_read_in_each_cell() -> None:
    (_, pale), (_, full) = evaluation_plots.ICE_SCALE
    for percent in range(101):
        cell = mixed(full, pale, percent / 100)
        assert contrast(evaluation_plots.figure_colour(percent / 100), cell) >= TEXT, percent
