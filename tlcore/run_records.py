"""What a run's file from elsewhere may say: record, history, evaluation; each number and text is looked at.

Nothing of it is believed: what pages and plots take for a number is one, and no name points to a file.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic_core import from_json

from tlcore import temperature
from tlcore.about import MAX_NAME_CHARACTERS, MAX_NOTE_CHARACTERS
from tlcore.archives import clean_text
from tlcore.class_folders import MAX_CLASS_NAME_CHARACTERS
from tlcore.config import Recipe
from tlcore.datasets import Split
from tlcore.errors import RecipeError, RunError
from tlcore.intake import MAX_CLASSES
from tlcore.words import tr

MAX_EVENTS = 500_000
_MAX_WORDS = 2_000
_MAX_EPOCHS = 10**6

RUN_ID = r"^[0-9a-f]{8}-[0-9a-f]{8}$"
DATASET_ID = r"^[0-9a-f]{16}$"
FILE = r"^[0-9a-f]{64}\.(jpg|png)$"

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=1e10)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Words = Annotated[str, StringConstraints(max_length=_MAX_WORDS)]
FileName = Annotated[str, StringConstraints(pattern=FILE)]


class Checked(BaseModel):
    """Of the very types it names, and nothing more."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)


_Kind = TypeVar("_Kind", bound=BaseModel)


class Record(Checked):
    """Of ``run.json``."""

    id: str = Field(pattern=RUN_ID)
    name: str = Field(min_length=1, max_length=MAX_NAME_CHARACTERS)
    dataset_id: str = Field(pattern=DATASET_ID)
    dataset_name: str = Field(max_length=MAX_CLASS_NAME_CHARACTERS)
    classes: list[Annotated[str, StringConstraints(min_length=1, max_length=MAX_CLASS_NAME_CHARACTERS)]] = (
        Field(min_length=2, max_length=MAX_CLASSES)
    )
    several_labels: bool = False
    created: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.+Z-]{5,30}$")


class Said(Checked):
    """Of ``about.json``: what was said of the run where it comes from."""

    name: str = Field(default="", max_length=MAX_NAME_CHARACTERS)
    note: str = Field(default="", max_length=MAX_NOTE_CHARACTERS)


class Sure(Checked):
    """Of ``confidence.json``: what was chosen, and the hash of the evaluation by which it was."""

    temperature: float = Field(ge=temperature.LOWEST, le=temperature.HIGHEST)
    threshold: float = Field(ge=0, lt=1)
    evaluation: str = Field(max_length=64)


class _Took(BaseModel):
    """The seconds of a whole run; empty for one that had not begun."""

    model_config = Checked.model_config | {"extra": "allow"}
    __pydantic_extra__: dict[str, Seconds]
    total: Seconds | None = None
    features: Seconds | None = None
    training: Seconds | None = None


class _Event(BaseModel):
    # Other versions may tell more, in plain values.
    model_config = Checked.model_config | {"extra": "allow"}
    event: str = Field(pattern=r"^[a-z_]{1,40}$")
    at: str = Field(default="", max_length=40)


class _OfPhase(_Event):
    phase: int = Field(ge=0, lt=8)


class _Epoch(_OfPhase):
    epoch: int = Field(ge=1, le=_MAX_EPOCHS)
    seconds: Seconds
    loss: float
    accuracy: Share
    val_loss: float
    val_accuracy: Share
    learning_rate: float | None = None


class _Features(_Event):
    done: Count
    total: int = Field(ge=1, le=10**12)
    elapsed_s: Seconds


class _Ready(_OfPhase):
    seconds: Seconds
    reused: bool = False
    runtime: str = Field(default="", max_length=40)
    keys: list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]] = Field(
        default=[], max_length=1000
    )


class _Phase(_OfPhase):
    trainable_params: Count
    total_params: Count | None = None
    trained_layers: Count | None = None
    pictures: Count | None = None


class _Batches(_Event):
    step: Count
    steps: int = Field(ge=1, le=10**9)
    elapsed_s: Seconds
    epoch: int | None = Field(default=None, ge=1, le=_MAX_EPOCHS)


class _AtEpoch(_OfPhase):
    epoch: int = Field(ge=0, le=_MAX_EPOCHS)


class _Download(_Event):
    done: Count
    total: Count


class _Extended(_Event):
    epochs: int = Field(ge=1, le=_MAX_EPOCHS)


class _Resumed(_Event):
    epoch: Count | None = None


class _Final(_Event):
    message: Words = ""
    val_accuracy: Share | None = None
    test_accuracy: Share | None = None
    seconds: _Took = _Took()


_EVENTS: dict[str, type[_Event]] = {
    "epoch": _Epoch,
    "features": _Features,
    "features_ready": _Ready,
    "phase": _Phase,
    "batches": _Batches,
    "kept": _AtEpoch,
    "rewound": _AtEpoch,
    "download": _Download,
    "extended": _Extended,
    "resumed": _Resumed,
    **dict.fromkeys(("done", "stopped", "failed", "interrupted"), _Final),
}


class _Figures(Checked):
    name: str
    precision: Share
    recall: Share
    f1: Share
    support: Count


class _Picture(Checked):
    file: FileName
    name: Words
    label: Count
    probabilities: list[Share]
    more: list[Count] = []


class _SplitEvaluation(Checked):
    accuracy: Share
    confusion: list[list[Count]]
    classes: list[_Figures]
    pictures: list[_Picture]
    exact_match: Share | None = None
    # Not believed and not kept: pictures and recipe tell.
    figures: Any = Field(default=None, exclude=True)
    independent: Any = Field(default=None, exclude=True)


def parsed(kind: type[_Kind], content: bytes, name: str) -> _Kind:
    """A file of JSON as it should be. Raises RunError."""
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise damaged(name) from error


def recipe(content: bytes) -> Recipe:
    """Raises RunError."""
    try:
        return Recipe.parse(_json(content))
    except (RecipeError, ValueError) as error:
        raise damaged("recipe.json") from error


def events(content: bytes) -> list[dict[str, Any]]:
    """The lines of a history, in their order; one that was torn by a crash is left out. Raises RunError."""
    lines = content.split(b"\n")[:-1]
    if len(lines) > MAX_EVENTS:
        raise RunError(tr("The history has more than {limit:,} lines, which is the limit.", limit=MAX_EVENTS))
    return [event for event in map(_event, lines) if event is not None]


def lines(events: Iterable[dict[str, Any]]) -> bytes:
    """A history as it lies on the disk."""
    return b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)


def evaluation(content: bytes, classes: Iterable[str]) -> dict[str, Any]:
    """Of as many classes as the run has. Raises RunError."""
    names = list(classes)
    try:
        splits = TypeAdapter(dict[str, _SplitEvaluation]).validate_json(content, strict=True)
    except ValidationError as error:
        raise damaged("evaluation.json") from error
    if not splits.keys() <= {split.value for split in Split} or not all(
        _fits(result, names) for result in splits.values()
    ):
        raise damaged("evaluation.json")
    return {split: result.model_dump() for split, result in splits.items()}


def damaged(name: str) -> RunError:
    told = tr(
        "The file holds no run as Thaw writes it: {part} is damaged, or was changed. Export the run again.",
        part=name,
    )
    return RunError(told)


def cleaned(record: Record) -> dict[str, Any]:
    """The record with names as they are shown: no character that is not seen, or turns text around."""
    return record.model_dump() | {
        "name": clean_text(record.name) or tr("Run {id}", id=record.id[-4:]),
        "dataset_name": clean_text(record.dataset_name),
    }


def _fits(result: _SplitEvaluation, names: list[str]) -> bool:
    rows = [] if result.exact_match is not None else [len(names)] * len(names)
    return (
        [len(row) for row in result.confusion] == rows
        and [figures.name for figures in result.classes] == names
        and all(
            len(one.probabilities) == len(names) and max(one.label, *one.more, -1) < len(names)
            for one in result.pictures
        )
    )


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        value = _json(line)
    except ValueError:
        return None
    try:
        found = _Event.model_validate(value)
        told = _EVENTS.get(found.event, _Event).model_validate(value)
    except ValidationError as error:
        raise damaged("history.jsonl") from error
    if not all(_is_plain(extra, 0) for extra in (told.model_extra or {}).values()):
        raise damaged("history.jsonl")
    return dict(value)  # As it was told: what was left out stays so.


def _is_plain(value: Any, depth: int) -> bool:
    """A number, a few words, or a short list or mapping of such."""
    if isinstance(value, str):
        return len(value) <= _MAX_WORDS
    if isinstance(value, list | dict):
        inner = value if isinstance(value, list) else value.values()
        return depth < 2 and len(value) <= 1000 and all(_is_plain(one, depth + 1) for one in inner)
    return value is None or isinstance(value, int | float) and abs(value) < 1e15


def _json(content: bytes) -> Any:
    """Raises ValueError, also for what is nested too deep, or for numbers that are none."""
    return from_json(content, allow_inf_nan=False)
