"""A recipe from the words of a command: a file, then single values, then what they name taken in."""

from pathlib import Path

import yaml

from tlcore import own_jobs
from tlcore.backbones import own
from tlcore.cli.backbones import warn_of_guess
from tlcore.config import Recipe
from tlcore.errors import RecipeError
from tlcore.workspace import Workspace


def read(
    workspace: Workspace, file: Path | None, settings: list[str] | None, fit: str | None = None
) -> Recipe:
    """Raises RecipeError; for a ``.keras`` file or a run as backbone also what taking it in raises."""
    changes = dict(map(_setting, settings or []))
    if fit is not None:
        changes["backbone.fit"] = fit
    recipe = (Recipe.load(file) if file else Recipe()).with_changes(changes)
    named = recipe.backbone.name
    name = own_jobs.resolve(workspace, named)
    if name == named:
        return recipe
    warn_of_guess(own.get(workspace, name), named)
    return recipe.changed("backbone.name", name)


def names_a_loss(file: Path | None, settings: list[str] | None) -> bool:
    """Whether the person chose the loss; the default one may be changed to what the pictures need."""
    in_file = file is not None and "loss" in Recipe.load(file).model_fields_set
    return in_file or any(_setting(setting)[0] == "loss" for setting in settings or [])


def fitted(recipe: Recipe, *, several_labels: bool, loss_is_chosen: bool) -> Recipe:
    """The recipe with the loss that several labels need, unless the person chose another one."""
    if several_labels and not loss_is_chosen:
        return recipe.changed("loss", "binary_crossentropy")
    return recipe


def _setting(text: str) -> tuple[str, object]:
    key, sign, value = text.partition("=")
    if not sign:
        raise RecipeError(f"--set takes KEY=VALUE, such as head.pooling=max. Received: {text!r}.")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {key}: {value!r} is not valid YAML.") from error
