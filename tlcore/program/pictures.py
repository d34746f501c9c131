"""The part that reads pictures and labels, and weighs them."""

from collections.abc import Iterator

from tlcore.fitting import FITS, PAD_COLOUR
from tlcore.plans import Plan
from tlcore.program.section import Section
from tlcore.recipe_parts import Fit

# As ``tlcore.fitting`` does it.
_IMAGE: dict[Fit, tuple[str, ...]] = {
    "stretch": ('image = keras.utils.load_img(file, target_size=(SIZE, SIZE), interpolation="bilinear")',),
    "crop": (
        "image = keras.utils.load_img(file)",
        "image = ImageOps.fit(image, (SIZE, SIZE), Image.Resampling.BILINEAR)",
    ),
    "pad": (
        "image = keras.utils.load_img(file)",
        f'image = ImageOps.pad(image, (max(image.size),) * 2, color="{PAD_COLOUR}")',
        "image = image.resize((SIZE, SIZE), Image.Resampling.BILINEAR)",
    ),
}

_ONE_LABEL = """\
def load(split):
    images, labels = [], []
    for label, name in enumerate(CLASSES):
        for file in sorted((FOLDER / split / name).glob("[!.]*")):
            {image}
            images.append(np.array(image))
            labels.append(label)
    return np.stack(images), {labels}
"""

_SEVERAL_LABELS = """\
def load(split):
    images, labels = [], []
    with open(FOLDER / split / "labels.csv", encoding="utf-8-sig", newline="") as table:
        for row in csv.DictReader(table):
            file = FOLDER / split / row["file"]
            {image}
            images.append(np.array(image))
            labels.append([name in row["labels"].split(";") for name in CLASSES])
    return np.stack(images), np.array(labels, "float32")
"""

_BOTH = """

train_images, train_labels = load("train")
val_images, val_labels = load("val")"""

_CLASS_WEIGHT = """\
counts = {counts}
class_weight = {{
    label: len(train_labels) / (len(CLASSES) * count) for label, count in enumerate(counts)
}}"""

_SAMPLE_WEIGHT = """\
of_class = len(train_labels) / (len(CLASSES) * train_labels.sum(axis=0))
sample_weight = train_labels @ of_class / train_labels.sum(axis=1)
sample_weight /= sample_weight.mean()"""


def sections(plan: Plan) -> Iterator[Section]:
    fit = plan.recipe.backbone.fit
    fitted = "" if fit == "stretch" else f" Pictures that are not square are {FITS[fit]}."
    pil = () if fit == "stretch" else ("from PIL import Image, ImageOps",)
    if plan.output.several_labels:
        yield Section(
            "The pictures",
            "pictures/train and pictures/val each hold a labels.csv with the columns file and labels; "
            f"several labels of a picture are separated by semicolons.{fitted}",
            _loading(_SEVERAL_LABELS, fit) + _BOTH,
            ("import csv", *pil),
        )
    else:
        yield Section(
            "The pictures",
            f"Each class has a folder of its own in pictures/train and another one in pictures/val.{fitted}",
            _loading(_ONE_LABEL, fit).replace("{labels}", _labels(plan)) + _BOTH,
            pil,
        )
    if plan.recipe.class_weights == "balanced":
        yield _weights(plan)


def _loading(function: str, fit: Fit) -> str:
    return function.replace("{image}", f"\n{' ' * 12}".join(_IMAGE[fit]))


def _labels(plan: Plan) -> str:
    if _one_hot(plan):
        return "keras.utils.to_categorical(labels, len(CLASSES))"
    return "np.array(labels)"


def _one_hot(plan: Plan) -> bool:
    return plan.output.loss != "sparse_categorical_crossentropy" and plan.output.units > 1


def _weights(plan: Plan) -> Section:
    text = "Pictures of rare classes weigh more, so that every class weighs the same in all."
    if plan.output.several_labels:
        return Section("The weights of the pictures", text, _SAMPLE_WEIGHT)
    counts = "train_labels.sum(axis=0)" if _one_hot(plan) else "np.bincount(train_labels)"
    return Section("The weights of the classes", text, _CLASS_WEIGHT.format(counts=counts))
