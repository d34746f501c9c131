"""Which of several choices are worth looking at, where each costs something and gives something."""

from collections.abc import Sequence


def front(costs: Sequence[float], gains: Sequence[float]) -> list[bool]:
    """Of each whether no other costs at most as much and gives at least as much, one of them better.

    The Pareto front; two that are the same in both are both on it.
    """
    points = list(zip(costs, gains, strict=True))
    return [
        not any(
            other_cost <= cost and other_gain >= gain and (other_cost, other_gain) != (cost, gain)
            for other_cost, other_gain in points
        )
        for cost, gain in points
    ]
