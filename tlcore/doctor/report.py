"""What the doctor says: pictures that look wrongly labelled, each with what they look like and why."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tlcore.datasets import Dataset
from tlcore.words import tr, trn

__all__ = ["CODE_VERSION", "NEAREST", "Report", "Suspect", "from_json", "names", "to_json", "why"]

# Part of every report: raise it when the same pictures would be judged otherwise.
CODE_VERSION = 1
# So many pictures of other groups are asked what they are.
NEAREST = 10


@dataclass(frozen=True)
class Suspect:
    row: int
    """The place of the picture in the dataset."""
    suggested: tuple[int, ...]
    """Its labels as the heads would have them."""
    focus: int
    """The class that speaks most against its labels: one that is missing, or one that should not be there."""
    quality: float
    """How far its labels are believed, 0 to 1."""
    probability: float
    """Of the class in focus."""
    given_probability: float
    """Of its own label; with several, of the least likely one."""
    votes: int
    """How many of its nearest pictures are of the class in focus."""
    own_votes: int
    """How many of them have its own first label."""
    asked: int
    """Nearest pictures in all."""
    near: tuple[int, ...]
    """Rows of the pictures nearest to it that speak for the suggestion."""


@dataclass(frozen=True)
class Report:
    dataset_id: str
    network: str
    """The title of the backbone whose features were used."""
    pictures: int
    folds: int
    agreed: float | None
    """The share of the judged pictures of which the heads say what their labels say; None without any."""
    suspects: tuple[Suspect, ...]
    """The most doubtful first."""
    not_judged: tuple[str, ...]
    """Classes with pictures that could not be judged, since no other picture is like them in kind."""
    seconds: float


def why(dataset: Dataset, suspect: Suspect) -> str:
    """A sentence or two: what the heads say, and the nearest pictures."""
    item = dataset.items[suspect.row]
    focus = dataset.classes[suspect.focus]
    share = _percent(suspect.probability)
    if suspect.focus in item.labels:
        said = tr(
            "Heads that never saw it give '{focus}', one of its labels, only {share}.",
            focus=focus,
            share=share,
        )
    elif dataset.several_labels:
        said = tr(
            "Heads that never saw it say that it is '{focus}' too, by {share}.", focus=focus, share=share
        )
    else:
        said = tr(
            "Heads that never saw it give '{focus}' {share} and its own class {own}.",
            focus=focus,
            share=share,
            own=_percent(suspect.given_probability),
        )
    return f"{said} {_nearest(dataset, suspect)}"


def _nearest(dataset: Dataset, suspect: Suspect) -> str:
    asked = trn("{n:,} nearest picture", "{n:,} nearest pictures", suspect.asked)
    focus = dataset.classes[suspect.focus]
    if dataset.several_labels:
        return trn(
            "Of its {asked}, {n} is '{focus}'.",
            "Of its {asked}, {n} are '{focus}'.",
            suspect.votes,
            asked=asked,
            focus=focus,
        )
    return trn(
        "Of its {asked}, {n} is '{focus}' and {own_votes} '{own}'.",
        "Of its {asked}, {n} are '{focus}' and {own_votes} '{own}'.",
        suspect.votes,
        asked=asked,
        focus=focus,
        own_votes=suspect.own_votes,
        own=dataset.classes[dataset.items[suspect.row].label],
    )


def names(dataset: Dataset, labels: Sequence[int]) -> tuple[str, ...]:
    return tuple(dataset.classes[label] for label in labels)


def to_json(report: Report) -> dict[str, Any]:
    return {"version": CODE_VERSION} | asdict(report)


def from_json(value: dict[str, Any]) -> Report | None:
    """None for the report of another version of Thaw. Raises KeyError, TypeError or ValueError for damage."""
    if value["version"] != CODE_VERSION:
        return None
    told = {key: part for key, part in value.items() if key != "version"}
    suspects = tuple(map(_suspect_from, told["suspects"]))
    return Report(**told | {"suspects": suspects, "not_judged": tuple(told["not_judged"])})


def _suspect_from(value: dict[str, Any]) -> Suspect:
    told: dict[str, Any] = {
        key: tuple(part) if isinstance(part, list) else part for key, part in value.items()
    }
    return Suspect(**told)


def _percent(share: float) -> str:
    """Rounded, but never to a certainty that it is not."""
    if 0 < share < 0.01:
        return tr("less than 1%")
    return tr("{percent:.0f}%", percent=100 * min(share, 0.99))
