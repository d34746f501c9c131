"""Numbers as sentences and controls write them."""

from decimal import Decimal

from tlcore.words import number, tr


def written_out(value: float) -> str:
    """0.00001, not 1e-05."""
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    # It is a letter of what is no number, which a recipe never holds.
    return number(value, f".{max(0, -int(exponent))}f")


def bytes_words(value: int) -> str:
    """5234567 → ``5.23 MB``."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= size:
            return f"{number(value / size, '.3g')} {unit}"
    return f"{value} B"


def share_words(share: float) -> str:
    """0.15 → ``15%``."""
    return tr("{share:.3g}%", share=100 * share)


def range_words(low: float, high: float) -> str:
    """0.646 and 0.857 → ``65–86%``."""
    return tr("{low:.0f}–{high:.0f}%", low=100 * low, high=100 * high)
