"""What happened to a run, told in plain words from the events of its history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tlcore.runs import Event
from tlcore.words import tr


@dataclass(frozen=True)
class Line:
    at: str
    """ISO 8601, UTC; empty where the event did not say."""
    text: str


def tell(events: Iterable[Event]) -> tuple[Line, ...]:
    """A sentence for each event that is worth one, oldest first. Events it does not know are passed over."""
    story = _Story()
    lines: list[Line] = []
    last = ""
    for event in events:
        kind, text = str(event.get("event")), story.sentence(event)
        if text is None:
            continue
        if kind in _REPLACES.get(last, ()):
            lines.pop()
        lines.append(Line(str(event.get("at", "")), text))
        last = kind
    return tuple(lines)


# Progress, told in one line that moves on.
_REPLACES = {"download": ("download",), "features": ("features", "features_ready")}


class _Story:
    """What has to be remembered of earlier events to tell the next one."""

    def __init__(self) -> None:
        self.accuracy: dict[int, float] = {}
        """By epoch. After a resume from epoch 3, epoch 4 is told a second time."""
        self.begun = False

    def sentence(self, event: Event) -> str | None:
        teller = _TELLERS.get(str(event.get("event")))
        try:
            return teller(self, event) if teller else None
        except (KeyError, TypeError, ValueError):
            # Another version of Thaw wrote it with other fields.
            return None

    def queued(self, event: Event) -> str:
        again, self.begun = self.begun, True
        return tr("Queued again.") if again else "Queued."

    def preparing(self, event: Event) -> str:
        return tr("A worker has taken it up.")

    def download(self, event: Event) -> str:
        done, total = event["done"] / 1e6, event["total"] / 1e6
        of = f" of {total:.0f}" if total else ""
        return tr("Downloading the pretrained weights: {done:.0f}{of} MB.", done=done, of=of)

    def features(self, event: Event) -> str:
        return tr(
            "Computing features: {event:,} of {event2:,} pictures.",
            event=event["done"],
            event2=event["total"],
        )

    def features_ready(self, event: Event) -> str:
        if event.get("reused"):
            return tr("The features were there already.")
        what = "features" if event.get("cut_point") else "pictures"
        by = {"litert": " with LiteRT", "tensorflow": " with TensorFlow"}.get(event.get("runtime", ""), "")
        return tr("The {what} are ready: {event:.1f} s{by}.", what=what, event=event["seconds"], by=by)

    def phase(self, event: Event) -> str:
        begins = f"Phase {event['phase'] + 1} begins: "
        layers = event.get("trained_layers")
        if layers is None:
            return tr("{begins}{event:,} parameters learn.", begins=begins, event=event["trainable_params"])
        if layers == 0:
            return tr("{begins}the head learns.", begins=begins)
        return tr(
            "{begins}the last {value} too.",
            begins=begins,
            value=f"{layers} layers learn" if layers > 1 else "layer learns",
        )

    def epoch(self, event: Event) -> str:
        number, now = int(event["epoch"]), float(event["val_accuracy"])
        # Of an earlier attempt the later epochs do not count.
        self.accuracy = {n: value for n, value in self.accuracy.items() if n < number}
        before = self.accuracy.get(number - 1)
        best = max(self.accuracy, key=lambda n: (self.accuracy[n], -n), default=number)
        self.accuracy[number] = now
        head = f"Epoch {number}: validation accuracy "
        if before is None:
            return f"{head}{now:.2f}."
        # Two figures that look alike are no news.
        now, before, top = round(now, 2), round(before, 2), round(self.accuracy[best], 2)
        moved = "stayed at" if now == before else "rose to" if now > before else "fell to"
        better = f"; the best is {top:.2f} of epoch {best}" if now < top else ""
        return f"{head}{moved} {now:.2f}{better}."

    def kept(self, event: Event) -> str:
        return tr(
            "Kept epoch {event}: its validation loss was the lowest of phase {event2}.",
            event=event["epoch"],
            event2=event["phase"] + 1,
        )

    def finishing(self, event: Event) -> str:
        return tr("Saving the model and judging it.")

    def done(self, event: Event) -> str:
        return f"Done{_after(event)}.{_judged(event)}"

    def stopped(self, event: Event) -> str:
        if not self.accuracy:
            return tr("Stopped before its first epoch ended.")
        return tr("Stopped after epoch {max}.{judged}", max=max(self.accuracy), judged=_judged(event))

    def failed(self, event: Event) -> str:
        return f"Failed. {event['message']}"

    def resumed(self, event: Event) -> str:
        epoch = event.get("epoch")
        return (
            tr("Resumed after epoch {epoch}.", epoch=epoch)
            if epoch
            else tr("Begun anew: nothing had been learned yet.")
        )

    def rewound(self, event: Event) -> str:
        return tr(
            "The epochs after {event} are trained again, not quite the same as before.", event=event["epoch"]
        )

    def interrupted(self, event: Event) -> str:
        return str(event.get("message") or "Interrupted.")

    def damaged(self, event: Event) -> str:
        return tr(
            "The checkpoint of epoch {event} is damaged; the one before it is used.", event=event["epoch"]
        )

    def extended(self, event: Event) -> str:
        return tr("Extended by {count}.", count=_count(event["epochs"], "epoch"))

    def stalled(self, event: Event) -> str:
        return tr("Nothing was heard of it for a while.")


_TELLERS: dict[str, Callable[[_Story, Event], str]] = {
    name: teller for name, teller in vars(_Story).items() if not name.startswith("_") and name != "sentence"
}


def _after(event: Event) -> str:
    total = (event.get("seconds") or {}).get("total")
    return "" if total is None else tr(" after {total:.1f} s", total=total)


def _judged(event: Event) -> str:
    value = event.get("val_accuracy")
    return "" if value is None else tr(" Validation accuracy {value:.2f}.", value=value)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
