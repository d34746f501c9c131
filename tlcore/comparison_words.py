"""What a comparison of runs comes to, in plain sentences."""

from collections.abc import Sequence

from tlcore.comparing import Comparison, Pair
from tlcore.paired import FEWEST
from tlcore.words import tr


def verdict(comparison: Comparison, pair: Pair, names: Sequence[str], letters: Sequence[str]) -> str:
    """What the test says of two runs, in plain words.

    ``names``: of all runs, as they are called first; ``letters``: as they are called after that.
    """
    difference, counts = comparison.pairs[pair], comparison.pairs[pair].counts
    first, second = (names[place] for place in pair)
    on = f"on these {counts.pictures:,} pictures" if counts.pictures > 1 else "on this one picture"
    if not counts.differing:
        return tr(
            "{first} and {second} get the very same pictures right {on}: no difference at all.",
            first=first,
            second=second,
            on=on,
        )
    told = (
        f"{letters[pair[0]]} alone gets {counts.only_first:,} right, {letters[pair[1]]} alone "
        f"{counts.only_second:,} "
        f"(McNemar's test, {p_words(difference.adjusted)})."
    )
    if difference.is_measurable:
        better, other = (first, second) if counts.only_first > counts.only_second else (second, first)
        return tr(
            "{better} is measurably better than {other} {on}: {told}",
            better=better,
            other=other,
            on=on,
            told=told,
        )
    few = (
        f" With fewer than {FEWEST} pictures on which they differ nothing could be proved; more held-out "
        "pictures would tell more."
        if counts.differing < FEWEST
        else ""
    )
    return tr(
        "{first} and {second} do not differ measurably {on}: {told}{few}",
        first=first,
        second=second,
        on=on,
        told=told,
        few=few,
    )


def p_words(value: float) -> str:
    """``p = 0.03``; nothing is said in more digits than are of use."""
    if value < 0.001:
        return "p < 0.001"
    return f"p = {value:.3f}" if value < 0.1 else f"p = {value:.2f}"


def notes(comparison: Comparison) -> list[str]:
    """What has to be known of the pictures, in sentences; none where all were judged by the same ones."""
    found = []
    if not comparison.same_pictures:
        own = ", ".join(f"{share.pictures:,}" for share in comparison.own)
        found.append(
            f"The runs were judged by different pictures ({own}); compared are the "
            f"{len(comparison.pictures):,} that none of them was trained on and all were judged by."
        )
    if comparison.relabelled:
        found.append(
            f"Left out, since their labels are not the same in all datasets: {comparison.relabelled:,}."
        )
    if not comparison.same_classes:
        found.append("The runs do not tell the same classes apart: the one with more has the harder task.")
    return found
