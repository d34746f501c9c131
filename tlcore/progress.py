"""What a run's history amounts to: its status, how far it is, and why it ended as it did."""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from tlcore import history
from tlcore.config import Recipe
from tlcore.history import FINAL_EVENTS, Event
from tlcore.words import mark, tr


class Status(StrEnum):
    # Translators: what a run is at, or how it ended. "training" is also a side of a split.
    QUEUED = mark("queued")
    PREPARING = mark("preparing")
    TRAINING = mark("training")
    STOPPING = mark("stopping")
    STALLED = mark("stalled")
    DONE = mark("done")
    STOPPED = mark("stopped")
    FAILED = mark("failed")
    INTERRUPTED = mark("interrupted")

    @property
    def final(self) -> bool:
        return self in (Status.DONE, Status.STOPPED, Status.FAILED, Status.INTERRUPTED)

    @property
    def resumable(self) -> bool:
        return self.final and self is not Status.DONE


@dataclass(frozen=True)
class Progress:
    """What a run's history amounts to."""

    status: Status
    epochs: tuple[Event, ...] = ()
    """Those that count, each once, in their order."""
    epochs_total: int = 0
    share: float = 0.0
    """Of the features while it prepares, of the epochs while it trains: 0 to 1."""
    time_left_s: float | None = None
    message: str = ""
    """Why it ended as it did; while it goes on, what it does beside training."""
    kept: tuple[int, ...] = ()
    """The epochs that early stopping kept, one for each phase that had it and has ended."""
    final: Event = dataclasses.field(default_factory=dict)

    @property
    def best(self) -> Event | None:
        return max(self.epochs, key=lambda epoch: float(epoch["val_accuracy"]), default=None)


def of(recipe: Recipe, events: list[Event], *, alive: bool, stopping: bool, silent: bool) -> Progress:
    """``recipe``: as it is trained, extensions counted. ``alive``: whether the engine holds the job.

    ``stopping``: whether a stop was asked for. ``silent``: whether its worker has not been heard of for long.
    """
    status = _status(events, alive=alive, stopping=stopping, silent=silent)
    told = history.story(events)
    epochs = tuple(event for event in told if event["event"] == "epoch")
    final = events[-1] if events and events[-1]["event"] in FINAL_EVENTS else {}
    preparing = status in (Status.QUEUED, Status.PREPARING)
    expected = _epochs_expected(recipe, told)
    share, left = _features_share(events) if preparing else _training_share(expected, events, epochs)
    if status is Status.DONE:
        share = 1.0
    return Progress(
        status,
        epochs,
        expected,
        share,
        # What is left of a stop, and of saving, is not told by the pace of the epochs.
        left if status in (Status.PREPARING, Status.TRAINING) and not _finishing(events) else None,
        _message(status, events, final),
        tuple(event["epoch"] for event in told if event["event"] == "kept"),
        final,
    )


def _finishing(events: list[Event]) -> bool:
    return bool(events) and events[-1]["event"] == "finishing"


def _message(status: Status, events: list[Event], final: Event) -> str:
    if final:
        return str(final.get("message", ""))
    if status is Status.INTERRUPTED and not any(event["event"] == "preparing" for event in events):
        return tr("The training was interrupted before it began. Resume it: it begins then.")
    if status is Status.INTERRUPTED:
        return tr("The training was interrupted. Resume it: it goes on from its last checkpoint.")
    if status is Status.STALLED:
        return tr(
            "Nothing has been heard of its worker for a while. Wait, or end the worker and resume the run."
        )
    if events and events[-1]["event"] == "phase":
        return tr("The first batch takes longest: the network is made ready for training.")
    if _finishing(events):
        return tr("Saving the model and judging it.")
    if events and events[-1]["event"] == "download":
        done, total = (events[-1][key] / 1e6 for key in ("done", "total"))
        if not total:
            return tr("Downloading the pretrained weights: {done:.0f} MB.", done=done)
        return tr("Downloading the pretrained weights: {done:.0f} of {total:.0f} MB.", done=done, total=total)
    return ""


def _status(events: list[Event], *, alive: bool, stopping: bool, silent: bool) -> Status:
    last = events[-1]["event"] if events else "queued"
    if last in FINAL_EVENTS:
        return Status(last)
    if not alive:
        # Never "done": nobody wrote that it ended, and nobody works on it.
        return Status.INTERRUPTED
    queued = last in ("queued", "extended")
    if silent and not queued:
        return Status.STALLED
    if stopping:
        return Status.STOPPING
    if queued:
        return Status.QUEUED
    trains = any(event["event"] == "phase" for event in history.last_attempt(events))
    return Status.TRAINING if trains else Status.PREPARING


def _epochs_expected(recipe: Recipe, told: list[Event]) -> int:
    """The epochs of the recipe, or fewer: early stopping may have ended a phase before its time."""
    done = Counter(event["phase"] for event in told if event["event"] == "epoch")
    begun = max((event["phase"] for event in told if event["event"] == "phase"), default=0)
    ended = {*range(begun), *(event["phase"] for event in told if event["event"] == "kept")}
    return sum(
        done[number] if number in ended else phase.epochs for number, phase in enumerate(recipe.phases)
    )


def _training_share(
    expected: int, events: list[Event], epochs: tuple[Event, ...]
) -> tuple[float, float | None]:
    """Epochs done and the batches of the one under way; the time left by the pace of the latest epochs."""
    done = float(len(epochs))
    paces = [float(epoch["seconds"]) for epoch in epochs[-5:]]
    last = events[-1] if events else {}
    # After a resume some epochs are trained again: of them nothing is left to be told.
    if last.get("event") == "batches" and last.get("epoch", done + 1) > done:
        part = last["step"] / last["steps"]
        done += part
        paces = paces or [last["elapsed_s"] / part]
    left = sum(paces) / len(paces) * (expected - done) if paces else None
    return min(done / expected, 1.0), left


def _features_share(events: list[Event]) -> tuple[float, float | None]:
    last = events[-1] if events else {}
    if last.get("event") != "features" or not last.get("done"):
        return 0.0, None
    share = last["done"] / last["total"]
    return share, last["elapsed_s"] / share * (1 - share)
