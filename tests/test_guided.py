"""The four questions: what each answer chooses, and that it changes nothing else."""

import itertools
from pathlib import Path

import pytest

from tlcore import advice, backbones, guided, plans
from tlcore.config import Recipe
from tlcore.guided import Answers, Goal, Pictures, Place, Time

EVERY = [Answers(*each) for each in itertools.product(Pictures, Time, Place, Goal)]


def nothing(name: str) -> bool:
    return name == "efficientnet_lite0"


def everything(name: str) -> bool:
    return True


@pytest.mark.parametrize("at_hand", [nothing, everything])
def test_the_first_answers_choose_the_default_recipe(at_hand: guided.AtHand) -> None:
    assert guided.chosen(Recipe(), Answers(), at_hand) == Recipe()
    assert guided.differing(Recipe(), Answers(), at_hand) == ()


@pytest.mark.parametrize("at_hand", [nothing, everything])
def test_all_answers_choose_a_recipe_that_can_be_trained(at_hand: guided.AtHand) -> None:
    for answers in EVERY:
        recipe = guided.chosen(Recipe(), answers, at_hand)
        assert guided.differing(recipe, answers, at_hand) == ()
        assert at_hand(recipe.backbone.name)
        assert advice.warnings(plans.make(recipe, 3), pictures=200) == []


def test_the_default_network_is_always_at_hand(tmp_path: Path) -> None:
    assert backbones.get(guided.networks(Answers())[-1]).weights_status(tmp_path).place == "package"
    assert {guided.networks(answers)[-1] for answers in EVERY} == {"efficientnet_lite0"}
    assert {name for answers in EVERY for name in guided.networks(answers)} <= set(backbones.names())


@pytest.mark.parametrize(
    ("answers", "paths"),
    [
        (Answers(pictures=Pictures.DRAWINGS), set()),
        (Answers(time=Time.MINUTES), {"phases", "augmentation"}),
        (Answers(time=Time.HOUR), {"backbone.name", "phases", "augmentation"}),
        (Answers(place=Place.PHONE), {"backbone.name", "head.layers"}),
        (Answers(place=Place.BROWSER), {"backbone.name", "backbone.image_size", "head.layers"}),
        (Answers(goal=Goal.RARE), {"class_weights"}),
    ],
)
def test_what_an_answer_stands_for(answers: Answers, paths: set[str]) -> None:
    assert set(guided.differing(Recipe(), answers, everything)) == paths


def test_pictures_unlike_photographs_thaw_more_when_there_is_time() -> None:
    def frozen(pictures: Pictures, time: Time) -> list[object]:
        recipe = guided.chosen(Recipe(), Answers(pictures, time), nothing)
        return [phase.freeze for phase in recipe.phases]

    assert frozen(Pictures.PHOTOS, Time.MINUTES) == ["all"]
    assert frozen(Pictures.ABOVE, Time.MINUTES) == ["all", -20]
    assert frozen(Pictures.ABOVE, Time.HOUR) == ["all", -20, -60]


def test_letters_are_not_mirrored() -> None:
    flips = {
        pictures: guided.chosen(Recipe(), Answers(pictures, Time.MINUTES), nothing).augmentation.flip
        for pictures in Pictures
    }
    assert flips == {
        Pictures.PHOTOS: "horizontal",
        Pictures.DRAWINGS: "horizontal",
        Pictures.ABOVE: "both",
        Pictures.SIGNS: "none",
    }


def test_an_answer_leaves_what_was_set_by_hand() -> None:
    own = Recipe().with_changes({"head.layers": [{"dense": 17}], "phases.0.epochs": 3, "backbone.fit": "pad"})
    rare = guided.answered(own, Answers(), Answers(goal=Goal.RARE), everything)
    assert rare == own.changed("class_weights", "balanced")
    # And back: the recipe is as it was.
    assert guided.answered(rare, Answers(goal=Goal.RARE), Answers(), everything) == own
    phone = guided.answered(own, Answers(), Answers(place=Place.PHONE), everything)
    assert (phone.backbone.name, phone.backbone.fit) == ("mobilenet_v3_large", "pad")
    assert phone.phases == own.phases


def test_another_network_drops_what_only_the_old_one_has() -> None:
    own = Recipe().with_changes({"phases.0.freeze": 100, "backbone.image_size": 200})
    phone = guided.answered(own, Answers(), Answers(place=Place.PHONE), everything)
    assert (phone.phases[0].freeze, phone.backbone.image_size) == ("all", 200)


def test_without_its_weights_a_network_is_not_chosen() -> None:
    answers = Answers(place=Place.BROWSER)
    assert guided.networks(answers)[0] == "mobilenet_v3_small"
    recipe = guided.chosen(Recipe(), answers, nothing)
    assert (recipe.backbone.name, recipe.backbone.image_size) == ("efficientnet_lite0", 160)


def test_what_was_kept_is_read_with_care() -> None:
    kept = {"time": "hour", "goal": "fame", "place": 3, "pictures": ["photos"]}
    assert Answers.read(kept) == Answers(time=Time.HOUR)
    assert Answers.read(None) == Answers.read("x") == Answers()
