"""How many pictures each class has: too few, or far fewer than another."""

from collections.abc import Iterator

from tlcore.datasets import Dataset, Split
from tlcore.health.findings import Finding, Kind, finding
from tlcore.report import counted

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
            f"'{dataset.classes[large]}' has {counted(most, 'picture')}, '{dataset.classes[small]}' only "
            f"{least:,}: a network that says the larger one when in doubt is right more often. Let rare "
            "pictures weigh more, or add some.",
            classes=[large, small],
            score=most / least,
        )
    few = [label for label, total in enumerate(totals) if total < FEW]
    for label in few[:1] if len(few) == len(totals) else few:
        held_out = counts[dataset.classes[label]][Split.VAL]
        everywhere = len(few) == len(totals) and len(few) > 1
        subject = f"'{dataset.classes[label]}' has {counted(totals[label], 'picture')}"
        if everywhere:
            subject = f"Every class has fewer than {FEW} pictures, '{dataset.classes[label]}' {totals[label]}"
        yield finding(
            dataset,
            Kind.FEW,
            f"{subject}, {held_out} of them to check it with: the figures will jump. Add pictures until "
            f"there are {FEW} or more; till then, train on changed copies of them too.",
            classes=[label],
            score=totals[label],
        )
