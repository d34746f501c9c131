"""Which pictures belong together and stay on one side of the split: of one animal, one patient, one place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tlcore.errors import DatasetError
from tlcore.manifest import Item
from tlcore.own_split import OWN, SIDES
from tlcore.words import tr

__all__ = ["TABLE", "Way", "groups_of", "units", "ways"]

TABLE = "table"
_FOLDER = "folder:"


@dataclass(frozen=True)
class Way:
    """One way to group the pictures of a dataset, as its manifest's ``split_by`` names it."""

    key: str
    level: int
    """Of the folders, from 1; 0 for the column of labels.csv."""
    groups: int
    example: str


def ways(items: Sequence[Item]) -> list[Way]:
    """Those that make two groups or more: the column `group` of labels.csv, each level of the folders."""
    deepest = max((len(_folders(item)) for item in items), default=0)
    keys = [TABLE, *(f"{_FOLDER}{level}" for level in range(1, deepest + 1))]
    found: list[Way] = []
    seen: set[tuple[str, ...]] = set()
    for level, key in enumerate(keys):
        groups = groups_of(items, key)
        names = sorted(set(groups) - {""})
        # A level that divides nothing further is the one above it once more.
        if len(names) > 1 and tuple(groups) not in seen:
            found.append(Way(key, level, len(names), names[0]))
            seen.add(tuple(groups))
    return found


def groups_of(items: Iterable[Item], split_by: str) -> list[str]:
    """The group of each picture, ``''`` for one that is in none. Raises DatasetError for an unknown way."""
    if split_by in ("", OWN):
        return ["" for _ in items]
    if split_by == TABLE:
        return [item.group for item in items]
    level = split_by.removeprefix(_FOLDER)
    if level == split_by or not level.isdecimal() or level == "0":
        raise DatasetError(
            tr(
                "There is no way to split by '{split_by}'. Use '{table}' or '{folder}1', '{folder}2', …",
                split_by=split_by[:40],
                table=TABLE,
                folder=_FOLDER,
            )
        )
    return ["/".join(_folders(item)[: int(level)]) for item in items]


def _folders(item: Item) -> list[str]:
    """From the outermost one; those that name a side of the split tell no group."""
    return [part for part in item.folder.split("/") if part and part.casefold() not in SIDES]


def units(sha256s: Sequence[str], groups: Sequence[str], together: Iterable[Sequence[str]] = ()) -> list[str]:
    """What each picture is split with, as the least sha256 of it: equal ones, a group, near duplicates.

    A picture in two groups ties both together.
    """
    leaders: dict[str, str] = {}

    def leader(sha256: str) -> str:
        found = sha256
        while (above := leaders.get(found, found)) != found:
            found = above
        # The way is shortened for the next one who asks.
        while (above := leaders.get(sha256, sha256)) != found:
            leaders[sha256], sha256 = found, above
        return found

    def tie(one: str, other: str) -> None:
        first, second = sorted((leader(one), leader(other)))
        leaders[second] = first

    first_of: dict[str, str] = {}
    for sha256, group in zip(sha256s, groups, strict=True):
        if group:
            tie(first_of.setdefault(group, sha256), sha256)
    for alike in together:
        for other in alike[1:]:
            tie(alike[0], other)
    return [leader(sha256) for sha256 in sha256s]
