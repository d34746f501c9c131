import pytest

from tlcore import plans
from tlcore.config import Recipe
from tlcore.errors import RecipeError, UnknownBackbone


def recipe(
    backbone: str,
    layers: list[dict[str, object]],
    *,
    pooling: str = "avg",
    phases: list[dict[str, object]] | None = None,
    **choice: object,
) -> Recipe:
    return Recipe.parse(
        {
            "backbone": {"name": backbone, **choice},
            "phases": phases or [{}],
            "head": {"pooling": pooling, "layers": layers},
        }
    )


@pytest.mark.parametrize(
    ("made", "trainable", "total"),
    [
        (recipe("vgg16", [{"dense": 128}, {"dropout": 0.2}]), 66_954, 14_781_642),
        (recipe("vgg16", [{"dense": 256}], pooling="flatten"), 6_425_354, 14_714_688 + 6_425_354),
        (recipe("mobilenet_v2", [{"dense": 1024}]), 1_321_994, 2_257_984 + 1_321_994),
    ],
)
def test_parameters_of_known_recipes(made: Recipe, trainable: int, total: int) -> None:
    plan = plans.make(made, classes=10)
    assert plan.phases[0].trainable_params == trainable
    assert plan.total_params == total


def test_two_phases_each_have_their_own_cut() -> None:
    plan = plans.make(recipe("mobilenet_v2", [{"dense": 1024}], phases=[{}, {"freeze": 100}]), classes=10)
    head, fine = plan.phases
    assert (head.frozen_layers, head.trained_layers, head.pooled, head.feature_shape) == (
        154,
        0,
        True,
        (1280,),
    )
    assert (fine.frozen_layers, fine.trained_layers, fine.pooled) == (100, 54, False)
    names = [layer.name for layer in plan.layers]
    assert names.index(fine.cut_point) < 100
    assert fine.feature_shape == plan.layers[names.index(fine.cut_point)].output_shape


def test_flatten_caches_the_map_not_the_vector() -> None:
    phase = plans.make(recipe("vgg16", [], pooling="flatten"), classes=3).phases[0]
    assert (phase.pooled, phase.feature_shape, phase.bytes_per_image) == (False, (7, 7, 512), 7 * 7 * 512 * 4)


def test_nothing_frozen_keeps_pixels() -> None:
    phase = plans.make(recipe("vgg16", [], phases=[{"freeze": "none"}]), classes=3).phases[0]
    assert (phase.cut_point, phase.feature_shape, phase.bytes_per_image) == (
        None,
        (224, 224, 3),
        224 * 224 * 3,
    )


def test_a_cache_beyond_the_budget_gives_way_to_pixels() -> None:
    made = recipe("vgg16", [], phases=[{"freeze": "block2_conv2"}])
    fits = plans.make(made, classes=3, images=10, budget_bytes=10 * 112 * 112 * 128 * 4).phases[0]
    assert fits.cut_point == "block2_conv1"
    tight = plans.make(made, classes=3, images=10, budget_bytes=10 * 1_000_000).phases[0]
    assert tight.cut_point is None
    assert tight.trainable_params == fits.trainable_params


def test_every_view_counts_against_the_budget() -> None:
    made = recipe("vgg16", [], phases=[{"freeze": "block5_conv1"}])
    budget = 10 * 14 * 14 * 512 * 4
    assert plans.make(made, classes=3, images=10, budget_bytes=budget).phases[0].cut_point == "block4_pool"
    flipped = made.changed("augmentation", {"flip": "horizontal", "views": 2})
    # Two views of each picture fit in half precision, four do not fit at all.
    halved = plans.make(flipped, classes=3, images=10, budget_bytes=budget).phases[0]
    assert (halved.cut_point, halved.dtype, halved.bytes_per_image) == (
        "block4_pool",
        "float16",
        14 * 14 * 512 * 2,
    )
    more = flipped.changed("augmentation.views", 4)
    streamed = plans.make(more, classes=3, images=10, budget_bytes=budget).phases[0]
    assert (streamed.cut_point, streamed.dtype) == (None, "uint8")
    # Without a flip all views are the pictures themselves, and kept once.
    same = made.changed("augmentation.views", 2)
    assert plans.make(same, classes=3, images=10, budget_bytes=budget).phases[0].cut_point == "block4_pool"


def test_cut_at_drops_what_comes_after() -> None:
    plan = plans.make(recipe("vgg16", [], cut_at="block4_pool"), classes=10)
    assert plan.output_shape == (14, 14, 512)
    assert plan.layers[-1].name == "block4_pool"
    assert plan.total_params == 7_635_264 + 513 * 10


def test_choices_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UnknownBackbone, match="Did you mean 'mobilenet_v2'"):
        plans.make(recipe("mobilnet_v2", []), classes=2)
    with pytest.raises(RecipeError, match="has no layer 'block4_pol'"):
        plans.make(recipe("vgg16", [], cut_at="block4_pol"), classes=2)
    with pytest.raises(RecipeError, match="19 layers; 400 cannot be frozen"):
        plans.make(recipe("vgg16", [], phases=[{"freeze": 400}]), classes=2)


def test_the_description_is_plain_data() -> None:
    told = plans.make(Recipe(), classes=6).to_json()
    assert told["backbone_layers"] == 141
    assert told["output_shape"] == [7, 7, 1280]
    assert told["phases"][0]["trainable_params"] == 1281 * 128 + 129 * 6
    assert told["cut_points"][-1] == told["phases"][0]["cut_point"]
