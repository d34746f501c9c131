"""axe-core in the page: what it finds serious or critical, and leaps in the order of headings, less what
Streamlit leaves no way to mend.
"""

from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

_SCRIPT = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")

# Rules of WCAG A and AA, the serious ones among axe's own, and the one for readers who go by headings.
_FIND = """async (known) => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"], elementRef: true })
    const isKnown = (rule, { element, any }) => known.some((one) =>
        one.rule === rule && element?.closest(one.selector)
        && (any[0]?.data?.contrastRatio ?? Infinity) >= one.least_contrast)
    return violations
        .filter(({ id, impact }) => impact === "serious" || impact === "critical" || id === "heading-order")
        .flatMap(({ id, nodes }) => nodes.filter((node) => !isKnown(id, node))
            .map((node) => `${id}: ${node.html.slice(0, 200)} | ${node.failureSummary}`))
}"""


@dataclass(frozen=True)
class Known:
    """A finding in a widget of Streamlit that no setting, label or other widget avoids."""

    rule: str
    selector: str
    """The element, or one around it."""
    reason: str
    least_contrast: float = 0.0
    """Less than that is not excused."""


KNOWN = (
    Known("list", "[data-testid=stSidebarNavItems]", "A menu with sections is a list of div elements."),
    Known(
        "listitem", "[data-testid=stSidebarNavItems] li", "A menu with sections is a list of div elements."
    ),
    Known(
        "color-contrast",
        "button[role=radio][data-selected=true], button[data-variant][data-selected=true]",
        "What is chosen is written in the accent on a tint of the accent. On a dark page no accent gives "
        "that 4.5 to 1 together with white on the accent; .streamlit/config.toml and test_contrast.py tell.",
        least_contrast=4.2,
    ),
)


def findings(page: Any) -> list[str]:
    """Each as a line: rule, element, what is wrong with it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_SCRIPT)
    found: list[str] = page.evaluate(_FIND, [asdict(one) for one in KNOWN])
    return found
