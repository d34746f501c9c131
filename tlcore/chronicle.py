"""What happened to a run, told in plain words from the events of its history."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tlcore.runs import Event
from tlcore.words import tr, trn


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
        return tr("Queued again.") if again else tr("Queued.")

    def preparing(self, event: Event) -> str:
        return tr("A worker has taken it up.")

    def download(self, event: Event) -> str:
        done, total = event["done"] / 1e6, event["total"] / 1e6
        if not total:
            return tr("Downloading the pretrained weights: {done:.0f} MB.", done=done)
        return tr("Downloading the pretrained weights: {done:.0f} of {total:.0f} MB.", done=done, total=total)

    def features(self, event: Event) -> str:
        return tr(
            "Computing features: {done:,} of {total:,} pictures.", done=event["done"], total=event["total"]
        )

    def features_ready(self, event: Event) -> str:
        if event.get("reused"):
            return tr("The features were there already.")
        seconds, runtime = event["seconds"], _RUNTIMES.get(event.get("runtime", ""))
        if event.get("cut_point"):
            if runtime:
                return tr(
                    "The features are ready: {seconds:.1f} s with {runtime}.",
                    seconds=seconds,
                    runtime=runtime,
                )
            return tr("The features are ready: {seconds:.1f} s.", seconds=seconds)
        if runtime:
            return tr(
                "The pictures are ready: {seconds:.1f} s with {runtime}.", seconds=seconds, runtime=runtime
            )
        return tr("The pictures are ready: {seconds:.1f} s.", seconds=seconds)

    def phase(self, event: Event) -> str:
        phase, layers = event["phase"] + 1, event.get("trained_layers")
        if layers is None:
            return tr(
                "Phase {phase} begins: {parameters:,} parameters learn.",
                phase=phase,
                parameters=event["trainable_params"],
            )
        if layers == 0:
            return tr("Phase {phase} begins: the head learns.", phase=phase)
        return trn(
            "Phase {phase} begins: the last layer learns too.",
            "Phase {phase} begins: the last {n} layers learn too.",
            layers,
            phase=phase,
        )

    def epoch(self, event: Event) -> str:
        number, now = int(event["epoch"]), float(event["val_accuracy"])
        # Of an earlier attempt the later epochs do not count.
        self.accuracy = {n: value for n, value in self.accuracy.items() if n < number}
        before = self.accuracy.get(number - 1)
        best = max(self.accuracy, key=lambda n: (self.accuracy[n], -n), default=number)
        self.accuracy[number] = now
        if before is None:
            return tr("Epoch {epoch}: validation accuracy {accuracy:.2f}.", epoch=number, accuracy=now)
        # Two figures that look alike are no news.
        now, before, top = round(now, 2), round(before, 2), round(self.accuracy[best], 2)
        moved = _moved(number, before, now)
        if now >= top:
            return f"{moved}."
        return tr(
            "{moved}; the best is {accuracy:.2f} of epoch {epoch}.", moved=moved, accuracy=top, epoch=best
        )

    def kept(self, event: Event) -> str:
        return tr(
            "Kept epoch {epoch}: its validation loss was the lowest of phase {phase}.",
            epoch=event["epoch"],
            phase=event["phase"] + 1,
        )

    def finishing(self, event: Event) -> str:
        return tr("Saving the model and judging it.")

    def done(self, event: Event) -> str:
        seconds = (event.get("seconds") or {}).get("total")
        ended = tr("Done.") if seconds is None else tr("Done after {seconds:.1f} s.", seconds=seconds)
        return f"{ended}{_judged(event)}"

    def stopped(self, event: Event) -> str:
        if not self.accuracy:
            return tr("Stopped before its first epoch ended.")
        return f"{tr('Stopped after epoch {epoch}.', epoch=max(self.accuracy))}{_judged(event)}"

    def failed(self, event: Event) -> str:
        return f"{tr('Failed.')} {event['message']}"

    def resumed(self, event: Event) -> str:
        epoch = event.get("epoch")
        if not epoch:
            return tr("Begun anew: nothing had been learned yet.")
        return tr("Resumed after epoch {epoch}.", epoch=epoch)

    def rewound(self, event: Event) -> str:
        return tr(
            "The epochs after {epoch} are trained again, not quite the same as before.", epoch=event["epoch"]
        )

    def interrupted(self, event: Event) -> str:
        return str(event.get("message") or tr("Interrupted."))

    def damaged(self, event: Event) -> str:
        return tr(
            "The checkpoint of epoch {epoch} is damaged; the one before it is used.", epoch=event["epoch"]
        )

    def extended(self, event: Event) -> str:
        return trn("Extended by {n:,} epoch.", "Extended by {n:,} epochs.", event["epochs"])

    def stalled(self, event: Event) -> str:
        return tr("Nothing was heard of it for a while.")


_TELLERS: dict[str, Callable[[_Story, Event], str]] = {
    name: teller for name, teller in vars(_Story).items() if not name.startswith("_") and name != "sentence"
}

_RUNTIMES = {"litert": "LiteRT", "tensorflow": "TensorFlow"}


def _moved(epoch: int, before: float, now: float) -> str:
    """Without the full stop."""
    if now == before:
        return tr("Epoch {epoch}: validation accuracy stayed at {accuracy:.2f}", epoch=epoch, accuracy=now)
    if now > before:
        return tr("Epoch {epoch}: validation accuracy rose to {accuracy:.2f}", epoch=epoch, accuracy=now)
    return tr("Epoch {epoch}: validation accuracy fell to {accuracy:.2f}", epoch=epoch, accuracy=now)


def _judged(event: Event) -> str:
    """The sentence after another one, or nothing."""
    value = event.get("val_accuracy")
    return "" if value is None else f" {tr('Validation accuracy {accuracy:.2f}.', accuracy=value)}"
