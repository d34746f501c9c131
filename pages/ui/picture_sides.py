"""The sides of the split, as a page calls them."""

from tlcore.datasets import Split
from tlcore.words import mark, tr

# Translators: the three sides of a split: the pictures for training, for validation and for the test.
_TITLES = {Split.TRAIN: mark("Training"), Split.VAL: mark("Validation"), Split.TEST: mark("Test")}
# Translators: as above, behind the name of a picture or a class: "bird, training".
_WORDS = {Split.TRAIN: mark("training"), Split.VAL: mark("validation"), Split.TEST: mark("test")}


def title(side: Split) -> str:
    """As an option of a control."""
    return tr(_TITLES[side])


def word(side: Split) -> str:
    """At the end of what stands under a picture."""
    return tr(_WORDS[side])
