"""A confusion matrix as a picture, for logs that show nothing else."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from tlcore.archives import clean_text

MOST_CLASSES = 60
"""Above, nobody could read it."""

_CELL_PX, _NAME_PX, _MARGIN_PX = 44, 150, 30
_NAME_CHARACTERS = 18
_INK, _PAPER = (23, 33, 43), (255, 255, 255)
# The accent of the app: what is right; ember: what is not.
_RIGHT, _WRONG = (23, 105, 156), (200, 90, 30)


def draw(classes: Sequence[str], confusion: Sequence[Sequence[int]]) -> bytes:
    """PNG: rows are the true classes, columns what the model said; the more of a class, the darker."""
    count = len(classes)
    side = _NAME_PX + count * _CELL_PX + _MARGIN_PX
    image = Image.new("RGB", (side, side), _PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(13)
    for label, name in enumerate(classes):
        place = _NAME_PX + label * _CELL_PX + _CELL_PX // 2
        text = clean_text(name)[:_NAME_CHARACTERS]
        pen.text((_NAME_PX - 8, place), text, _INK, font, anchor="rm")
        image.paste(_upright(text, font), (place - 10, 0))
    for true, row in enumerate(confusion):
        for said, number in enumerate(row):
            share = number / max(1, sum(row))
            left, top = _NAME_PX + said * _CELL_PX, _NAME_PX + true * _CELL_PX
            colour = _mixed(_RIGHT if true == said else _WRONG, share)
            pen.rectangle((left, top, left + _CELL_PX - 2, top + _CELL_PX - 2), colour)
            ink = _PAPER if share > 0.5 else _INK
            middle = (left + _CELL_PX // 2, top + _CELL_PX // 2)
            pen.text(middle, f"{number:,}", ink, font, anchor="mm")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _upright(text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont) -> Image.Image:
    """From below to above, its end at the matrix."""
    name = Image.new("RGB", (_NAME_PX - 8, 20), _PAPER)
    ImageDraw.Draw(name).text((0, 10), text, _INK, font, anchor="lm")
    return name.rotate(90, expand=True)


def _mixed(colour: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 + (one - 255) * (0.06 + 0.94 * share)) for one in colour)
    return red, green, blue
