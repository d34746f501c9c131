"""What each figure is called, and what it means in a sentence for somebody who never heard of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    title: str
    sentence: str


ACCURACY = Meaning("Accuracy", "The share of the pictures whose class was found.")
INTERVAL = Meaning(
    "95% interval",
    "A share that was counted on {pictures:,} pictures is known only so well: on other pictures of the same "
    "kind it is most likely between these two.",
)
BALANCED_ACCURACY = Meaning(
    "Balanced accuracy",
    "The share that was found of each class, averaged: a small class counts as much as a large one.",
)
MACRO_F1 = Meaning(
    "Macro F1",
    "F1 joins two questions: how many of a class were found, and how many of the finds were right. This is "
    "its mean over the classes, each counting the same.",
)
WEIGHTED_F1 = Meaning("Weighted F1", "The mean F1, where a class counts as much as it has pictures.")
MICRO_F1 = Meaning("Micro F1", "F1 of all labels of all pictures in one, whichever class they are.")
TOP_K = Meaning("Top-{k} accuracy", "The share of the pictures whose class is among the {k} likeliest.")
LOG_LOSS = Meaning(
    "Log loss",
    "How far the probabilities are from the truth, a confident mistake farthest: 0 is perfect, and giving "
    "all classes the same would be {guess:.2f}.",
)
ANSWERS_LOG_LOSS = Meaning(
    "Log loss",
    "How far the probabilities are from the truth, a confident mistake farthest: 0 is perfect, and saying "
    "50% to everything would be 0.69.",
)
AUC = Meaning(
    "ROC AUC",
    "How often a picture of a class gets a higher probability for it than a picture without it: 100% is "
    "always, 50% is guessing. The mean over the classes.",
)
MEAN_AVERAGE_PRECISION = Meaning(
    "Mean average precision",
    "Sort all pictures by the probability of a class: 100% when all of that class come first. The mean over "
    "the classes.",
)
CALIBRATION_ERROR = Meaning(
    "Calibration error",
    "How far the stated probabilities are from how often they come true, on average: at 5%, what is said "
    "with 90% is true in about 85 or 95 of 100 cases.",
)

EXACT_MATCH = Meaning("Exact match", "The share of the pictures with all their labels found, and no other.")
ANSWERS_ACCURACY = Meaning(
    "Accuracy",
    "Of all yes-or-no answers, one for each class and picture, the share that is right. High by itself where "
    "most answers are no.",
)

PRECISION = Meaning("Precision", "Of those called this class, how many are.")
RECALL = Meaning("Recall", "Of those that are of this class, how many were found.")
F1 = Meaning("F1", "Both in one: their harmonic mean.")
CLASS_AUC = Meaning(
    "AUC",
    "How often a picture of this class gets a higher probability for it than a picture without it; 50% is "
    "guessing.",
)
AVERAGE_PRECISION = Meaning(
    "AP",
    "Average precision. All pictures sorted by the probability of this class: 100% when those of it come "
    "first.",
)

OF_A_CLASS = (PRECISION, RECALL, F1, CLASS_AUC, AVERAGE_PRECISION)
"""In the order of a table."""

CONFUSION = Meaning(
    "Confusion matrix", "Rows are what the pictures show, columns what the model said. The diagonal is right."
)
SHARES = Meaning("Shares", "Each row sums to 100%: what became of the pictures of that class.")
ROC = Meaning(
    "ROC curve",
    "Each point is another threshold: how many of the class are found (up), and how many others are taken "
    "for it (to the right). Best is the upper left corner; the dotted line is guessing.",
)
PRECISION_RECALL = Meaning(
    "Precision-recall curve",
    "Each point is another threshold: how many of the class are found (to the right), and how many of the "
    "finds are of it (up). Best is the upper right corner; the dotted line is guessing.",
)
RELIABILITY = Meaning(
    "Reliability diagram",
    "How sure the model was (to the right), and how often it was right then (up). On the dotted line it can "
    "be taken at its word; below it, it is too sure of itself.",
)
ANSWERS_RELIABILITY = Meaning(
    "Reliability diagram",
    "The probability of a class (to the right), and how often the pictures had it (up). On the dotted line "
    "the model can be taken at its word; below it, it says yes too readily.",
)
