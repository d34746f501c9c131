"""Cut points and freeze choices: the data, and Keras networks cut in two."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tlcore import backbones, cuts
from tlcore.backbones import Backbone, LayerInfo, measure
from tlcore.errors import RecipeError

# One of each kind: a chain, residual blocks, branches, plain operations between the layers. The smallest of
# each other family is cut in tests/backbones/test_every_entry.py.
KINDS = ("efficientnet_lite0", "vgg16", "resnet50", "inception_v3", "mobilenet_v3_small", "convnext_tiny")
each = pytest.mark.parametrize("entry", [backbones.get(name) for name in KINDS], ids=KINDS)

# Input, a stem, two branches, their sum, an end.
LAYERS = tuple(
    LayerInfo(name, "Conv2D", (8, 8, 4), 10, 10, is_cut)
    for name, is_cut in [
        ("input", False), ("stem", True), ("left", False), ("right", False), ("add", True), ("end", True)
    ]
)  # fmt: skip


@cache
def network_of(entry: Backbone) -> Any:
    with measure.quick_weights():
        return entry.build("none", 2 * entry.min_image_size_px, Path())


def test_cut_points_are_indexes() -> None:
    assert cuts.cut_points(LAYERS) == (1, 4, 5)


def steps(*shapes: tuple[int, ...]) -> tuple[LayerInfo, ...]:
    return tuple(LayerInfo(f"layer_{i}", "Reshape", shape, 0, 0, i > 0) for i, shape in enumerate(shapes))


def test_a_network_ends_in_a_map_or_a_vector() -> None:
    layers = steps((8, 8, 3), (6, 6, 4), (36, 4), (34, 8), (272,), (1, 1, 272, 1))
    assert cuts.cut_points(layers) == (1, 2, 3, 4, 5), "a prefix may be cached anywhere"
    assert cuts.ends(layers) == (1, 4)
    assert len(cuts.truncated(layers[:5], None)) == 5
    assert len(cuts.truncated(layers, "layer_1")) == 2
    with pytest.raises(RecipeError) as caught:
        cuts.truncated(layers, "layer_3")
    assert str(caught.value) == (
        "A network ends in a map (height × width × channels) or in a vector; 'layer_3' gives 34 × 8. "
        "Choose another cut point; the nearest one before it is 'layer_1'."
    )
    with pytest.raises(RecipeError, match="'layer_5' gives 1 × 1 × 272 × 1"):
        cuts.truncated(layers, None)


@pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)
def test_the_networks_of_the_registry_may_end_at_every_cut(entry: Backbone) -> None:
    assert cuts.ends(entry.layers()) == cuts.cut_points(entry.layers())


@pytest.mark.parametrize(
    ("freeze", "frozen"),
    [("all", 6), ("none", 0), (0, 0), (3, 3), (6, 6), (-1, 5), (-6, 0), ("input", 0), ("left", 2)],
)
def test_what_a_freeze_choice_means(freeze: str | int, frozen: int) -> None:
    assert cuts.frozen_count(LAYERS, freeze) == frozen


@pytest.mark.parametrize(
    ("freeze", "message"),
    [
        (7, "This backbone has 6 layers; 7 cannot be frozen. Choose a number from -6 to 6, 'all' or 'none'."),
        (
            -7,
            "This backbone has 6 layers; -7 cannot be frozen. Choose a number from -6 to 6, 'all' or 'none'.",
        ),
        ("rihgt", "This backbone has no layer 'rihgt'. Did you mean 'right'?"),
        ("zzz", "This backbone has no layer 'zzz'. They run from 'input' to 'end'."),
    ],
)
def test_a_freeze_choice_that_cannot_be(freeze: str | int, message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        cuts.frozen_count(LAYERS, freeze)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("frozen", "deepest", "usable"),
    [(0, None, ()), (1, None, ()), (2, 1, (1,)), (4, 1, (1,)), (5, 4, (1, 4)), (6, 5, (1, 4, 5))],
)
def test_cuts_within_the_frozen_layers(frozen: int, deepest: int | None, usable: tuple[int, ...]) -> None:
    assert cuts.deepest_cut(LAYERS, frozen) == deepest
    assert cuts.usable_cuts(LAYERS, frozen) == usable


def test_truncated() -> None:
    assert cuts.truncated(LAYERS, None) == LAYERS
    assert cuts.truncated(LAYERS, "add") == LAYERS[:5]
    with pytest.raises(RecipeError, match="'left' is not such a place. .* before it is 'stem'"):
        cuts.truncated(LAYERS, "left")


@pytest.mark.parametrize(
    ("name", "in_runtimes_md"),
    [("vgg16", 17), ("resnet50", 37), ("inception_v3", 27), ("mobilenet_v2", 72), ("efficientnet_lite0", 67)],
)
def test_number_of_cut_points(name: str, in_runtimes_md: int) -> None:
    """One more than in RUNTIMES.md: the network's output, which the head needs, is a cut too."""
    points = cuts.cut_points(backbones.get(name).layers())
    assert len(points) == in_runtimes_md + 1
    assert points[-1] == len(backbones.get(name).layers()) - 1


@each
def test_all_layers_before_a_cut_and_no_others_have_a_lower_index(entry: Backbone) -> None:
    """So "index < frozen" decides. Ancestors are followed here through the graph, not by depth."""
    network = network_of(entry)
    names = [layer.name for layer in network.layers]
    parents = {
        node.operation.name: {p.operation.name for p in node.parent_nodes} for node in cuts._nodes(network)
    }
    for index in cuts.cut_points(entry.layers()):
        assert ancestors(names[index], parents) & set(names) == set(names[:index])


@each
@pytest.mark.parametrize("place", [0, 0.5, 1], ids=["first", "middle", "last"])
def test_both_halves_together_are_the_network(entry: Backbone, place: float) -> None:
    network = network_of(entry)
    points = cuts.cut_points(entry.layers())
    name = entry.layers()[points[int(place * (len(points) - 1))]].name
    prefix, suffix = cuts.split(network, name)
    x = np.random.default_rng(0).normal(size=(2, *network.input_shape[1:])).astype("float32")
    whole = np.asarray(network(x, training=False))
    halves = np.asarray(suffix(prefix(x, training=False), training=False))
    assert np.abs(whole).max() > 0
    assert np.abs(whole - halves).max() == 0.0


@each
def test_splitting_again_and_again_changes_nothing(entry: Backbone) -> None:
    network = network_of(entry)
    before = cuts.find_cut_layers(network)
    cuts.split(network, network.layers[-1].name)
    assert cuts.find_cut_layers(network) == before
    assert before == {entry.layers()[index].name for index in cuts.cut_points(entry.layers())}


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("vgg16", ["block1_pool", "block2_pool", "block3_pool", "block4_pool", "block5_pool"]),
        (
            "resnet50",
            ["conv1_relu", "pool1_pool", "conv2_block1_out", "conv2_block2_out", "conv2_block3_out"],
        ),
        ("mobilenet_v2", ["Conv1_relu", "expanded_conv_project_BN", "block_1_project_BN", "block_2_add"]),
        ("mobilenet", ["conv1_relu", "conv_pw_1_relu", "conv_pw_2_relu", "conv_pw_3_relu"]),
        ("inception_v3", ["max_pooling2d_1", "mixed0", "mixed1", "mixed2"]),
        ("xception", ["block1_conv2_act", "add", "add_1"]),
        ("densenet121", ["zero_padding2d_1", "pool1", "conv2_block1_concat"]),
    ],
)
def test_blocks_end_where_people_expect(name: str, ends: list[str]) -> None:
    layers = backbones.get(name).layers()
    found = [layers[count - 1].name for count in cuts.block_ends(layers)[1:]]
    assert found[: len(ends)] == ends


@pytest.mark.parametrize("entry", backbones.all_backbones(), ids=lambda entry: entry.name)
def test_blocks_end_at_cuts_only(entry: Backbone) -> None:
    layers = entry.layers()
    first, *inner, last = cuts.block_ends(layers)
    assert (first, last) == (0, len(layers))
    assert {count - 1 for count in inner} <= set(cuts.cut_points(layers))


def test_without_names_each_cut_ends_a_block() -> None:
    plain = [replace(layer, name=f"layer_{i}") for i, layer in enumerate(LAYERS)]
    assert cuts.block_ends(plain) == (0, 2, 5, 6)


def test_halves_share_the_layers() -> None:
    network = network_of(backbones.get("vgg16"))
    prefix, suffix = cuts.split(network, "block3_pool")
    assert suffix.get_layer("block4_conv1") is network.get_layer("block4_conv1")
    assert [layer.name for layer in prefix.layers][-1] == "block3_pool"
    assert [layer.name for layer in suffix.layers][1:] == [layer.name for layer in network.layers[11:]]


def test_truncate() -> None:
    entry = backbones.get("resnet50")
    network = network_of(entry)
    short = cuts.truncate(network, "conv3_block4_out")
    kept = cuts.truncated(entry.layers(), "conv3_block4_out")
    assert [layer.name for layer in short.layers] == [layer.name for layer in kept]
    assert short.output_shape == (None, 8, 8, 512)
    assert cuts.split(short, "conv2_block1_out")[1].output_shape == (None, 8, 8, 512)


def test_a_layer_inside_a_branch_is_no_cut() -> None:
    network = network_of(backbones.get("resnet50"))
    with pytest.raises(RecipeError) as caught:
        cuts.split(network, "conv2_block1_2_conv")
    assert str(caught.value) == (
        "A network can be cut only where a single tensor passes; 'conv2_block1_2_conv' is not such a place. "
        "Choose a cut point; the nearest one before it is 'pool1_pool'."
    )
    with pytest.raises(RecipeError, match="no layer 'conv2_block1_oot'. Did you mean 'conv2_block1_out'"):
        cuts.truncate(network, "conv2_block1_oot")


def test_a_shared_layer_and_a_plain_operation_are_no_cuts() -> None:
    import keras

    inputs = keras.Input((4,))
    shared = keras.layers.Dense(4, name="shared")
    x = shared(shared(inputs))
    x = keras.layers.Dense(4, name="between")(x)
    x = keras.ops.tanh(x)
    model = keras.Model(inputs, keras.layers.Dense(2, name="end")(x))
    assert cuts.find_cut_layers(model) == {"between", "end"}


def ancestors(name: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents[name])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(parents[one])
    return found
