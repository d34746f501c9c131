"""The sentences of the rules, with their numbers."""

from tlcore.numbers import written_out
from tlcore.reading import signs
from tlcore.reading.seen import Seen, jumps
from tlcore.report import counted, quoted


def percent(share: float) -> str:
    return f"{share:.0%}"


def leak(seen: Seen) -> str:
    return (
        f"{percent(seen.right)} right, but {counted(seen.across or 0, 'group')} of pictures that are the "
        "same, or nearly, lie on both sides of the split: the figure is too good. Keep them on one side, "
        "under Health on the Data page."
    )


def rate_too_high(seen: Seen) -> str:
    phase = seen.jumping or 0
    losses = [event["loss"] for event in seen.of_phase(phase)]
    rate = f"the learning rate of {written_out(seen.recipe.phases[phase].learning_rate)} is too high."
    if not jumps(losses):
        guess = f"where guessing would give {seen.guess_loss:.2f}"
        return f"The training loss was {max(losses):,.0f}, {guess}: {rate}"
    steps = list(zip(losses, losses[1:], strict=False))
    before, after = max(steps, key=lambda step: step[1] - step[0])
    ups = sum(second > first for first, second in steps)
    return (
        f"The training loss jumps: it rises in {ups} of {counted(len(steps), 'step')}, once from "
        f"{before:.2f} to {after:.2f}: {rate}"
    )


def never_said(seen: Seen) -> str:
    names = quoted(seen.classes[label] for label in seen.unsaid)
    verb = "is" if len(seen.unsaid) == 1 else "are"
    sentence = f"{names} {verb} never said of a validation picture."
    if not signs.some_unsaid_is_rare(seen):
        return f"{sentence} Look at those pictures and their labels."
    label = min(seen.unsaid, key=seen.counts.__getitem__)
    return f"{sentence} {_rare(seen, label)}"


def rare_class(seen: Seen) -> str:
    label = min(signs.missed(seen), key=seen.counts.__getitem__)
    found = percent(seen.result.classes[label].recall) if seen.result else ""
    return f"Of {quoted([seen.classes[label]])} it finds only {found}. {_rare(seen, label)}"


def _rare(seen: Seen, label: int) -> str:
    most = max(range(len(seen.counts)), key=seen.counts.__getitem__)
    return (
        f"{quoted([seen.classes[label]])} has {counted(seen.counts[label], 'training picture')}, "
        f"{quoted([seen.classes[most]])} {seen.counts[most]:,}: in doubt, the common class wins."
    )


def memorises(seen: Seen) -> str:
    best, training = seen.last[seen.best], seen.end("accuracy")
    if seen.end("val_accuracy") < best["val_accuracy"] - 0.02 and training > best["accuracy"]:
        return (
            f"Since epoch {best['epoch']} training accuracy rises ({percent(best['accuracy'])} → "
            f"{percent(training)}) while validation accuracy falls ({percent(best['val_accuracy'])} → "
            f"{percent(seen.end('val_accuracy'))}): it is memorising the training pictures."
        )
    return (
        f"Since epoch {best['epoch']} the training loss goes on falling while the validation loss rises "
        f"({best['val_loss']:.2f} → {seen.end('val_loss'):.2f}): it is memorising the training pictures."
    )


def by_heart(seen: Seen) -> str:
    verdict = (
        "it knows the first by heart."
        if signs.learned_nearly_all(seen)
        else "it does much better on the pictures that it learned from."
    )
    return (
        f"{percent(seen.end('accuracy'))} of the training pictures are right, but only "
        f"{percent(seen.end('val_accuracy'))} of the validation pictures: {verdict}"
    )


def rate_too_low(seen: Seen) -> str:
    first = seen.of_phase(0)
    return (
        f"The training loss barely falls: {first[0]['loss']:.2f} after the first epoch, "
        f"{first[-1]['loss']:.2f} after {len(first)}. Most likely the learning rate of "
        f"{written_out(seen.recipe.phases[0].learning_rate)} is too low."
    )


def underfits(seen: Seen) -> str:
    training, validation = signs.accuracies(seen)
    # Training accuracy is taken with dropout on, and on the pictures as augmentation changed them.
    holds = "augmentation, dropout or both hold" if seen.augmented else "dropout holds"
    return (
        f"Fewer training pictures are right ({percent(training)}) than validation pictures "
        f"({percent(validation)}): most likely {holds} it back."
    )


def still_improves(seen: Seen) -> str:
    now, before = seen.trend or (0.0, 0.0)
    return (
        f"The validation loss was still falling at the last epoch ({before:.2f} → {now:.2f}): it had not "
        "learned all that it can."
    )


def stands_still(seen: Seen) -> str:
    ended = seen.last[seen.best]["epoch"]
    loss = f"got no lower after epoch {ended}" if seen.stopped_early else "stands still over the last epochs"
    return (
        f"With the network frozen it gets no further: the validation loss {loss}, at "
        f"{percent(seen.right)} right. {seen.training_pictures:,} training pictures are enough to thaw the "
        "last layers."
    )


def too_few_to_judge(seen: Seen) -> str:
    low, high = seen.result.figures.interval if seen.result else (0.0, 1.0)
    count = len(seen.result.pictures) if seen.result else 0
    return (
        f"{counted(count, 'validation picture')} can hardly tell how good it is: on others of the kind "
        f"{percent(low)} to {percent(high)} may be right. Add pictures, or do not judge by small differences."
    )


def perfect(seen: Seen) -> str:
    checked = {
        None: "the same pictures are on both sides of the split: check their health on the Data page",
        0: "the pictures of a class have something beside it in common; no near duplicates were found",
    }
    training = "All" if seen.end("accuracy") == 1 else "Nearly all"
    return (
        f"{training} training pictures and all validation pictures are right. Either the classes are easy to "
        f"tell apart, or {checked.get(seen.across, checked[None])}."
    )


def stopped_early(seen: Seen) -> str:
    phase = seen.recipe.phases[seen.phase]
    best = seen.last[seen.best]["epoch"]
    kept = max(seen.kept, default=best)
    return (
        f"Early stopping ended it after {len(seen.last)} of {phase.epochs} epochs and kept epoch {kept}, the "
        "best on validation pictures. That is as it should be: more epochs would not help."
    )


def fine(seen: Seen) -> str:
    further = (
        "More could come from thawed layers, or from" if signs.can_thaw(seen) else "More could come from"
    )
    return (
        f"It went well: {percent(seen.right)} of the validation pictures are right, and the curves show "
        f"nothing to mend. {further} pictures like those that it got wrong."
    )


def unclear(seen: Seen) -> str:
    return (
        f"{percent(seen.right)} of the validation pictures are right, and the curves do not say what holds "
        "it back. Look at the mistakes, at the labels, and try another network."
    )
