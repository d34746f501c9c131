"""Numbers as sentences and controls write them."""

from decimal import Decimal


def written_out(value: float) -> str:
    """0.00001, not 1e-05."""
    return format(Decimal(str(value)).normalize(), "f")


def bytes_words(value: int) -> str:
    """5234567 → ``5.23 MB``."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value} B"


def share_words(share: float) -> str:
    """0.15 → ``15%``."""
    return f"{100 * share:.3g}%"


def range_words(low: float, high: float) -> str:
    """0.646 and 0.857 → ``65–86%``."""
    return f"{100 * low:.0f}–{high:.0%}"
