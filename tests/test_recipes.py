import json

import pytest

from tlcore import recipes
from tlcore.config import Recipe
from tlcore.errors import NotFound, WorkspaceError
from tlcore.workspace import Workspace

RECIPE = Recipe.parse({"backbone": {"name": "vgg16"}, "phases": [{"epochs": 3, "freeze": "block5_conv1"}]})


def test_what_is_kept_is_what_is_found(workspace: Workspace) -> None:
    id = recipes.save(workspace, RECIPE)
    assert id == RECIPE.id
    assert recipes.load(workspace, id) == RECIPE
    assert [file.name for file in workspace.recipes.iterdir()] == [f"{id}.json"]
    assert json.loads((workspace.recipes / f"{id}.json").read_bytes())["backbone"]["name"] == "vgg16"


def test_the_same_recipe_is_kept_once_and_another_apart(workspace: Workspace) -> None:
    first = recipes.save(workspace, RECIPE)
    written = (workspace.recipes / f"{first}.json").stat().st_mtime_ns
    assert recipes.save(workspace, Recipe.parse(RECIPE.to_json())) == first
    assert (workspace.recipes / f"{first}.json").stat().st_mtime_ns == written
    other = recipes.save(workspace, RECIPE.changed("seed", 1))
    assert other != first
    assert recipes.load(workspace, other).seed == 1
    assert recipes.load(workspace, first).seed == 0


def test_a_recipe_that_is_not_here_is_not_found(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        recipes.load(workspace, "0123456789abcdef")


@pytest.mark.parametrize("id", ["", "../../etc/passwd", "0123", "x" * 5000, "0123456789ABCDEF", "²" * 16])
def test_an_id_that_is_none_is_not_looked_up(workspace: Workspace, id: str) -> None:
    with pytest.raises(NotFound, match="The recipe of this link is not here"):
        recipes.load(workspace, id)


def test_a_damaged_recipe_is_a_sentence(workspace: Workspace) -> None:
    id = recipes.save(workspace, RECIPE)
    (workspace.recipes / f"{id}.json").write_bytes(b'{"backbone"')
    with pytest.raises(WorkspaceError, match=f"{id}.json of recipes is damaged") as caught:
        recipes.load(workspace, id)
    assert str(workspace.home) not in str(caught.value)
