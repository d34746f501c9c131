"""Numbers as people say them; those that the core says too are in ``tlcore.numbers``."""

from tlcore.words import tr


def count_words(value: int) -> str:
    """1234 → ``1,234``; 66954 → ``67 k``; 14781642 → ``14.8 M``."""
    if value < 10_000:
        return f"{value:,}"
    if value < 1_000_000:
        return f"{value / 1e3:.0f} k"
    return f"{value / 1e6:.1f} M"


def price_words(value: float) -> str:
    """An estimate: 0.34 → ``≈ 0.3 s``; nothing is said in more digits than are known."""
    if value < 0.05:
        return tr("under 0.1 s")
    return f"≈ {value:.1f} s" if value < 9.95 else f"≈ {seconds_words(value)}"


def seconds_words(value: float) -> str:
    if value < 1:
        return tr("less than a second")
    if value < 100:
        return f"{value:.0f} s"
    if value < 5400:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.1f} h"


def tenth(share: float) -> float:
    """To a tenth of a percent, as ``percent`` says it: a table would write 77.19%."""
    return round(share, 3)


def percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
