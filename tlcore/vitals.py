"""How a run fares beside its curves, read from its history: pace, share that is trained, features reused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tlcore.runs import Event, Run


@dataclass(frozen=True)
class Share:
    """How much of the network the present phase trains."""

    trained: int
    """Parameters."""
    total: int | None
    """None for runs of earlier versions, which did not tell it."""

    @property
    def part(self) -> float | None:
        return self.trained / self.total if self.total else None


def pictures_per_s(run: Run, events: Sequence[Event]) -> float | None:
    """Of the features while they are made, else of the training; None before there is a pace."""
    last = events[-1] if events else {}
    if last.get("event") == "features":
        return _pace(last["done"], last["elapsed_s"])
    if last.get("event") == "batches":
        return _pace(last["step"] * run.recipe.batch_size, last["elapsed_s"])
    phase = _last(events, "phase")
    if phase is None or "pictures" not in phase:
        return None
    # The first epoch makes the network ready too, so several tell more.
    seconds = [event["seconds"] for event in events[-30:] if _is_epoch_of(event, phase)][-5:]
    return _pace(phase["pictures"] * len(seconds), sum(seconds))


def share(events: Sequence[Event]) -> Share | None:
    """None before the first phase has begun."""
    phase = _last(events, "phase")
    return Share(phase["trainable_params"], phase.get("total_params")) if phase else None


def reused(events: Sequence[Event]) -> tuple[str, ...] | None:
    """The keys of the features that were there already, in all phases; None where some had to be made.

    Empty where the history says that they were reused, but not which.
    """
    ready = [event for event in events if event["event"] == "features_ready"]
    if not ready or not all(event.get("reused") for event in ready):
        return None
    return tuple(key for event in ready for key in event.get("keys", ()))


def maker(keys: Iterable[str], others: Iterable[tuple[Run, Sequence[Event]]]) -> Run | None:
    """The first of the other runs whose history says that it made some of these features."""
    wanted = set(keys)
    for other, events in others:
        for event in events:
            made = event["event"] == "features_ready" and not event.get("reused")
            if made and wanted & set(event.get("keys", ())):
                return other
    return None


def _last(events: Sequence[Event], kind: str) -> Event | None:
    return next((event for event in reversed(events) if event["event"] == kind), None)


def _is_epoch_of(event: Event, phase: Event) -> bool:
    return bool(event["event"] == "epoch" and event["phase"] == phase["phase"])


def _pace(pictures: float, seconds: float) -> float | None:
    return pictures / seconds if pictures and seconds else None
