"""What each figure is called, and what it means in a sentence for somebody who never heard of it."""

from dataclasses import dataclass

from tlcore.words import mark


@dataclass(frozen=True)
class Meaning:
    """Marked words, with fields for numbers in some: to be said where they are shown."""

    title: str
    sentence: str


ACCURACY = Meaning(mark("Accuracy"), mark("The share of the pictures whose class was found."))
INTERVAL = Meaning(
    mark("95% interval"),
    mark(
        "A share that was counted on {pictures:,} pictures is known only so well: on other pictures of the "
        "same kind it is most likely between these two."
    ),
)
BALANCED_ACCURACY = Meaning(
    mark("Balanced accuracy"),
    mark("The share that was found of each class, averaged: a small class counts as much as a large one."),
)
MACRO_F1 = Meaning(
    mark("Macro F1"),
    mark(
        "F1 joins two questions: how many of a class were found, and how many of the finds were right. This "
        "is its mean over the classes, each counting the same."
    ),
)
WEIGHTED_F1 = Meaning(
    mark("Weighted F1"), mark("The mean F1, where a class counts as much as it has pictures.")
)
MICRO_F1 = Meaning(
    mark("Micro F1"), mark("F1 of all labels of all pictures in one, whichever class they are.")
)
TOP_K = Meaning(
    mark("Top-{k} accuracy"), mark("The share of the pictures whose class is among the {k} likeliest.")
)
LOG_LOSS = Meaning(
    mark("Log loss"),
    mark(
        "How far the probabilities are from the truth, a confident mistake farthest: 0 is perfect, and "
        "giving all classes the same would be {guess:.2f}."
    ),
)
ANSWERS_LOG_LOSS = Meaning(
    mark("Log loss"),
    mark(
        "How far the probabilities are from the truth, a confident mistake farthest: 0 is perfect, and "
        "saying 50% to everything would be 0.69."
    ),
)
AUC = Meaning(
    mark("ROC AUC"),
    mark(
        "How often a picture of a class gets a higher probability for it than a picture without it: 100% is "
        "always, 50% is guessing. The mean over the classes."
    ),
)
MEAN_AVERAGE_PRECISION = Meaning(
    mark("Mean average precision"),
    mark(
        "Sort all pictures by the probability of a class: 100% when all of that class come first. The mean "
        "over the classes."
    ),
)
CALIBRATION_ERROR = Meaning(
    mark("Calibration error"),
    mark(
        "How far the stated probabilities are from how often they come true, on average: at 5%, what is "
        "said with 90% is true in about 85 or 95 of 100 cases."
    ),
)

EXACT_MATCH = Meaning(
    mark("Exact match"), mark("The share of the pictures with all their labels found, and no other.")
)
ANSWERS_ACCURACY = Meaning(
    mark("Accuracy"),
    mark(
        "Of all yes-or-no answers, one for each class and picture, the share that is right. High by itself "
        "where most answers are no."
    ),
)

PRECISION = Meaning(mark("Precision"), mark("Of those called this class, how many are."))
RECALL = Meaning(mark("Recall"), mark("Of those that are of this class, how many were found."))
F1 = Meaning(mark("F1"), mark("Both in one: their harmonic mean."))
CLASS_AUC = Meaning(
    mark("AUC"),
    mark(
        "How often a picture of this class gets a higher probability for it than a picture without it; 50% "
        "is guessing."
    ),
)
AVERAGE_PRECISION = Meaning(
    mark("AP"),
    mark(
        "Average precision. All pictures sorted by the probability of this class: 100% when those of it "
        "come first."
    ),
)

OF_A_CLASS = (PRECISION, RECALL, F1, CLASS_AUC, AVERAGE_PRECISION)
"""In the order of a table."""

CONFUSION = Meaning(
    mark("Confusion matrix"),
    mark("Rows are what the pictures show, columns what the model said. The diagonal is right."),
)
SHARES = Meaning(mark("Shares"), mark("Each row sums to 100%: what became of the pictures of that class."))
ROC = Meaning(
    mark("ROC curve"),
    mark(
        "Each point is another threshold: how many of the class are found (up), and how many others are "
        "taken for it (to the right). Best is the upper left corner; the dotted line is guessing."
    ),
)
PRECISION_RECALL = Meaning(
    mark("Precision-recall curve"),
    mark(
        "Each point is another threshold: how many of the class are found (to the right), and how many of "
        "the finds are of it (up). Best is the upper right corner; the dotted line is guessing."
    ),
)
RELIABILITY = Meaning(
    mark("Reliability diagram"),
    mark(
        "How sure the model was (to the right), and how often it was right then (up). On the dotted line it "
        "can be taken at its word; below it, it is too sure of itself."
    ),
)
ANSWERS_RELIABILITY = Meaning(
    mark("Reliability diagram"),
    mark(
        "The probability of a class (to the right), and how often the pictures had it (up). On the dotted "
        "line the model can be taken at its word; below it, it says yes too readily."
    ),
)
