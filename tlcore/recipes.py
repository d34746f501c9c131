"""Recipes kept by content, so that a page and a link can name one by its id."""

import re

from tlcore.config import Recipe
from tlcore.errors import NotFound
from tlcore.words import tr
from tlcore.workspace import Workspace, read_json, write_json

_ID = re.compile(r"[0-9a-f]{16}")


def save(workspace: Workspace, recipe: Recipe) -> str:
    """Keep a recipe and return its id; the same recipe has the same id."""
    file = workspace.recipes / f"{recipe.id}.json"
    if not file.exists():
        write_json(file, recipe.to_json())
    return recipe.id


def load(workspace: Workspace, id: str) -> Recipe:
    """Raises NotFound for an id that names no recipe here."""
    file = workspace.recipes / f"{id}.json"
    if not _ID.fullmatch(id) or not file.is_file():
        raise NotFound(tr("The recipe of this link is not here. The design starts from the default one."))
    return Recipe.parse(read_json(file))
