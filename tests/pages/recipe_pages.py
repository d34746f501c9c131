"""What tests of pages share: a page opened with a recipe, and its controls found by what they say."""

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import opened, shown
from tlcore import recipes
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.workspace import Workspace

__all__ = ["Page", "shown"]


class Page:
    """A page on a dataset and a recipe. Each act checks that nothing was raised."""

    def __init__(self, workspace: Workspace, page: str, dataset: Dataset | None, **changes: Any) -> None:
        """``changes``: of the recipe, with two underscores for a dot."""
        self.workspace = workspace
        wanted = Recipe().with_changes({key.replace("__", "."): value for key, value in changes.items()})
        ids = {"dataset": dataset.id} if dataset else {}
        self.app: AppTest = opened(page, recipe=recipes.save(workspace, wanted), **ids)
        self.check()

    @property
    def recipe(self) -> Recipe:
        return recipes.load(self.workspace, self.app.query_params["recipe"])

    @property
    def networks(self) -> list[str]:
        """The names of the networks on offer."""
        return [line.split(" · ")[0] for line in self.find("selectbox", "Pretrained network").options]

    @property
    def words(self) -> str:
        return shown(self.app).replace("\\", "")

    def check(self) -> None:
        assert not self.app.exception
        assert "Something went wrong" not in shown(self.app)

    def find(self, kind: str, label: str, nth: int = 0) -> Any:
        found = [element for element in self.app.get(kind) if element.label == label]
        assert len(found) > nth, (label, [element.label for element in self.app.get(kind)])
        return found[nth]

    def has(self, kind: str, label: str) -> bool:
        return any(element.label == label for element in self.app.get(kind))

    def set(self, kind: str, label: str, value: Any, nth: int = 0) -> "Page":
        self.find(kind, label, nth).set_value(value).run()
        self.check()
        return self

    def click(self, label: str, nth: int = 0) -> "Page":
        self.find("button", label, nth).click().run()
        self.check()
        return self

    def open(self, key: str) -> "Page":
        """Open an expander that is filled only then."""
        self.app.session_state[key] = True
        self.app.run()
        self.check()
        return self
