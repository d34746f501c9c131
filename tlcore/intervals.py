"""How far a share that was counted on some pictures may be from the one on all such pictures."""

from math import sqrt

# The 97.5th percentile of the normal distribution, for an interval of 95%.
_Z = 1.959963984540054


def wilson(right: int, total: int) -> tuple[float, float]:
    """The 95% score interval of a share (Wilson 1927, JASA 22; Brown, Cai & DasGupta 2001 recommend it).

    It takes the pictures for independent of each other. Raises ValueError without any.
    """
    if not 0 <= right <= total or total == 0:
        raise ValueError(f"{right} of {total} is no share.")
    share, spread = right / total, _Z**2 / total
    centre = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / total + spread / total / 4)
    # Rounding may take the ends past the share itself, where all or none are right.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))
