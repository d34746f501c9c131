"""The Keras program that a recipe stands for, as a learner would write it: a file or a notebook.

It means the same as a training here: the same pixels, weights, losses and steps. What differs it says itself.
"""

from collections.abc import Sequence

from tlcore.plans import Plan
from tlcore.program import classifier, ipynb, modes, network, phases, pictures
from tlcore.program.layout import listed, literal, statement
from tlcore.program.section import Section

__all__ = ["notebook", "source"]

_TITLE = "A classifier of pictures in Keras, as designed in Thaw."
_TEXT = """\
Needs Keras 3.15 with TensorFlow, and Pillow. Thaw computes what the frozen layers say of a picture
only once and keeps it; here they run in every epoch, which takes longer."""


def source(plan: Plan, classes: Sequence[str]) -> str:
    """The program as the text of a ``.py`` file; ``classes`` are the dataset's, in its order."""
    sections = _sections(plan)
    parts = [f'"""{_TITLE}\n\n{_TEXT}\n"""', _settings(plan, classes, sections)]
    text = "\n\n".join(parts)
    after_definition = False
    for section in sections:
        apart = after_definition or section.begins_with_definition
        text += ("\n\n\n" if apart else "\n\n") + section.commented
        after_definition = section.ends_with_definition
    return f"{text}\n"


def notebook(plan: Plan, classes: Sequence[str]) -> bytes:
    """The same code as the content of an ``.ipynb`` file, a cell for each section."""
    sections = _sections(plan)
    return ipynb.dump(_TITLE.rstrip("."), _TEXT, _settings(plan, classes, sections), sections)


def _sections(plan: Plan) -> list[Section]:
    found = modes.of(plan)
    return [
        *pictures.sections(plan),
        network.section(plan, found),
        *classifier.sections(plan, found),
        *phases.sections(plan, found),
    ]


def _settings(plan: Plan, classes: Sequence[str], sections: Sequence[Section]) -> str:
    needed = {statement for section in sections for statement in section.imports}
    # Of the standard library only whole modules are needed.
    others = sorted(line for line in needed if line.startswith("from "))
    standard = sorted(needed - set(others))
    lines = [*standard, "from pathlib import Path", "", "import keras", "import numpy as np", *others, ""]
    lines += [
        'FOLDER = Path("pictures")',
        statement("CLASSES = ", listed(map(literal, classes))),
        f"SIZE = {plan.image_size_px}",
        f"BATCH_SIZE = {plan.recipe.batch_size}",
    ]
    return "\n".join(lines)
