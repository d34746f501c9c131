"""The history of a run: events, one after the other, never rewritten; and the part of them that counts.

A run may be taken up several times. What was told before and is told again is the same again, since a resume
is exact. Where it is not (another machine rounds otherwise), ``rewound`` says from where on the earlier lines
no longer count.
"""

from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]

FINAL_EVENTS = ("done", "stopped", "failed", "interrupted")


def story(events: Iterable[Event]) -> list[Event]:
    """The lines that count, in the order in which a run that nothing disturbed tells them.

    That is: queued, preparing; of each phase features_ready, phase, its epochs, kept; finishing, and the end.
    """
    told = _Told()
    for event in events:
        told.take(event)
    return told.lines()


class _Told:
    def __init__(self) -> None:
        self.beginning: dict[str, Event] = {}
        self.by_phase: dict[str, dict[int, Event]] = {"features_ready": {}, "phase": {}, "kept": {}}
        self.epochs: dict[int, Event] = {}
        self.end: dict[str, Event] = {}

    def take(self, event: Event) -> None:
        kind = event["event"]
        if kind in ("queued", "preparing"):
            self.beginning.setdefault(kind, event)
            self._begin_again()
        elif kind in self.by_phase:
            self.by_phase[kind].setdefault(event.get("phase", 0), event)
        elif kind == "epoch":
            self.epochs[event["epoch"]] = event
        elif kind == "rewound":
            self._rewind(event["epoch"], event["phase"])
        elif kind == "finishing" or kind in FINAL_EVENTS:
            self.end[kind] = event

    def _begin_again(self) -> None:
        self.end = {}
        # The phase that was under way is not over: it will say itself which epoch it keeps.
        self.by_phase["kept"].pop(max(self.by_phase["phase"], default=0), None)

    def _rewind(self, epoch: int, phase: int) -> None:
        self.epochs = {number: line for number, line in self.epochs.items() if number <= epoch}
        for kind, lines in self.by_phase.items():
            last = phase - 1 if kind == "kept" else phase
            self.by_phase[kind] = {number: line for number, line in lines.items() if number <= last}

    def lines(self) -> list[Event]:
        found = list(self.beginning.values())
        epochs = [self.epochs[number] for number in sorted(self.epochs)]
        numbers = {*self.by_phase["features_ready"], *self.by_phase["phase"], *(e["phase"] for e in epochs)}
        for phase in sorted(numbers):
            before = (self.by_phase[kind].get(phase) for kind in ("features_ready", "phase"))
            found += [line for line in before if line]
            found += [epoch for epoch in epochs if epoch["phase"] == phase]
            found += [line for line in (self.by_phase["kept"].get(phase),) if line]
        return found + list(self.end.values())


def last_attempt(events: list[Event]) -> list[Event]:
    """What was told since the run was queued or taken up last."""
    starts = [i for i, event in enumerate(events) if event["event"] in ("queued", "preparing")]
    return events[starts[-1] :] if starts else events


def unbroken_epochs(events: Iterable[Event]) -> int:
    """How many epochs from the first on are told without a gap; a line that was damaged makes one."""
    numbers = {event["epoch"] for event in story(events) if event["event"] == "epoch"}
    count = 0
    while count + 1 in numbers:
        count += 1
    return count
