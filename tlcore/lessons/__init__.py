"""What somebody needs to know to understand what is on the pages: a concept each, with a picture."""

from tlcore.lessons.concepts import CONCEPTS, Concept, get
from tlcore.lessons.pictures import Drawing, draw

__all__ = ["CONCEPTS", "Concept", "Drawing", "draw", "get"]
