"""The sentences of the rules, with their numbers."""

from tlcore.numbers import written_out
from tlcore.reading import signs
from tlcore.reading.seen import Seen, jumps
from tlcore.report import quoted
from tlcore.words import number, tr, trn


def percent(share: float) -> str:
    return number(share, ".0%")


def leak(seen: Seen) -> str:
    return trn(
        "{share} right, but {n:,} group of pictures that are the same, or nearly, lie on both sides of the "
        "split: the figure is too good. Keep them on one side, under Health on the Data page.",
        "{share} right, but {n:,} groups of pictures that are the same, or nearly, lie on both sides of the "
        "split: the figure is too good. Keep them on one side, under Health on the Data page.",
        seen.across or 0,
        share=percent(seen.right),
    )


def rate_too_high(seen: Seen) -> str:
    phase = seen.jumping or 0
    losses = [event["loss"] for event in seen.of_phase(phase)]
    rate = written_out(seen.recipe.phases[phase].learning_rate)
    if not jumps(losses):
        return tr(
            "The training loss was {loss:,.0f}, where guessing would give {guess:.2f}: the learning rate of "
            "{rate} is too high.",
            loss=max(losses),
            guess=seen.guess_loss,
            rate=rate,
        )
    steps = list(zip(losses, losses[1:], strict=False))
    before, after = max(steps, key=lambda step: step[1] - step[0])
    return trn(
        "The training loss jumps: it rises in {rises} of {n:,} step, once from {before:.2f} to {after:.2f}: "
        "the learning rate of {rate} is too high.",
        "The training loss jumps: it rises in {rises} of {n:,} steps, once from {before:.2f} to {after:.2f}: "
        "the learning rate of {rate} is too high.",
        len(steps),
        rises=sum(second > first for first, second in steps),
        before=before,
        after=after,
        rate=rate,
    )


def never_said(seen: Seen) -> str:
    sentence = trn(
        "{names} is never said of a validation picture.",
        "{names} are never said of a validation picture.",
        len(seen.unsaid),
        names=quoted(seen.classes[label] for label in seen.unsaid),
    )
    if not signs.some_unsaid_is_rare(seen):
        return f"{sentence} {tr('Look at those pictures and their labels.')}"
    label = min(seen.unsaid, key=seen.counts.__getitem__)
    return f"{sentence} {_rare(seen, label)}"


def rare_class(seen: Seen) -> str:
    label = min(signs.missed(seen), key=seen.counts.__getitem__)
    share = percent(seen.result.classes[label].recall) if seen.result else ""
    sentence = tr("Of {name} it finds only {share}.", name=quoted([seen.classes[label]]), share=share)
    return f"{sentence} {_rare(seen, label)}"


def _rare(seen: Seen, label: int) -> str:
    most = max(range(len(seen.counts)), key=seen.counts.__getitem__)
    return trn(
        "{rare} has {n:,} training picture, {common} {more:,}: in doubt, the common class wins.",
        "{rare} has {n:,} training pictures, {common} {more:,}: in doubt, the common class wins.",
        seen.counts[label],
        rare=quoted([seen.classes[label]]),
        common=quoted([seen.classes[most]]),
        more=seen.counts[most],
    )


def memorises(seen: Seen) -> str:
    best, training = seen.last[seen.best], seen.end("accuracy")
    if seen.end("val_accuracy") < best["val_accuracy"] - 0.02 and training > best["accuracy"]:
        return tr(
            "Since epoch {epoch} training accuracy rises ({training_then} → {training_now}) while validation "
            "accuracy falls ({validation_then} → {validation_now}): it is memorising the training pictures.",
            epoch=best["epoch"],
            training_then=percent(best["accuracy"]),
            training_now=percent(training),
            validation_then=percent(best["val_accuracy"]),
            validation_now=percent(seen.end("val_accuracy")),
        )
    return tr(
        "Since epoch {epoch} the training loss goes on falling while the validation loss rises "
        "({then:.2f} → {now:.2f}): it is memorising the training pictures.",
        epoch=best["epoch"],
        then=best["val_loss"],
        now=seen.end("val_loss"),
    )


def by_heart(seen: Seen) -> str:
    # As it was kept and judged: the page shows that figure too.
    training, validation = percent(seen.end("accuracy")), percent(seen.right)
    if signs.learned_nearly_all(seen):
        return tr(
            "{training} of the training pictures are right, but only {validation} of the validation "
            "pictures: it knows the first by heart.",
            training=training,
            validation=validation,
        )
    return tr(
        "{training} of the training pictures are right, but only {validation} of the validation pictures: "
        "it does much better on the pictures that it learned from.",
        training=training,
        validation=validation,
    )


def rate_too_low(seen: Seen) -> str:
    first = seen.of_phase(0)
    return tr(
        "The training loss barely falls: {loss_first:.2f} after the first epoch, {loss_last:.2f} after "
        "{epochs}. Most likely the learning rate of {rate} is too low.",
        loss_first=first[0]["loss"],
        loss_last=first[-1]["loss"],
        epochs=len(first),
        rate=written_out(seen.recipe.phases[0].learning_rate),
    )


def underfits(seen: Seen) -> str:
    training, validation = map(percent, signs.accuracies(seen))
    # Training accuracy is taken with dropout on, and on the pictures as augmentation changed them.
    if seen.augmented:
        return tr(
            "Fewer training pictures are right ({training}) than validation pictures ({validation}): most "
            "likely augmentation, dropout or both hold it back.",
            training=training,
            validation=validation,
        )
    return tr(
        "Fewer training pictures are right ({training}) than validation pictures ({validation}): most "
        "likely dropout holds it back.",
        training=training,
        validation=validation,
    )


def still_improves(seen: Seen) -> str:
    now, before = seen.trend or (0.0, 0.0)
    return tr(
        "The validation loss was still falling at the last epoch ({before:.2f} → {now:.2f}): it had not "
        "learned all that it can.",
        before=before,
        now=now,
    )


def stands_still(seen: Seen) -> str:
    if seen.stopped_early:
        sentence = tr(
            "With the network frozen it gets no further: the validation loss got no lower after epoch "
            "{epoch}, at {share} right.",
            epoch=seen.last[seen.best]["epoch"],
            share=percent(seen.right),
        )
    else:
        sentence = tr(
            "With the network frozen it gets no further: the validation loss stands still over the last "
            "epochs, at {share} right.",
            share=percent(seen.right),
        )
    enough = tr(
        "{pictures:,} training pictures are enough to thaw the last layers.", pictures=seen.training_pictures
    )
    return f"{sentence} {enough}"


def too_few_to_judge(seen: Seen) -> str:
    low, high = seen.result.figures.interval if seen.result else (0.0, 1.0)
    return trn(
        "{n:,} validation picture can hardly tell how good it is: on others of the kind {low} to {high} may "
        "be right. Add pictures, or do not judge by small differences.",
        "{n:,} validation pictures can hardly tell how good it is: on others of the kind {low} to {high} may "
        "be right. Add pictures, or do not judge by small differences.",
        len(seen.result.pictures) if seen.result else 0,
        low=percent(low),
        high=percent(high),
    )


def perfect(seen: Seen) -> str:
    if seen.end("accuracy") == 1:
        sentence = tr("All training pictures and all validation pictures are right.")
    else:
        sentence = tr("Nearly all training pictures and all validation pictures are right.")
    return f"{sentence} {_why_perfect(seen)}"


def _why_perfect(seen: Seen) -> str:
    if seen.across == 0:
        return tr(
            "Either the classes are easy to tell apart, or the pictures of a class have something beside it "
            "in common; no near duplicates were found."
        )
    return tr(
        "Either the classes are easy to tell apart, or the same pictures are on both sides of the split: "
        "check their health on the Data page."
    )


def stopped_early(seen: Seen) -> str:
    phase = seen.recipe.phases[seen.phase]
    best = seen.last[seen.best]["epoch"]
    return tr(
        "Early stopping ended it after {trained} of {epochs} epochs and kept epoch {kept}, the best on "
        "validation pictures. That is as it should be: more epochs would not help.",
        trained=len(seen.last),
        epochs=phase.epochs,
        kept=max(seen.kept, default=best),
    )


def fine(seen: Seen) -> str:
    sentence = tr(
        "It went well: {share} of the validation pictures are right, and the curves show nothing to mend.",
        share=percent(seen.right),
    )
    if signs.can_thaw(seen):
        more = tr("More could come from thawed layers, or from pictures like those that it got wrong.")
    else:
        more = tr("More could come from pictures like those that it got wrong.")
    return f"{sentence} {more}"


def unclear(seen: Seen) -> str:
    return tr(
        "{share} of the validation pictures are right, and the curves do not say what holds it back. Look "
        "at the mistakes, at the labels, and try another network.",
        share=percent(seen.right),
    )
