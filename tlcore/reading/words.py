"""The sentences of the rules, with their numbers."""

from tlcore.numbers import written_out
from tlcore.reading import signs
from tlcore.reading.seen import Seen, jumps
from tlcore.report import counted, quoted
from tlcore.words import tr


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def leak(seen: Seen) -> str:
    return tr(
        "{percent} right, but {counted} of pictures that are the same, or nearly, lie on both "
        "sides of the split: the figure is too good. Keep them on one side, under Health on the "
        "Data page.",
        percent=percent(seen.right),
        counted=counted(seen.across or 0, "group"),
    )


def rate_too_high(seen: Seen) -> str:
    phase = seen.jumping or 0
    losses = [event["loss"] for event in seen.of_phase(phase)]
    rate = f"the learning rate of {written_out(seen.recipe.phases[phase].learning_rate)} is too high."
    if not jumps(losses):
        guess = f"where guessing would give {seen.guess_loss:.2f}"
        return tr(
            "The training loss was {max:,.0f}, {guess}: {rate}", max=max(losses), guess=guess, rate=rate
        )
    steps = list(zip(losses, losses[1:], strict=False))
    before, after = max(steps, key=lambda step: step[1] - step[0])
    ups = sum(second > first for first, second in steps)
    return tr(
        "The training loss jumps: it rises in {ups} of {counted}, once from {before:.2f} to "
        "{after:.2f}: {rate}",
        ups=ups,
        counted=counted(len(steps), "step"),
        before=before,
        after=after,
        rate=rate,
    )


def never_said(seen: Seen) -> str:
    names = quoted(seen.classes[label] for label in seen.unsaid)
    verb = "is" if len(seen.unsaid) == 1 else "are"
    sentence = f"{names} {verb} never said of a validation picture."
    if not signs.some_unsaid_is_rare(seen):
        return tr("{sentence} Look at those pictures and their labels.", sentence=sentence)
    label = min(seen.unsaid, key=seen.counts.__getitem__)
    return f"{sentence} {_rare(seen, label)}"


def rare_class(seen: Seen) -> str:
    label = min(signs.missed(seen), key=seen.counts.__getitem__)
    found = percent(seen.result.classes[label].recall) if seen.result else ""
    return tr(
        "Of {quoted} it finds only {found}. {rare}",
        quoted=quoted([seen.classes[label]]),
        found=found,
        rare=_rare(seen, label),
    )


def _rare(seen: Seen, label: int) -> str:
    most = max(range(len(seen.counts)), key=seen.counts.__getitem__)
    return tr(
        "{quoted} has {counted}, {quoted2} {counts:,}: in doubt, the common class wins.",
        quoted=quoted([seen.classes[label]]),
        counted=counted(seen.counts[label], "training picture"),
        quoted2=quoted([seen.classes[most]]),
        counts=seen.counts[most],
    )


def memorises(seen: Seen) -> str:
    best, training = seen.last[seen.best], seen.end("accuracy")
    if seen.end("val_accuracy") < best["val_accuracy"] - 0.02 and training > best["accuracy"]:
        return tr(
            "Since epoch {best} training accuracy rises ({percent} → {percent2}) while validation "
            "accuracy falls ({percent3} → {percent4}): it is memorising the training pictures.",
            best=best["epoch"],
            percent=percent(best["accuracy"]),
            percent2=percent(training),
            percent3=percent(best["val_accuracy"]),
            percent4=percent(seen.end("val_accuracy")),
        )
    return tr(
        "Since epoch {best} the training loss goes on falling while the validation loss rises "
        "({best2:.2f} → {end:.2f}): it is memorising the training pictures.",
        best=best["epoch"],
        best2=best["val_loss"],
        end=seen.end("val_loss"),
    )


def by_heart(seen: Seen) -> str:
    verdict = (
        "it knows the first by heart."
        if signs.learned_nearly_all(seen)
        else "it does much better on the pictures that it learned from."
    )
    return tr(
        "{percent} of the training pictures are right, but only {percent2} of the validation "
        "pictures: {verdict}",
        percent=percent(seen.end("accuracy")),
        percent2=percent(seen.end("val_accuracy")),
        verdict=verdict,
    )


def rate_too_low(seen: Seen) -> str:
    first = seen.of_phase(0)
    return tr(
        "The training loss barely falls: {first:.2f} after the first epoch, {first2:.2f} after "
        "{first3}. Most likely the learning rate of {written_out} is too low.",
        first=first[0]["loss"],
        first2=first[-1]["loss"],
        first3=len(first),
        written_out=written_out(seen.recipe.phases[0].learning_rate),
    )


def underfits(seen: Seen) -> str:
    training, validation = signs.accuracies(seen)
    # Training accuracy is taken with dropout on, and on the pictures as augmentation changed them.
    holds = "augmentation, dropout or both hold" if seen.augmented else "dropout holds"
    return tr(
        "Fewer training pictures are right ({percent}) than validation pictures ({percent2}): "
        "most likely {holds} it back.",
        percent=percent(training),
        percent2=percent(validation),
        holds=holds,
    )


def still_improves(seen: Seen) -> str:
    now, before = seen.trend or (0.0, 0.0)
    return tr(
        "The validation loss was still falling at the last epoch ({before:.2f} → {now:.2f}): it "
        "had not learned all that it can.",
        before=before,
        now=now,
    )


def stands_still(seen: Seen) -> str:
    ended = seen.last[seen.best]["epoch"]
    loss = f"got no lower after epoch {ended}" if seen.stopped_early else "stands still over the last epochs"
    return tr(
        "With the network frozen it gets no further: the validation loss {loss}, at {percent} "
        "right. {training_pictures:,} training pictures are enough to thaw the last layers.",
        loss=loss,
        percent=percent(seen.right),
        training_pictures=seen.training_pictures,
    )


def too_few_to_judge(seen: Seen) -> str:
    low, high = seen.result.figures.interval if seen.result else (0.0, 1.0)
    count = len(seen.result.pictures) if seen.result else 0
    return tr(
        "{counted} can hardly tell how good it is: on others of the kind {percent} to {percent2} "
        "may be right. Add pictures, or do not judge by small differences.",
        counted=counted(count, "validation picture"),
        percent=percent(low),
        percent2=percent(high),
    )


def perfect(seen: Seen) -> str:
    checked = {
        None: "the same pictures are on both sides of the split: check their health on the Data page",
        0: "the pictures of a class have something beside it in common; no near duplicates were found",
    }
    training = "All" if seen.end("accuracy") == 1 else "Nearly all"
    return tr(
        "{training} training pictures and all validation pictures are right. Either the classes "
        "are easy to tell apart, or {get}.",
        training=training,
        get=checked.get(seen.across, checked[None]),
    )


def stopped_early(seen: Seen) -> str:
    phase = seen.recipe.phases[seen.phase]
    best = seen.last[seen.best]["epoch"]
    kept = max(seen.kept, default=best)
    return tr(
        "Early stopping ended it after {last} of {epochs} epochs and kept epoch {kept}, the best "
        "on validation pictures. That is as it should be: more epochs would not help.",
        last=len(seen.last),
        epochs=phase.epochs,
        kept=kept,
    )


def fine(seen: Seen) -> str:
    further = (
        "More could come from thawed layers, or from" if signs.can_thaw(seen) else "More could come from"
    )
    return tr(
        "It went well: {percent} of the validation pictures are right, and the curves show "
        "nothing to mend. {further} pictures like those that it got wrong.",
        percent=percent(seen.right),
        further=further,
    )


def unclear(seen: Seen) -> str:
    return tr(
        "{percent} of the validation pictures are right, and the curves do not say what holds it "
        "back. Look at the mistakes, at the labels, and try another network.",
        percent=percent(seen.right),
    )
