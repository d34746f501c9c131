"""What a click does about a finding: most make the next version of the dataset, which is checked at once."""

from collections.abc import Sequence

from pages.ui import session, state
from pages.ui.messages import told
from tlcore import health, versions
from tlcore.datasets import Dataset
from tlcore.health import Finding

# Small changes that leave any picture what it is; a mirrored letter would not be.
_COPIES = {
    "augmentation.rotation": 10.0,
    "augmentation.zoom": 0.1,
    "augmentation.shift": 0.05,
    "augmentation.views": 4,
}


@told
def start(dataset: Dataset) -> None:
    _check(dataset)


@told
def keep(some: list[Finding], kept: bool = True) -> None:
    health.keep(state.workspace(), some, kept)


@told
def delete(dataset: Dataset, rows: Sequence[int]) -> None:
    _go_to(versions.delete(state.workspace(), dataset, [dataset.items[row] for row in rows]))


@told
def move(dataset: Dataset, rows: Sequence[int], to: str) -> None:
    _go_to(versions.move(state.workspace(), dataset, [dataset.items[row] for row in rows], to))


@told
def merge_classes(dataset: Dataset, names: Sequence[str], into: str) -> None:
    _go_to(versions.merge_classes(state.workspace(), dataset, names, into))


@told
def keep_together(dataset: Dataset, findings: Sequence[Finding]) -> None:
    alike = health.groups(dataset, findings)
    _go_to(versions.keep_together(state.workspace(), dataset, alike))


@told
def cut_borders(dataset: Dataset, rows: Sequence[int]) -> None:
    _go_to(health.cut_borders(state.workspace(), dataset, rows))


@told
def weigh_classes() -> None:
    state.select_recipe(state.recipe().with_changes({"class_weights": "balanced"}))


@told
def train_on_copies() -> None:
    state.select_recipe(state.recipe().with_changes(_COPIES))


def _go_to(version: Dataset) -> None:
    state.select(dataset=version.id)
    _check(version)


def _check(dataset: Dataset) -> None:
    health.start(state.workspace(), dataset, owner=session.current().person)
