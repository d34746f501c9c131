"""How many pictures each class has: too few, or far fewer than another."""

from collections.abc import Iterator

from tlcore.datasets import Dataset, Split
from tlcore.health.findings import Finding, Kind, finding
from tlcore.words import tr, trn

# A head on good features learns a class from a dozen pictures, but a figure that a few pictures of validation
# give is worth little: of 5, one more or less is 20%.
FEW = 20
# From this ratio on, training weighs the classes by how common they are more than by how they look.
UNEQUAL = 3.0


def find(dataset: Dataset) -> Iterator[Finding]:
    counts = dataset.counts()
    totals = [sum(sides.values()) for sides in counts.values()]
    most, least = max(totals), min(totals)
    if most >= UNEQUAL * least:
        large, small = totals.index(most), totals.index(least)
        yield finding(
            dataset,
            Kind.IMBALANCE,
            trn(
                "'{large}' has {n:,} picture, '{small}' only {least:,}: a network that says the larger one "
                "when in doubt is right more often. Let rare pictures weigh more, or add some.",
                "'{large}' has {n:,} pictures, '{small}' only {least:,}: a network that says the larger one "
                "when in doubt is right more often. Let rare pictures weigh more, or add some.",
                most,
                large=dataset.classes[large],
                small=dataset.classes[small],
                least=least,
            ),
            classes=[large, small],
            score=most / least,
        )
    few = [label for label, total in enumerate(totals) if total < FEW]
    for label in few[:1] if len(few) == len(totals) else few:
        held_out = counts[dataset.classes[label]][Split.VAL]
        everywhere = len(few) == len(totals) and len(few) > 1
        yield finding(
            dataset,
            Kind.FEW,
            _few(dataset.classes[label], totals[label], held_out, everywhere),
            classes=[label],
            score=totals[label],
        )


def _few(name: str, pictures: int, held_out: int, everywhere: bool) -> str:
    if everywhere:
        return tr(
            "Every class has fewer than {few} pictures, '{class_name}' {pictures}, {held_out} of them to "
            "check it with: the figures will jump. Add pictures until there are {few} or more; till then, "
            "train on changed copies of them too.",
            few=FEW,
            class_name=name,
            pictures=pictures,
            held_out=held_out,
        )
    return trn(
        "'{class_name}' has {n:,} picture, {held_out} of them to check it with: the figures will jump. Add "
        "pictures until there are {few} or more; till then, train on changed copies of them too.",
        "'{class_name}' has {n:,} pictures, {held_out} of them to check it with: the figures will jump. Add "
        "pictures until there are {few} or more; till then, train on changed copies of them too.",
        pictures,
        class_name=name,
        held_out=held_out,
        few=FEW,
    )
