"""Somebody who has a keyboard and nothing else."""

from typing import Any

# As many stops as a page may have between two that somebody wants.
_MOST_STOPS = 150

# What tells that an element has the focus is on it, on what lies around it, or on what lies in it.
_REMEMBER = """() => {
    const look = (one) => {
        const parent = one.parentElement
        return [one, parent, parent?.parentElement, ...one.querySelectorAll("*")]
            .filter(Boolean).slice(0, 40).map((each) => {
                const style = getComputedStyle(each)
                return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor, style.color,
                    style.opacity].join()
            }).join("\\n")
    }
    let now = document.activeElement
    while (now?.shadowRoot?.activeElement) now = now.shadowRoot.activeElement
    window.stops ??= []
    for (const stop of stops) {
        if (stop.seen || stop.element === now || !stop.element.isConnected) continue
        stop.seen = look(stop.element) !== stop.focused
    }
    if (!now || now === document.body || stops.some(({ element }) => element === now)) return
    stops.push({ element: now, focused: look(now), seen: false })
}"""

# In one go with it, whether the focus is on what is looked for: it is asked at each stop.
_REMEMBER_AND_TELL = f"one => {{ ({_REMEMBER})(); return one === one.getRootNode().activeElement }}"


class Keyboard:
    """Walks through a page by Tab, and looks at each stop whether one sees where one is.

    The page must be one without transitions.
    """

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, target: Any) -> None:
        """Tab on until the focus is there. Fails where it never comes there: a trap, or no stop at all."""
        target.first.wait_for()
        for _ in range(_MOST_STOPS):
            self.page.keyboard.press("Tab")
            if target.first.evaluate(_REMEMBER_AND_TELL):
                return
        raise AssertionError(f"{_MOST_STOPS} times Tab do not lead to {target}")

    def press_button(self, name: str) -> None:
        self.to(self.page.get_by_role("button", name=name, exact=True))
        self.page.keyboard.press("Enter")

    def unseen(self) -> list[str]:
        """Stops, still on the page, that looked the same with the focus and without it."""
        self.page.evaluate("document.activeElement.blur()")
        self.page.evaluate(_REMEMBER)
        found: list[str] = self.page.evaluate(
            "() => stops.filter(({ element, seen }) => !seen && element.isConnected)"
            ".map(({ element }) => `${element.textContent}: ${element.outerHTML.slice(0, 200)}`)"
        )
        return found
