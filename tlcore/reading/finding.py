"""What is said of a run, and the change that is worth a try."""

from dataclasses import dataclass
from typing import Any

from tlcore.config import Recipe

__all__ = ["Change", "Finding"]


@dataclass(frozen=True)
class Change:
    title: str
    """In the words of a button: ``more dropout (0.2 → 0.5)``."""
    recipe: Recipe
    """The whole recipe with the change in it, to be trained as a new run."""
    more_epochs: int = 0
    """Where the change is only that: the run itself can be trained on for so many."""


@dataclass(frozen=True)
class Finding:
    name: str
    """Of its rule."""
    sentence: str
    """Plain; class names in it are a user's text, to be escaped by whoever shows it."""
    change: Change | None = None
    concept: str = ""
    """The id of what to read about it, in ``tlcore.lessons``."""

    def to_json(self) -> dict[str, Any]:
        change = self.change and {
            "title": self.change.title,
            "more_epochs": self.change.more_epochs,
            "recipe": self.change.recipe.to_json(),
        }
        return {"name": self.name, "sentence": self.sentence, "change": change}
