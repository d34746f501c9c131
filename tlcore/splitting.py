"""Which pictures are trained on, and which are held out: a stratified split that depends on content alone."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from tlcore.errors import DatasetError
from tlcore.words import tr

__all__ = ["Split", "check_split", "split", "split_several", "split_units"]


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


def check_split(val_fraction: float, test_fraction: float, seed: int) -> None:
    """Raises DatasetError unless validation is 5-50%, test 0-40% and the seed below 2**31."""
    if not 0.05 <= val_fraction <= 0.5:
        raise DatasetError(
            tr(
                "The validation share must be 5% to 50%. Received: {share:.0%}.",
                share=val_fraction,
            )
        )
    if not 0 <= test_fraction <= 0.4:
        raise DatasetError(
            tr(
                "The test share must be 0% to 40%. Received: {share:.0%}.",
                share=test_fraction,
            )
        )
    if not 0 <= seed < 2**31:
        raise DatasetError(
            tr("The seed of the split must be 0 to {most}. Received: {seed}.", most=2**31 - 1, seed=seed)
        )


def split(
    labels: Sequence[int], sha256s: Sequence[str], *, val_fraction: float, test_fraction: float, seed: int
) -> list[Split]:
    """A stratified split that depends only on (seed, pictures); identical pictures stay on one side.

    Pictures are ranked by a hash of the seed and their own, not by their position: adding some later
    moves few of the others across. Each class gets its share of validation and test, at least one each.
    """
    check_split(val_fraction, test_fraction, seed)
    wanted = _quotas(Counter(labels), val_fraction, test_fraction)
    sides: dict[str, Split] = {}
    # Pictures of several classes first: they fit fewer places.
    groups = _groups([(label,) for label in labels], sha256s).items()
    for sha256, group in sorted(groups, key=lambda one: (-one[1].total(), _draw(seed, one[0]))):
        sides[sha256] = Split.TRAIN
        for side, want in wanted.items():
            if all(want[label] >= n for label, n in group.items()):
                sides[sha256] = side
                for label, n in group.items():
                    want[label] -= n
                break
    return [sides[sha256] for sha256 in sha256s]


def split_several(
    label_sets: Sequence[Sequence[int]],
    sha256s: Sequence[str],
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
) -> list[Split]:
    """`split` for pictures of several labels; in shares as close as the pictures allow.

    After Sechidis, Tsoumakas and Vlahavas, "On the Stratification of Multi-Label Data" (ECML PKDD 2011),
    section 3.2: the rarest class chooses first, as it has the fewest choices. Here it takes its quotas of
    validation and test, and what no class has taken in the end is for training.
    """
    check_split(val_fraction, test_fraction, seed)
    left = Counter(label for labels in label_sets for label in labels)
    wanted = _quotas(left, val_fraction, test_fraction)
    of_class: dict[int, list[tuple[str, Counter[int]]]] = defaultdict(list)
    for sha256, group in sorted(_groups(label_sets, sha256s).items(), key=lambda one: _draw(seed, one[0])):
        for label in group:
            of_class[label].append((sha256, group))
    sides = dict.fromkeys(sha256s, Split.TRAIN)
    for label in sorted(of_class, key=lambda label: (left[label], label)):
        for side, want in wanted.items():
            quota = want[label]
            # First the pictures that every one of their classes has room for, then those that this one has.
            for strict in (True, False):
                for sha256, group in of_class[label]:
                    if sides[sha256] != Split.TRAIN or want[label] <= 0:
                        continue
                    # Equal pictures that are more than its quota are taken rather than none.
                    fitting = list(group) if strict else [label] if want[label] < quota else []
                    if any(want[other] < group[other] for other in fitting):
                        continue
                    # No class gives its last picture away: training needs one.
                    if all(left[other] > n for other, n in group.items()):
                        sides[sha256] = side
                        left.subtract(group)
                        want.update({other: want[other] - n for other, n in group.items()})
    return [sides[sha256] for sha256 in sha256s]


def split_units(
    label_sets: Sequence[Sequence[int]],
    units: Sequence[str],
    *,
    val_fraction: float,
    test_fraction: float,
    seed: int,
    kept: Mapping[str, Split],
) -> list[Split]:
    """`split` where all pictures of a unit stay on one side, and the units in `kept` where they are.

    Greedy, as scikit-learn's StratifiedGroupKFold, but for shares of any size, several labels and a seed that
    gives the same split with every version of that package: first whole units by lot as long as they fit the
    quotas, then those that bring the counts nearest, then the smallest of a class that has none yet.
    """
    check_split(val_fraction, test_fraction, seed)
    groups = _groups(label_sets, units)
    left = Counter(label for labels in label_sets for label in labels)
    wanted = _quotas(left, val_fraction, test_fraction)
    missing = {side: {label for label, n in want.items() if n > 0} for side, want in wanted.items()}
    sides: dict[str, Split] = {}

    def put(unit: str, side: Split) -> None:
        sides[unit] = side
        if side in wanted:
            left.subtract(groups[unit])
            missing[side].difference_update(groups[unit])
            for label, n in groups[unit].items():
                wanted[side][label] -= n

    def leaves_some(unit: str) -> bool:
        return all(left[label] > n for label, n in groups[unit].items())

    for unit in groups.keys() & kept.keys():
        put(unit, kept[unit])
    free = sorted(groups.keys() - kept.keys(), key=lambda unit: _draw(seed, unit))
    for side, want in wanted.items():
        for unit in free:
            fits = all(want[label] >= n for label, n in groups[unit].items())
            if unit not in sides and fits and leaves_some(unit):
                put(unit, side)
        while nearest := _nearest(want, groups, (u for u in free if u not in sides and leaves_some(u))):
            put(nearest, side)
        for label in sorted(missing[side]):
            having = [u for u in free if u not in sides and label in groups[u] and leaves_some(u)]
            if label in missing[side] and having:
                put(min(having, key=lambda unit: groups[unit].total()), side)
    return [sides.get(unit, Split.TRAIN) for unit in units]


def _nearest(want: Mapping[int, int], groups: Mapping[str, Counter[int]], units: Iterable[str]) -> str | None:
    """The unit that brings what is wanted nearest to nothing; None when each would lead away from it."""

    def gain(unit: str) -> int:
        return sum(abs(want[label]) - abs(want[label] - n) for label, n in groups[unit].items())

    best = max(units, key=gain, default=None)
    return best if best is not None and gain(best) > 0 else None


def _quotas(
    per_class: Counter[int], val_fraction: float, test_fraction: float
) -> dict[Split, dict[int, int]]:
    """How many pictures of each class validation and test should get."""
    wanted = {
        Split.VAL: {label: _share(n, val_fraction) for label, n in per_class.items()},
        Split.TEST: {label: _share(n, test_fraction) for label, n in per_class.items()},
    }
    _leave_some_to_train(per_class, wanted)
    return wanted


def _share(n: int, fraction: float) -> int:
    return max(1, math.floor(n * fraction + 0.5)) if fraction > 0 else 0


def _leave_some_to_train(per_class: Counter[int], wanted: dict[Split, dict[int, int]]) -> None:
    for label, n in per_class.items():
        while sum(want[label] for want in wanted.values()) >= n:
            larger = max(wanted.values(), key=lambda want: want[label])
            larger[label] -= 1


def _groups(label_sets: Sequence[Sequence[int]], sha256s: Sequence[str]) -> dict[str, Counter[int]]:
    """Pictures by their hash, with how often each label has them."""
    groups: dict[str, Counter[int]] = defaultdict(Counter)
    for labels, sha256 in zip(label_sets, sha256s, strict=True):
        groups[sha256].update(labels)
    return groups


def _draw(seed: int, sha256: str) -> str:
    return hashlib.sha256(f"{seed}:{sha256}".encode()).hexdigest()
