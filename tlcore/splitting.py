"""Which pictures are trained on, and which are held out: a stratified split that depends on content alone."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from enum import StrEnum

from tlcore.errors import DatasetError

__all__ = ["Split", "check_split", "split"]


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


def check_split(val_fraction: float, test_fraction: float, seed: int) -> None:
    """Raises DatasetError unless validation is 5-50 %, test 0-40 % and the seed below 2**31."""
    if not 0.05 <= val_fraction <= 0.5:
        raise DatasetError(f"The validation share must be 5 % to 50 %. Received: {val_fraction:.0%}.")
    if not 0 <= test_fraction <= 0.4:
        raise DatasetError(f"The test share must be 0 % to 40 %. Received: {test_fraction:.0%}.")
    if not 0 <= seed < 2**31:
        raise DatasetError(f"The seed of the split must be 0 to {2**31 - 1}. Received: {seed}.")


def split(
    labels: Sequence[int], sha256s: Sequence[str], *, val_fraction: float, test_fraction: float, seed: int
) -> list[Split]:
    """A stratified split that depends only on (seed, pictures); identical pictures stay on one side.

    Pictures are ranked by a hash of the seed and their own, not by their position: adding some later
    moves few of the others across. Each class gets its share of validation and test, at least one each.
    """
    check_split(val_fraction, test_fraction, seed)
    per_class = Counter(labels)
    wanted = {
        Split.VAL: {label: _share(n, val_fraction) for label, n in per_class.items()},
        Split.TEST: {label: _share(n, test_fraction) for label, n in per_class.items()},
    }
    _leave_some_to_train(per_class, wanted)
    sides: dict[str, Split] = {}
    for sha256, group in _ranked_groups(labels, sha256s, seed):
        sides[sha256] = Split.TRAIN
        for side, want in wanted.items():
            if all(want[label] >= n for label, n in group.items()):
                sides[sha256] = side
                for label, n in group.items():
                    want[label] -= n
                break
    return [sides[sha256] for sha256 in sha256s]


def _share(n: int, fraction: float) -> int:
    return max(1, math.floor(n * fraction + 0.5)) if fraction > 0 else 0


def _leave_some_to_train(per_class: Counter[int], wanted: dict[Split, dict[int, int]]) -> None:
    for label, n in per_class.items():
        while sum(want[label] for want in wanted.values()) >= n:
            larger = max(wanted.values(), key=lambda want: want[label])
            larger[label] -= 1


def _ranked_groups(
    labels: Sequence[int], sha256s: Sequence[str], seed: int
) -> list[tuple[str, Counter[int]]]:
    """Pictures with how often each label has them. Those of several classes first: they fit fewer places."""
    groups: dict[str, Counter[int]] = defaultdict(Counter)
    for label, sha256 in zip(labels, sha256s, strict=True):
        groups[sha256][label] += 1

    def rank(group: tuple[str, Counter[int]]) -> tuple[int, str]:
        return -group[1].total(), hashlib.sha256(f"{seed}:{group[0]}".encode()).hexdigest()

    return sorted(groups.items(), key=rank)
