"""Models that are taken as backbones: the same numbers, one flat chain, known without Keras."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.own_models import crafted
from tlcore import backbones, cuts, images, layer_measure, own_measure, runtimes
from tlcore.backbones import OwnBackbone, own, own_intake
from tlcore.datasets import Dataset
from tlcore.errors import ModelFileError, RecipeError, UnknownBackbone
from tlcore.runs import Run
from tlcore.workspace import Workspace

Take = Callable[..., OwnBackbone]


@pytest.fixture
def take(workspace: Workspace, tmp_path: Path) -> Take:
    def taken(model: Any, **choice: str) -> OwnBackbone:
        path = crafted.saved(model, tmp_path / f"{model.name}.keras")
        return own_intake.take(workspace, path, measure=own_measure.measure_folder, **choice)

    return taken


def rgb(side: int, count: int = 2) -> Any:
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3)).astype(np.float32)


def features(backbone: OwnBackbone, pixels: Any, weights: str = "imagenet") -> Any:
    import keras

    network = backbone.build(weights, pixels.shape[1], Path())
    inputs = keras.Input(pixels.shape[1:])
    whole = keras.Model(inputs, network(backbone.preprocess(inputs), training=False))
    return np.asarray(whole(pixels))


def before_last(model: Any, x: Any) -> Any:
    import keras

    return np.asarray(keras.Model(model.inputs[0], model.layers[-1].input)(x, training=False))


def randomized(model: Any) -> Any:
    """Other numbers in every weight, those that begin as zeros or ones too."""
    generator = np.random.default_rng(1)
    model.set_weights([generator.uniform(0.1, 0.9, weight.shape) for weight in model.get_weights()])
    return model


def test_pixels_in_a_row(take: Take, workspace: Workspace) -> None:
    """784 → 32 → 32 → 32 → 10: frozen, with a new output layer of ten classes, 330 weights are trained."""
    model = crafted.dense_784()
    backbone = take(model)
    layers = backbone.layers()
    assert [layer.output_shape for layer in layers] == [(784,), (32,), (32,), (32,)]
    assert [layer.params for layer in layers] == [0, 785 * 32, 33 * 32, 33 * 32]
    assert (backbone.params, backbone.layer_count, backbone.feature_width) == (27_232, 4, 32)
    assert cuts.cut_points(layers) == (1, 2, 3)
    assert layers[-1].output_shape[-1] * 10 + 10 == 330
    assert backbone.dropped == ("digit",)
    assert (backbone.image_size_px, backbone.channels, backbone.input_kind) == (28, 1, "vector")
    assert backbone.gflop() == pytest.approx(2 * 27_232 / 1e9)
    network = backbone.build("imagenet", 28, Path())
    assert cuts.find_cut_layers(network) == {"hidden_1", "hidden_2", "hidden_3"}
    pixels = rgb(28)
    grey = pixels @ np.array([0.2989, 0.587, 0.114], np.float32) / 255
    expected = before_last(model, grey.reshape(2, 784))
    np.testing.assert_allclose(features(backbone, pixels), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "pixels", "scaled"),
    [
        ((8, 8, 3), "auto", lambda x: x / 255),
        ((8, 8, 3), "0-255", lambda x: x),
        ((8, 8, 3), "-1-1", lambda x: x / 127.5 - 1),
        ((8, 8, 3), "caffe", lambda x: x[..., ::-1] - [103.939, 116.779, 123.68]),
        ((192,), "0-1", lambda x: x.reshape(-1, 192) / 255),
    ],
)
def test_scales_of_pixels(
    shape: tuple[int, ...], pixels: str, scaled: Callable[[Any], Any], take: Take, tmp_path: Path
) -> None:
    """What a backbone makes of pixels is what its model makes of them, saved and as a graph too."""
    import keras

    x = inputs = keras.Input(shape)
    x = keras.layers.Dense(3)(keras.layers.Flatten(name="kept")(x))
    model = keras.Model(inputs, keras.layers.Dense(2)(x))
    backbone = take(model, pixels=pixels)
    given = rgb(8)
    expected = before_last(model, scaled(given).astype(np.float32))
    start = keras.Input((8, 8, 3))
    whole = keras.Model(start, backbone.build("imagenet", 8, Path())(backbone.preprocess(start)))
    whole.save(tmp_path / "whole.keras")
    again = keras.models.load_model(tmp_path / "whole.keras", safe_mode=True)
    graph = tmp_path / "whole.tflite"
    graph.write_bytes(runtimes.to_litert(again))
    np.testing.assert_allclose(np.asarray(again(given)), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(runtimes.Graph([graph]).run(given), expected, rtol=1e-3, atol=1e-2)


def test_a_grey_model_as_a_graph(take: Take, tmp_path: Path) -> None:
    import keras

    backbone = take(crafted.dense_784())
    start = keras.Input((28, 28, 3))
    whole = keras.Model(start, backbone.build("imagenet", 28, Path())(backbone.preprocess(start)))
    whole.save(tmp_path / "whole.keras")
    again = keras.models.load_model(tmp_path / "whole.keras", safe_mode=True)
    (tmp_path / "graph").write_bytes(runtimes.to_litert(again))
    graph = runtimes.Graph([tmp_path / "graph"])
    np.testing.assert_allclose(graph.run(rgb(28)), features(backbone, rgb(28)), atol=1e-4)


def nested() -> Any:
    """Models in models, with names that collide, a shared layer, and one called in inference mode."""
    import keras
    from keras import layers

    def block(channels: int) -> Any:
        steps = [
            layers.Conv2D(channels, 3, padding="same", name="conv"),
            layers.BatchNormalization(name="bn"),
        ]
        return keras.Sequential([keras.Input((8, 8, channels)), *steps], name=f"block_{channels}")

    inside = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 1, name="conv")(inside)
    left, right = block(4), layers.ReLU(name="relu")
    x = layers.Add(name="sum")([right(left(x)), right(x)])
    body = keras.Model(inside, x * 2.0 + 1.0, name="body")
    inputs = keras.Input((8, 8, 3), name="picture")
    x = layers.RandomFlip(seed=1, name="mirror")(inputs)
    x = layers.Rescaling(1 / 127.5, -1, name="scale")(x)
    x = layers.Dropout(0.5, seed=1, name="relu")(body(x, training=False))
    x = layers.Dense(6, activation=layers.LeakyReLU(0.1), name="dense")(layers.Flatten()(x))
    x = layers.Dense(4, name="logits")(x)
    return randomized(keras.Model(inputs, layers.Softmax(name="shares")(x), name="nested"))


def test_models_in_models(take: Take) -> None:
    model = nested()
    backbone = take(model)
    names = [layer.name for layer in backbone.layers()]
    assert backbone.preprocessing == "none", "it scales the pixels itself"
    assert backbone.dropped == ("logits", "shares")
    assert names[:5] == ["picture", "mirror", "scale", "conv", "block_4_conv"]
    assert {"bn", "relu", "sum"} < set(names)
    assert len(set(names)) == len(names)
    assert not {layer.type for layer in backbone.layers()} & {"Functional", "Sequential"}
    network = backbone.build("imagenet", 8, Path())
    assert [layer.name for layer in network.layers] == names
    assert [layer.name for layer in backbone.build("none", 8, Path()).layers] == names
    assert layer_measure.layers_of(network) == backbone.layers()
    assert cuts.find_cut_layers(network) == {layer.name for layer in backbone.layers() if layer.is_cut}
    import keras

    expected = np.asarray(
        keras.Model(model.inputs[0], model.get_layer("dense").output)(rgb(8), training=False)
    )
    np.testing.assert_array_equal(np.asarray(network(rgb(8), training=False)), expected)
    front, back = cuts.split(network, "sum")
    halves = back(front(rgb(8), training=False), training=False)
    np.testing.assert_allclose(np.asarray(halves), expected, rtol=1e-6)


def test_normalization_keeps_what_it_learned(take: Take) -> None:
    import keras
    from keras import layers

    normal = layers.Normalization()
    normal.adapt(rgb(8, 10))
    steps = [keras.Input((8, 8, 3)), normal, layers.Flatten(), layers.Dense(4), layers.Dense(2)]
    model = keras.Sequential(steps)
    backbone = take(model)
    assert backbone.preprocessing == "none"
    np.testing.assert_array_equal(features(backbone, rgb(8)), before_last(model, rgb(8)))


def test_half_precision_becomes_whole(take: Take) -> None:
    import keras
    from keras import layers

    steps = [layers.Conv2D(4, 3, dtype="mixed_float16"), layers.Flatten(), layers.Dense(2, dtype="float16")]
    backbone = take(keras.Sequential([keras.Input((8, 8, 3)), *steps]))
    network = backbone.build("imagenet", 8, Path())
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}


def test_any_size(take: Take) -> None:
    import keras
    from keras import layers

    x = inputs = keras.Input((None, None, 1))
    for step in (
        layers.ZeroPadding2D(2),
        layers.Conv2D(4, 5, strides=2),
        layers.MaxPooling2D(3, 2, padding="same"),
        layers.Conv2D(4, 3, dilation_rate=2),
        layers.Cropping2D(1),
        layers.GlobalAveragePooling2D(),
        layers.Dense(8),
        layers.Dense(2),
    ):
        x = step(x)
    backbone = take(keras.Model(inputs, x))
    assert (backbone.any_size, backbone.image_size_px, backbone.min_image_size_px) == (True, 224, 32)
    for size in (32, 57, 100):
        assert backbone.layers(size) == layer_measure.layers_of(backbone.build("none", size, Path()))
    with pytest.raises(RecipeError, match="takes images of 32 px or more, not 31"):
        backbone.layers(31)


def test_any_size_with_operators_and_a_layer_called_twice(take: Take) -> None:
    import keras
    from keras import layers

    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same")(inputs)
    twice = layers.Conv2D(4, 3, padding="same")
    x = layers.MaxPooling2D(2)(twice(layers.ReLU()(twice(x))) + x)
    weights = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(x))
    outputs = layers.Dense(2)(layers.GlobalMaxPooling2D()(layers.ReLU()(x * weights)))
    backbone = take(keras.Model(inputs, outputs))
    assert backbone.any_size
    for size in (32, 57, 100):
        assert backbone.layers(size) == layer_measure.layers_of(backbone.build("none", size, Path()))


@pytest.mark.parametrize(
    ("side", "expected"),
    [
        (None, [(3, []), (4, [1, 1, 0, 2, 2]), ([4], None)]),
        (32, [([32, 32, 3], None), ([16, 16, 4], None), ([4], None)]),
    ],
)
def test_layers_are_kept_as_those_of_the_registry(side: int | None, expected: list[Any], take: Take) -> None:
    import keras
    from keras import layers

    steps = [layers.Conv2D(4, 3, 2, "same"), layers.GlobalMaxPooling2D(), layers.Dense(2)]
    backbone = take(keras.Sequential([keras.Input((side, side, 3)), *steps]))
    rows = json.loads((backbone.folder / "layers.json").read_bytes())
    assert [(shape, window) for _, _, shape, *_, window in rows] == expected


def test_a_size_without_a_simple_rule_is_fixed(take: Take) -> None:
    import keras
    from keras import layers

    x = inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(2, 3)(layers.UpSampling2D(2)(x))
    backbone = take(keras.Model(inputs, layers.Dense(2)(layers.GlobalMaxPooling2D()(x))))
    assert (backbone.any_size, backbone.image_size_px) == (False, 224)


def mobile_net() -> Any:
    import keras

    return keras.applications.MobileNetV3Small(weights=None, input_shape=(64, 64, 3), classes=5)


def conv_next() -> Any:
    from keras.src.applications import convnext

    return convnext.ConvNeXt(
        depths=[1, 1, 1, 1],
        projection_dims=[8, 16, 24, 32],
        weights=None,
        input_shape=(64, 64, 3),
        classes=5,
        weights_name="convnext_tiny",
    )


@pytest.mark.parametrize(("make", "width"), [(mobile_net, 1024), (conv_next, 32)])
def test_networks_of_keras(make: Callable[[], Any], width: int, take: Take) -> None:
    """They hold operators, layers of their own and models within; one ends in a convolution, not a Dense."""
    import keras

    model = make()
    backbone = take(model)
    assert backbone.feature_width == width
    before = keras.Model(model.inputs[0], model.get_layer(backbone.dropped[0]).input)
    network = backbone.build("imagenet", 64, Path())
    given = rgb(64, 1)
    np.testing.assert_array_equal(
        np.asarray(network(given, training=False)), np.asarray(before(given, training=False))
    )


def test_the_model_of_a_run(trained: Run, few: Dataset, workspace: Workspace) -> None:
    import keras

    backbone = own_intake.take(
        workspace,
        trained.model_file,
        measure=own_measure.measure_folder,
        title=trained.name,
        origin=f"run {trained.id}",
    )
    assert (backbone.title, backbone.preprocessing, backbone.feature_width) == ("Shared run", "none", 16)
    assert backbone.layers()[-1].name == "dense_1"
    model = keras.models.load_model(trained.model_file)
    before = keras.Model(model.inputs[0], model.get_layer("predictions").input)
    pictures = [images.load_rgb(few.path(item), 224) for item in few.items[:4]]
    pixels = np.stack(pictures).astype(np.float32)
    expected = np.asarray(before(pixels, training=False))
    assert expected.std() > 0
    np.testing.assert_allclose(features(backbone, pixels), expected, atol=1e-5)


def test_random_weights(take: Take) -> None:
    import keras

    backbone = take(crafted.small())
    own_weights, fresh = (features(backbone, rgb(8), weights) for weights in ("imagenet", "none"))
    assert np.abs(own_weights - fresh).max() > 1e-3
    keras.utils.set_random_seed(1)
    first = features(backbone, rgb(8), "none")
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(features(backbone, rgb(8), "none"), first)


def test_the_same_twice_is_one(take: Take, workspace: Workspace, tmp_path: Path) -> None:
    first = take(crafted.small())
    path = tmp_path / "small.keras"

    def nobody(folder: Path) -> None:
        raise AssertionError("measured again")

    assert own_intake.take(workspace, path.read_bytes(), measure=nobody) == first
    assert first.guessed
    known = own_intake.take(workspace, path, measure=nobody, pixels="0-1")
    assert known == replace(first, guessed=False)
    assert own_intake.take(workspace, path, measure=nobody) == own.load(workspace, first.id) == known
    other = own_intake.take(workspace, path, measure=own_measure.measure_folder, pixels="0-255")
    assert other.id != first.id
    assert {found.name for found in own.list_all(workspace)} == {first.name, other.name}
    kept = {file.name for file in first.folder.iterdir()}
    assert kept == {"model.keras", "layers.json", "meta.json"}
    assert list((workspace.home / "scratch").iterdir()) == []


def test_what_a_sender_put_under_an_id_is_not_taken_for_its_file(
    take: Take, workspace: Workspace, tmp_path: Path
) -> None:
    def nobody(folder: Path) -> None:
        raise AssertionError("measured again")

    mine = crafted.saved(crafted.small(), tmp_path / "mine.keras")
    elsewhere, third = Workspace(tmp_path / "elsewhere"), Workspace(tmp_path / "third")
    real = own_intake.take(elsewhere, mine, measure=own_measure.measure_folder)
    foreign = take(randomized(crafted.small()), id=real.id)
    assert (foreign.id, foreign.sent, real.sent) == (real.id, True, False)

    taken = own_intake.take(workspace, mine, measure=own_measure.measure_folder)
    assert (taken.id != real.id, taken.sent) == (True, False)
    np.testing.assert_array_equal(features(taken, rgb(8)), features(real, rgb(8)))
    assert own_intake.take(workspace, mine, measure=nobody) == taken
    with pytest.raises(ModelFileError, match=f"own:{real.id}, and so does another network here, 'small'"):
        own_intake.take(workspace, real.folder / "model.keras", measure=nobody, id=real.id)

    measure = own_measure.measure_folder
    honest = own_intake.take(third, real.folder / "model.keras", measure=measure, id=real.id)
    assert own_intake.take(third, mine, measure=nobody) == honest


def test_by_name(take: Take, workspace: Workspace) -> None:
    backbone = take(crafted.small(), title="Little one")
    assert backbones.get(backbone.name, workspace) == backbone
    assert (backbone.title, backbone.family, backbone.origin) == (
        "Little one",
        "Your own",
        "file small.keras",
    )
    assert backbones.get("efficientnet_lite0", workspace).name == "efficientnet_lite0"
    assert backbone.weights_status(workspace.weights).at_hand
    for name in ("own:0123456789abcdef", "own:", "own:../../x"):
        with pytest.raises(UnknownBackbone, match="in this workspace"):
            backbones.get(name, workspace)
    with pytest.raises(UnknownBackbone):
        backbones.get(backbone.name)


def test_what_is_said_of_the_pixels_and_of_what_is_left_out(take: Take) -> None:
    from keras import Input, Sequential, layers

    said = [
        take(crafted.small()).good_for,
        take(crafted.small("known"), pixels="-1-1").good_for,
        take(nested()).good_for,
    ]
    start = "Pictures like those it was trained on. It takes "
    assert [sentence.removeprefix(start) for sentence in said] == [
        "pictures of 8 px, pixels from 0 to 1 (guessed). Left out: classes. From file small.keras.",
        "pictures of 8 px, pixels from −1 to 1. Left out: classes. From file known.keras.",
        "pictures of 8 px, pixels from 0 to 255. Left out: logits, shares. From file nested.keras.",
    ]
    tops = [layers.Dense(2, name="top"), *(layers.Activation("relu", name=f"a{i}") for i in range(4))]
    steps = [layers.Flatten(), layers.Dense(2), *tops]
    many = take(Sequential([Input((8, 8, 3)), *steps], name="many"))
    assert "Left out: top, a0, a1 and 2 more. From" in many.good_for


def test_choices_that_cannot_be(take: Take) -> None:
    backbone = take(crafted.small())
    with pytest.raises(RecipeError, match="made for images of 8 px and takes no others, not 224"):
        backbone.build("imagenet", 224, Path())
    with pytest.raises(RecipeError, match="brings its own weights; 'x.h5' cannot be used"):
        backbone.build("x.h5", 8, Path())


def test_a_damaged_one_hides_no_other(take: Take, workspace: Workspace, tmp_path: Path) -> None:
    good = take(crafted.small())
    for id, files in (("0" * 16, {}), ("1" * 16, {"meta.json": "{"}), ("2" * 16, {"meta.json": "[]"})):
        (workspace.backbones / id).mkdir()
        for name, content in files.items():
            (workspace.backbones / id / name).write_text(content)
    (workspace.backbones / "stray.txt").write_text("")
    assert own.list_all(workspace) == [good]
    assert len(own.list_damaged(workspace)) == 4
    (good.folder / "layers.json").unlink()
    assert own.list_all(workspace) == []
    again = own_intake.take(workspace, tmp_path / "small.keras", measure=own_measure.measure_folder)
    assert own.list_all(workspace) == [again]
    assert replace(again, created=good.created) == good


def test_what_is_kept_was_looked_at(take: Take) -> None:
    import zipfile

    import keras

    model = crafted.small()
    model.compile("adam", "mse")
    backbone = take(model)
    with zipfile.ZipFile(backbone.folder / "model.keras") as archive:
        assert set(archive.namelist()) == {"metadata.json", "config.json", "model.weights.h5"}
        config = archive.read("config.json").decode()
    assert "compile_config" not in config
    assert "build_config" not in config
    assert json.loads(config)["class_name"] == "Sequential"
    assert not keras.models.load_model(backbone.folder / "model.keras").compiled
