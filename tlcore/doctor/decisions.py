"""What a person decided about suspects: a line for each decision, on the disk as soon as it is made.

``doctor/<dataset id>.decisions.jsonl``; a picture is named by its content and its labels, the last line about
it counts. What a person found right stays right in the versions that follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tlcore import cards
from tlcore.datasets import Dataset, Item
from tlcore.doctor import store
from tlcore.errors import DatasetError
from tlcore.words import tr
from tlcore.workspace import Workspace, append_line, read_lines

Name = tuple[str, tuple[str, ...]]
"""A picture by its sha256 and the names of its labels."""


class Action(StrEnum):
    KEEP = "keep"
    MOVE = "move"
    REMOVE = "remove"


@dataclass(frozen=True)
class Decision:
    action: Action
    to: tuple[str, ...] = ()
    """The classes that a picture is moved to."""


def decide(workspace: Workspace, dataset: Dataset, row: int, decision: Decision | None) -> None:
    """Remember what is to be done with a picture; None takes back what was decided.

    Raises DatasetError for a class that is not there, or a picture that is moved to where it is.
    """
    item = dataset.items[row]
    sha256, labels = _name(dataset, item)
    if decision is not None and decision.action is Action.MOVE:
        _check(dataset, item, decision.to)
    store.folder(workspace).mkdir(parents=True, exist_ok=True)
    append_line(
        _file(workspace, dataset.id),
        {
            "sha256": sha256,
            "labels": labels,
            "action": decision.action.value if decision else "",
            "to": decision.to if decision else (),
        },
    )


def decided(workspace: Workspace, dataset: Dataset) -> dict[int, Decision]:
    """By row, what was decided about this version."""
    found = _read(workspace, dataset.id)
    names = {_name(dataset, item): row for row, item in enumerate(dataset.items)}
    return {names[name]: one for name, one in found.items() if name in names and one is not None}


def known_right(workspace: Workspace, dataset: Dataset) -> set[int]:
    """Rows of pictures whose labels a person chose in a version before this one: kept them, or moved them."""
    kept: set[Name] = set()
    # From the oldest on: a later version may have taken it back.
    for id in reversed([*_before(workspace, dataset)]):
        for name, one in _read(workspace, id).items():
            kept.discard(name)
            if one is not None and one.action is not Action.REMOVE:
                kept.add((name[0], tuple(sorted(one.to)) or name[1]))
    return {row for row, item in enumerate(dataset.items) if _name(dataset, item) in kept}


def _check(dataset: Dataset, item: Item, to: tuple[str, ...]) -> None:
    unknown = [name for name in to if name not in dataset.classes]
    if unknown:
        raise DatasetError(tr("There is no class '{unknown}' in this dataset.", unknown=unknown[0][:100]))
    if not to or {*to} == {*_name(dataset, item)[1]}:
        raise DatasetError(tr("To move a picture, choose another class than its own."))


def _name(dataset: Dataset, item: Item) -> Name:
    return item.sha256, tuple(sorted(dataset.classes[label] for label in item.labels))


def _before(workspace: Workspace, dataset: Dataset) -> Iterator[str]:
    """Ids of the versions before this one, the latest first, as far as they are still there."""
    id, seen = dataset.parent, {dataset.id}
    while id and id not in seen:
        seen.add(id)
        yield id
        card = cards.find(workspace.datasets / id)
        id = card.parent if card is not None else ""


def _read(workspace: Workspace, dataset_id: str) -> dict[Name, Decision | None]:
    found: dict[Name, Decision | None] = {}
    for line in read_lines(_file(workspace, dataset_id)):
        try:
            name = (str(line["sha256"]), tuple(line["labels"]))
            action = line["action"]
            found[name] = Decision(Action(action), tuple(line["to"])) if action else None
        except (KeyError, TypeError, ValueError):
            continue  # A line of another version of Thaw.
    return found


def _file(workspace: Workspace, dataset_id: str) -> Path:
    store.check(dataset_id)
    return store.folder(workspace) / f"{dataset_id}.decisions.jsonl"
