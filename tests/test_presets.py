"""Ready-made choices are choices: each is a valid part of a recipe, and they differ."""

import pytest

from tlcore import plans, presets
from tlcore.config import Recipe


@pytest.mark.parametrize(
    ("path", "choices"),
    [("head", presets.HEADS), ("augmentation", presets.AUGMENTATIONS), ("phases", presets.PHASES)],
)
def test_each_makes_a_recipe_of_its_own(path: str, choices: dict) -> None:
    def dumped(part: object) -> object:
        return [x.model_dump() for x in part] if isinstance(part, tuple) else part.model_dump()

    ids = {Recipe().changed(path, dumped(part)).id for _, part in choices.values()}
    assert len(ids) == len(choices)
    assert len({title for title, _ in choices.values()}) == len(choices)
    # The default is among them: a page can say which one is chosen.
    assert Recipe().id in ids


def test_heads_grow() -> None:
    sizes = [plans.make(Recipe(head=head), 10).head_params for _, head in presets.HEADS.values()]
    assert sizes[0] < sizes[1] < sizes[2] < sizes[3] < sizes[-1]
