"""The concepts, each in a sentence and a few more, for somebody who has never heard of it."""

from dataclasses import dataclass

from tlcore import meanings
from tlcore.meanings import Meaning
from tlcore.words import mark, tr

__all__ = ["CONCEPTS", "Concept", "get"]


@dataclass(frozen=True)
class Concept:
    """Title, question and sentence are marked words, to be said where they are shown."""

    id: str
    title: str
    """In the URL of the page of all concepts."""
    question: str
    sentence: str
    explanation: str
    """Marked too; what a figure means has a place in it."""
    see: tuple[str, ...] = ()
    """The ids of those that belong to it."""
    figure: Meaning | None = None

    @property
    def more(self) -> str:
        """What there is to add, in the reader's language."""
        if self.figure is None:
            return tr(self.explanation)
        return tr(self.explanation, meaning=tr(self.figure.sentence))


# In the order in which they come up.
CONCEPTS = (
    Concept(
        "backbone",
        mark("Backbone"),
        mark("What is a backbone?"),
        mark("A network that has already learned to see, from a million other pictures."),
        mark(
            "It was trained on ImageNet to tell a thousand things apart. On the way it learned edges, "
            "textures and parts, which serve for your pictures too: so a few dozen of them are enough. In "
            "the picture each bar is one of its layers, the taller the more numbers it has learned."
        ),
        ("feature", "freezing", "head"),
    ),
    Concept(
        "feature",
        mark("Feature"),
        mark("What is a feature?"),
        mark("One of the numbers into which the backbone turns a picture."),
        mark(
            "A number is high where the picture has what it stands for: a fur-like texture, a round shape. "
            "Pictures of one kind get similar numbers, as the groups in the picture show, so a small head "
            "can tell them apart. What frozen layers give never changes: Thaw computes it once and keeps it."
        ),
        ("backbone", "head", "freezing"),
    ),
    Concept(
        "freezing",
        mark("Freezing"),
        mark("What is freezing?"),
        mark("Frozen layers keep what they have learned; the others go on learning from your pictures."),
        mark(
            "With few pictures, freeze the whole backbone and train the head alone: it takes seconds. With "
            "many, or with pictures unlike photos, the last layers can be thawed and fine-tuned in small "
            "steps. In the picture ice blue is frozen, ember is trained."
        ),
        ("backbone", "head", "learning_rate", "overfitting"),
    ),
    Concept(
        "head",
        mark("Head"),
        mark("What is a head?"),
        mark("The new layers on top, which turn features into your classes."),
        mark(
            "It starts with random numbers and is all that must be trained. Its last layer gives a "
            "probability for each class, as in the picture. A larger head can learn finer differences, and "
            "sooner learns the pictures by heart; dropout, which leaves out some numbers at random while it "
            "learns, counters that."
        ),
        ("feature", "overfitting", "class_weights"),
    ),
    Concept(
        "augmentation",
        mark("Augmentation"),
        mark("What is augmentation?"),
        mark("Changed copies of the training pictures: turned a little, larger, lighter."),
        mark(
            "They teach the model what does not matter, and help most where pictures are few. Choose only "
            "changes that leave a picture what it is: a mirrored cat is a cat, a mirrored letter is not a "
            "letter. Validation pictures are never changed."
        ),
        ("overfitting", "validation"),
    ),
    Concept(
        "class_weights",
        mark("Class weights"),
        mark("What are class weights?"),
        mark("Pictures of a rare class count for more, so that every class counts the same."),
        mark(
            "Without them a model that says the common class when in doubt is right more often, and may "
            "never say the rare one. In the picture, each picture of the rarest class counts ten times as "
            "much as one of the most common. More pictures of the rare class are better still."
        ),
        ("confusion_matrix", "validation"),
    ),
    Concept(
        "epoch",
        mark("Epoch"),
        mark("What is an epoch?"),
        mark("One pass through all the training pictures."),
        mark(
            "The model sees each picture once in an epoch, and learns a little from it; so it takes several. "
            "Too few, and it has not learned all it can; too many, and it begins to learn the pictures by "
            "heart. Early stopping ends the training in time and keeps the best epoch."
        ),
        ("batch", "overfitting", "validation"),
    ),
    Concept(
        "batch",
        mark("Batch"),
        mark("What is a batch?"),
        mark("The pictures that are looked at together before the model changes once."),
        mark(
            "An epoch is cut into batches: 320 pictures in batches of 32 make ten steps. Small batches make "
            "more, noisier steps, large ones fewer and smoother ones that need more memory. 32 is a usual "
            "size."
        ),
        ("epoch", "learning_rate"),
    ),
    Concept(
        "learning_rate",
        mark("Learning rate"),
        mark("What is the learning rate?"),
        mark("How large a step the model takes at each change."),
        mark(
            "If it is too high the loss jumps about and the model never settles; if it is too low, hardly "
            "anything happens. 0.001 suits a new head; thawed layers need a hundredth of it, so that what "
            "they know is adjusted and not overwritten."
        ),
        ("batch", "epoch", "freezing"),
    ),
    Concept(
        "validation",
        mark("Validation"),
        mark("What is validation?"),
        mark("Judging the model by pictures that it has not learned from."),
        mark(
            "Some pictures are set aside before the training: the validation pictures. Only they tell how it "
            "will do on new ones, since training pictures can be learned by heart. Test pictures are looked "
            "at once, at the very end. The same picture must not be on both sides."
        ),
        ("overfitting", "confusion_matrix"),
    ),
    Concept(
        "overfitting",
        mark("Overfitting"),
        mark("What is overfitting?"),
        mark("Learning the training pictures by heart instead of what they have in common."),
        mark(
            "It shows where the training loss goes on falling while the validation loss rises, as in the "
            "picture from the ring on: the best epoch is there. More pictures help most; then augmentation, "
            "dropout, fewer trained layers, and early stopping."
        ),
        ("validation", "augmentation", "freezing", "epoch"),
    ),
    Concept(
        "confusion_matrix",
        meanings.CONFUSION.title,
        mark("What is a confusion matrix?"),
        mark("A table of what was taken for what."),
        mark(
            "{meaning} Every other cell is a kind of mistake, and its pictures often say why: a wrong label, "
            "two classes that look alike, a background that they share."
        ),
        ("validation", "class_weights"),
        meanings.CONFUSION,
    ),
    Concept(
        "calibration",
        mark("Calibration"),
        mark("What is calibration?"),
        mark("Whether the model's percentages can be taken at their word."),
        mark(
            "Of what it is 80% sure of, 80% should be right. {meaning} Networks are often too sure of "
            "themselves; a fitted temperature mends that without changing any answer."
        ),
        ("validation", "confusion_matrix"),
        meanings.RELIABILITY,
    ),
    Concept(
        "heat_map",
        mark("Heat map"),
        mark("What is a heat map?"),
        mark("Colours over a picture, bright where it speaks most for a class."),
        mark(
            "It is made from the network's last layers (Grad-CAM). If the background is bright and the thing "
            "is not, the model has learned the wrong thing: the snow instead of the wolf. It shows where the "
            "network looked, not why."
        ),
        ("feature", "backbone"),
    ),
)

_BY_ID = {concept.id: concept for concept in CONCEPTS}


def get(id: str) -> Concept:
    """Raises KeyError."""
    return _BY_ID[id]
