"""What the report says: findings, each a sentence, its pictures, and what may be done about it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from tlcore.datasets import Dataset, Item, Split
from tlcore.words import mark, tr

__all__ = ["SIMILAR", "Finding", "Kind", "Report", "across", "finding", "from_json", "groups", "to_json"]

# Part of every report: raise it when the same pictures would be told otherwise.
CODE_VERSION = 1


class Kind(StrEnum):
    """In the order in which they are told."""

    TWO_CLASSES = "two_classes"
    EXACT = "exact"
    NEAR = "near"
    GIVEAWAY = "giveaway"
    ALIKE = "alike"
    BLURRED = "blurred"
    EMPTY = "empty"
    TINY = "tiny"
    IMBALANCE = "imbalance"
    FEW = "few"


SIMILAR = (Kind.TWO_CLASSES, Kind.EXACT, Kind.NEAR)
"""Kinds of findings whose pictures are the same, or nearly."""


@dataclass(frozen=True)
class Finding:
    kind: Kind
    sentence: str
    key: str
    """The same for the same finding in another version of the dataset."""
    items: tuple[int, ...] = ()
    """Its pictures, by their place in the dataset."""
    classes: tuple[int, ...] = ()
    spare: tuple[int, ...] = ()
    """Pictures the remedy is for: of several alike, those that may go; with a border, all that have it."""
    score: float = 0.0
    """What it was judged by: similarity −1 to 1, sharpness, a share or a ratio."""


@dataclass(frozen=True)
class Report:
    dataset_id: str
    pictures: int
    findings: tuple[Finding, ...]
    reused: bool
    """Whether the features were there already."""
    seconds: float

    def of(self, *kinds: Kind) -> list[Finding]:
        return [one for one in self.findings if one.kind in kinds]


def finding(
    dataset: Dataset,
    kind: Kind,
    sentence: str,
    items: Iterable[int] = (),
    *,
    classes: Sequence[int] = (),
    spare: Iterable[int] = (),
    score: float = 0.0,
) -> Finding:
    """A finding with its key: by names of dataset and classes where it is about these, else by pictures."""
    shown = tuple(int(item) for item in items)
    pictures = sorted(dataset.items[item].sha256 for item in shown)
    about = [dataset.name, *(dataset.classes[label] for label in classes)]
    parts = [kind.value, *(about if classes or not pictures else pictures)]
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return Finding(kind, sentence, key, shown, tuple(classes), tuple(int(i) for i in spare), float(score))


def across(dataset: Dataset, one: Finding) -> bool:
    """Whether pictures alike lie on several sides of the split."""
    return one.kind in SIMILAR and len({dataset.items[item].split for item in one.items}) > 1


def groups(dataset: Dataset, findings: Iterable[Finding]) -> tuple[tuple[str, ...], ...]:
    """The sha256 of the pictures that must be on one side of a split: as ``Dataset.together`` has them."""
    alike = [{dataset.items[item].sha256 for item in one.items} for one in findings if one.kind in SIMILAR]
    # Equal pictures stay on one side anyway.
    return tuple(sorted(tuple(sorted(group)) for group in alike if len(group) > 1))


def to_json(report: Report) -> dict[str, Any]:
    return {"version": CODE_VERSION} | asdict(report)


def from_json(value: dict[str, Any]) -> Report | None:
    """None for the report of another version of Thaw. Raises KeyError, TypeError or ValueError for damage."""
    if value["version"] != CODE_VERSION:
        return None
    found = tuple(_finding_from(one) for one in value["findings"])
    return Report(**{key: part for key, part in value.items() if key != "version"} | {"findings": found})


def _finding_from(value: dict[str, Any]) -> Finding:
    told: dict[str, Any] = {
        key: tuple(part) if isinstance(part, list) else part for key, part in value.items()
    }
    return Finding(**told | {"kind": Kind(told["kind"])})


_SIDES = {Split.TRAIN: mark("training"), Split.VAL: mark("validation"), Split.TEST: mark("the test")}


def sides_of(items: Iterable[Item]) -> str:
    """``training and validation``."""
    found = {item.split for item in items}
    return tr(" and ").join(tr(_SIDES[side]) for side in Split if side in found)
