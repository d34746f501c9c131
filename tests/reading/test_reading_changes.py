"""Changes of a recipe: each gives another one that can be trained, or None where nothing is left to do."""

from collections.abc import Callable

import pytest

from tests.reading.histories import CLASSES, LAYERS
from tlcore import cuts, plans, recipe_difference, thawing
from tlcore.config import DenseLayer, DropoutLayer, Head, HeadLayer, Phase, Recipe
from tlcore.reading import Change, changes

FINE = Phase(epochs=5, freeze=-20, learning_rate=1e-5)
RECIPES = {
    "usual": Recipe(),
    "two phases": Recipe(phases=(Phase(epochs=10), FINE)),
    "strong": Recipe(head=Head(layers=(DenseLayer(dense=64), DropoutLayer(dropout=0.5)))),
    "bare": Recipe(head=Head(layers=())),
    "nothing frozen": Recipe(phases=(Phase(freeze="none", learning_rate=1e-5),)),
    "by name": Recipe(phases=(Phase(freeze=LAYERS[40].name, learning_rate=1e-5, patience=3),)),
}
MADE: dict[str, Callable[[Recipe], Change | None]] = {
    "more_dropout": changes.more_dropout,
    "less_dropout": changes.less_dropout,
    "lower_rate": lambda recipe: changes.lower_rate(recipe, len(recipe.phases) - 1),
    "higher_rate": lambda recipe: changes.higher_rate(recipe, 0),
    "more_epochs": changes.more_epochs,
    "early_stopping": changes.early_stopping,
    "fewer_trained_layers": lambda recipe: changes.fewer_trained_layers(recipe, LAYERS),
    "thaw_last_layers": lambda recipe: changes.thaw_last_layers(recipe, LAYERS),
    "balanced_classes": changes.balanced_classes,
}


@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.parametrize("change", MADE)
def test_a_change_gives_another_recipe_that_can_be_planned(change: str, name: str) -> None:
    before = RECIPES[name]
    made = MADE[change](before)
    if made is None:
        return
    assert made.recipe.id != before.id
    # Checked anew: a copy could hold what no recipe may.
    assert Recipe.parse(made.recipe.to_json()) == made.recipe
    assert plans.make(made.recipe, len(CLASSES)).recipe == made.recipe
    # What is said is what differs, and no more than that.
    assert len(recipe_difference.of_recipes([before, made.recipe])) == 1


def dropout(*shares: float) -> Recipe:
    layers: tuple[HeadLayer, ...] = tuple(DropoutLayer(dropout=share) for share in shares)
    return Recipe(head=Head(layers=layers))


def shares(change: Change | None) -> list[float] | None:
    if change is None:
        return None
    return [one.dropout for one in change.recipe.head.layers if isinstance(one, DropoutLayer)]


def higher(*phases: Phase) -> float | None:
    """The rate of the first phase, raised."""
    made = changes.higher_rate(Recipe(phases=phases), 0)
    return None if made is None else made.recipe.phases[0].learning_rate


@pytest.mark.parametrize(
    ("before", "more", "less"),
    [
        ([], [0.5], None),
        ([0.2], [0.5], []),
        ([0.4], [0.6], [0.2]),
        ([0.5, 0.5], [0.7, 0.7], [0.2, 0.2]),
        ([0.3, 0.1], [0.5, 0.5], [0.2]),
        ([0.7], None, [0.2]),
        ([0.8], None, [0.2]),
    ],
)
def test_dropout(before: list[float], more: list[float] | None, less: list[float] | None) -> None:
    assert shares(changes.more_dropout(dropout(*before))) == more
    assert shares(changes.less_dropout(dropout(*before))) == less


def test_the_title_says_both_values() -> None:
    titles = [
        changes.more_dropout(Recipe()),
        changes.more_dropout(dropout(0.2, 0.3)),
        changes.lower_rate(Recipe(), 0),
        changes.more_epochs(Recipe()),
        changes.early_stopping(Recipe()),
    ]
    assert [title.title for title in titles if title] == [
        "more dropout (0.2 → 0.5)",
        "more dropout",
        "a smaller learning rate (0.001 → 0.0001)",
        "more epochs (20 → 30)",
        "early stopping after 5 epochs without progress",
    ]


def test_more_epochs_are_for_the_run_too() -> None:
    made = changes.more_epochs(RECIPES["two phases"])
    assert made is not None
    assert (made.more_epochs, [phase.epochs for phase in made.recipe.phases]) == (5, [10, 10])
    assert changes.more_epochs(Recipe(phases=(Phase(epochs=1000),))) is None


def test_a_rate_rises_no_further_than_the_layers_bear() -> None:
    assert higher(Phase(learning_rate=1e-4)) == pytest.approx(1e-3)
    assert higher(Phase(learning_rate=0.01)) is None
    assert higher(Phase(learning_rate=1e-5, freeze=-20)) == pytest.approx(1e-4)
    assert higher(Phase(learning_rate=1e-4, freeze=-20)) is None


@pytest.mark.parametrize("rate", [1e-4, 1e-5])
def test_the_rate_of_a_head_is_not_held_down_by_what_is_thawed_after_it(rate: float) -> None:
    assert higher(Phase(learning_rate=rate), FINE) == pytest.approx(1e-3)


def test_a_rate_far_off_is_not_approached_by_tens() -> None:
    far = Recipe(phases=(Phase(learning_rate=1.0), Phase(freeze=-20, learning_rate=1.0)))
    assert changes.lower_rate(far, 0).recipe.phases[0].learning_rate == pytest.approx(0.01)
    assert changes.lower_rate(far, 1).recipe.phases[1].learning_rate == pytest.approx(0.0001)
    assert higher(Phase(learning_rate=1e-6)) == pytest.approx(0.001)


def test_one_block_more_is_frozen_until_only_the_head_is_left() -> None:
    recipe = Recipe(phases=(Phase(freeze=-60, learning_rate=1e-5),))
    counts = []
    while (made := changes.fewer_trained_layers(recipe, LAYERS)) is not None:
        recipe = made.recipe
        counts.append(len(LAYERS) - cuts.frozen_count(LAYERS, recipe.phases[-1].freeze))
    assert counts == sorted(counts, reverse=True)
    assert len(counts) > 1
    assert (counts[-1], recipe.phases[-1].freeze) == (0, "all")


def test_what_follows_thaws_a_block_and_what_refreezes_takes_it_back() -> None:
    thawed = thawing.following(Phase(), LAYERS)
    assert 0 < cuts.frozen_count(LAYERS, thawed.freeze) < len(LAYERS)
    assert thawing.refrozen(thawed, LAYERS).freeze == "all"


def test_random_weights_are_not_thawed() -> None:
    scratch = Recipe().changed("backbone.weights", "none")
    assert changes.thaw_last_layers(scratch, LAYERS) is None
    assert changes.thaw_last_layers(Recipe(), ()) is None
    assert changes.fewer_trained_layers(Recipe(), LAYERS) is None
