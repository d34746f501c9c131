"""Numbers as sentences and controls write them."""

from decimal import Decimal


def written_out(value: float) -> str:
    """0.00001, not 1e-05."""
    return format(Decimal(str(value)).normalize(), "f")


def share_words(share: float) -> str:
    """0.15 → ``15 %``."""
    return f"{100 * share:.3g} %"
