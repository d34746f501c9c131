"""Numbers as people say them; those that the core says too are in ``tlcore.numbers``."""

from collections.abc import Iterable

from tlcore import words
from tlcore.words import tr


def count_words(value: int) -> str:
    """1234 → ``1,234``; 66954 → ``67 k``; 14781642 → ``14.8 M``."""
    if value < 10_000:
        return words.number(value, ",")
    if value < 1_000_000:
        # Translators: thousands of parameters.
        return tr("{thousands:.0f} k", thousands=value / 1e3)
    # Translators: millions of parameters.
    return tr("{millions:.1f} M", millions=value / 1e6)


def price_words(value: float) -> str:
    """An estimate: 0.34 → ``≈ 0.3 s``; nothing is said in more digits than are known."""
    if value < 0.05:
        return tr("under 0.1 s")
    return tr("≈ {seconds:.1f} s", seconds=value) if value < 9.95 else f"≈ {seconds_words(value)}"


def seconds_words(value: float) -> str:
    if value < 1:
        return tr("less than a second")
    if value < 100:
        return tr("{seconds:.0f} s", seconds=value)
    if value < 5400:
        return tr("{minutes:.0f} min", minutes=value / 60)
    return tr("{hours:.1f} h", hours=value / 3600)


def tenth(share: float) -> float:
    """To a tenth of a percent, as ``percent`` says it: a table would write 77.19%."""
    return round(share, 3)


def percent(value: float | None) -> str:
    return "–" if value is None else words.number(value, ".1%")


def probabilities_words(ranked: Iterable[tuple[str, float]]) -> str:
    """What ``plots.probabilities`` shows, for those who do not see it."""
    each = ", ".join(f"{name} {words.number(share, '.0%')}" for name, share in ranked)
    return tr("The probability of each class: {each}", each=each)
