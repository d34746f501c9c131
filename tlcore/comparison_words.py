"""What a comparison of runs comes to, in plain sentences."""

from collections.abc import Sequence

from tlcore.comparing import Comparison, Pair
from tlcore.paired import FEWEST
from tlcore.words import number, tr, trn


def verdict(comparison: Comparison, pair: Pair, names: Sequence[str], letters: Sequence[str]) -> str:
    """What the test says of two runs, in plain words.

    ``names``: of all runs, as they are called first; ``letters``: as they are called after that.
    """
    difference, counts = comparison.pairs[pair], comparison.pairs[pair].counts
    first, second = (names[place] for place in pair)
    on = trn("on this one picture", "on these {n:,} pictures", counts.pictures)
    if not counts.differing:
        return tr(
            "{first} and {second} get the very same pictures right {on}: no difference at all.",
            first=first,
            second=second,
            on=on,
        )
    told = tr(
        "{one} alone gets {only_one:,} right, {other} alone {only_other:,} (McNemar's test, {p}).",
        one=letters[pair[0]],
        only_one=counts.only_first,
        other=letters[pair[1]],
        only_other=counts.only_second,
        p=p_words(difference.adjusted),
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
    said = tr(
        "{first} and {second} do not differ measurably {on}: {told}",
        first=first,
        second=second,
        on=on,
        told=told,
    )
    if counts.differing >= FEWEST:
        return said
    few = tr(
        "With fewer than {fewest} pictures on which they differ nothing could be proved; more held-out "
        "pictures would tell more.",
        fewest=FEWEST,
    )
    return f"{said} {few}"


def p_words(value: float) -> str:
    """``p = 0.03``; nothing is said in more digits than are of use."""
    if value < 0.001:
        return tr("p < {limit:.3f}", limit=0.001)
    return tr("p = {p:.3f}", p=value) if value < 0.1 else tr("p = {p:.2f}", p=value)


def notes(comparison: Comparison) -> list[str]:
    """What has to be known of the pictures, in sentences; none where all were judged by the same ones."""
    found = []
    if not comparison.same_pictures:
        found.append(
            tr(
                "The runs were judged by different pictures ({own}); compared are the {pictures:,} that none "
                "of them was trained on and all were judged by.",
                own=", ".join(number(share.pictures, ",") for share in comparison.own),
                pictures=len(comparison.pictures),
            )
        )
    if comparison.relabelled:
        found.append(
            tr(
                "Left out, since their labels are not the same in all datasets: {pictures:,}.",
                pictures=comparison.relabelled,
            )
        )
    if not comparison.same_classes:
        found.append(
            tr("The runs do not tell the same classes apart: the one with more has the harder task.")
        )
    return found
