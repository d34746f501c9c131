"""Files that are not taken: each is refused with a sentence, without Keras, and leaves nothing behind."""

import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.own_models import crafted
from tlcore import own_measure
from tlcore.backbones import own_intake
from tlcore.errors import ModelFileError
from tlcore.workspace import Workspace


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return crafted.saved(crafted.small(), tmp_path_factory.mktemp("good") / "small.keras")


@pytest.fixture
def refuse(workspace: Workspace) -> Iterator[Callable[[Path | bytes], str]]:
    """The sentence with which a file is refused before any worker is asked."""

    def nobody(folder: Path) -> None:
        raise AssertionError("a worker was asked")

    def sentence(source: Path | bytes, name: str = "") -> str:
        with pytest.raises(ModelFileError) as told:
            own_intake.take(workspace, source, measure=nobody, name=name)
        assert "\n" not in str(told.value)
        return str(told.value)

    yield sentence
    left = [path for path in workspace.home.rglob("*") if path.is_file()]
    assert left == []


def layer(config: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = config["config"]["layers"][number]
    return found


def lambda_by_keras(folder: Path, good: Path) -> Path:
    import keras

    keras.config.enable_unsafe_deserialization()
    try:
        inputs = keras.Input((8, 8, 3))
        twice = keras.layers.Lambda(lambda x: x * 2, name="double")(inputs)
        outputs = keras.layers.Dense(2)(keras.layers.Flatten()(twice))
        return crafted.saved(keras.Model(inputs, outputs), folder / "lambda.keras")
    finally:
        from keras.src.backend.common import global_state

        global_state.set_global_attribute("safe_mode_saving", None)


def registered_by_keras(folder: Path, good: Path) -> Path:
    import keras

    @keras.saving.register_keras_serializable(package="mine")
    class Swirl(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x

    model = keras.Sequential([keras.Input((8, 8, 3)), Swirl(name="swirl"), keras.layers.Flatten()])
    return crafted.saved(model, folder / "custom.keras")


def function_by_keras(folder: Path, good: Path) -> Path:
    import keras

    @keras.saving.register_keras_serializable(package="mine")
    def bend(x: Any) -> Any:
        return x

    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Activation(bend, name="bent")])
    return crafted.saved(model, folder / "function.keras")


def hidden_layer(change: dict[str, Any]) -> Callable[[Path, Path], Path]:
    return lambda folder, good: crafted.changed(
        good, folder / "changed.keras", lambda config: layer(config, 2).update(change)
    )


def setting(number: int, **settings: Any) -> Callable[[Path, Path], Path]:
    return lambda folder, good: crafted.changed(
        good, folder / "changed.keras", lambda config: layer(config, number)["config"].update(settings)
    )


OTHER_FILE = {"module": "keras.layers", "class_name": "TFSMLayer", "registered_name": None}
OTHER_FILE["config"] = {"name": "flat", "filepath": "/tmp/x"}  # type: ignore[assignment]
FUNCTION = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
BUILTIN = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "relu"}
HIDDEN_LAMBDA = {"class_name": "__lambda__", "config": {"value": ["4w==", None, None]}}
NUMPY = {"class_name": "__numpy__", "config": {"value": [1], "dtype": "float32"}}
FOREIGN = {"module": "subprocess", "class_name": "Popen", "config": {"args": "x"}, "registered_name": None}
OPERATION = {"module": "keras.src.ops.core", "class_name": "Map", "registered_name": "Map"}


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda_by_keras, ["'double'", "Lambda", "Python code", "stock Keras layers"]),
        (registered_by_keras, ["'swirl'", "custom class 'mine>Swirl'", "code that is not in the file"]),
        (function_by_keras, ["'bent'", "function", "never run"]),
        (hidden_layer(OTHER_FILE), ["'flat'", "TFSMLayer", "loads code or another file"]),
        (hidden_layer({"class_name": "Embedding"}), ["'flat'", "Embedding", "not one of the layers"]),
        (hidden_layer({"class_name": "Nonesuch"}), ["'flat'", "Nonesuch", "not one of the layers"]),
        (hidden_layer({"module": "keras.src.utils.io_utils"}), ["'flat'", "not one of the layers"]),
        (hidden_layer({"module": None}), ["'flat'", "custom class"]),
        (hidden_layer(OPERATION), ["'flat'", "Map"]),
        (setting(3, activation=FUNCTION), ["'hidden'", "function 'system'", "never run"]),
        (setting(3, activation=BUILTIN), ["'hidden'", "function 'relu'"]),
        (setting(3, activation="mine>bend"), ["'hidden'", "activation 'mine>bend'"]),
        (setting(3, kernel_initializer="mine>start"), ["'hidden'", "kernel_initializer 'mine>start'"]),
        (setting(3, kernel_regularizer=FOREIGN), ["'hidden'", "custom class 'Popen'"]),
        (setting(3, bias_constraint=HIDDEN_LAMBDA), ["'hidden'", "Lambda"]),
        (setting(3, kernel_initializer=NUMPY), ["'hidden'", "__numpy__"]),
        (setting(3, dtype="int8_from_float32"), ["'hidden'", "int8_from_float32"]),
        (setting(3, units=10**10), ["'hidden' (Dense)", "units 10,000,000,000", "1,000,000 is the limit"]),
        (setting(1, kernel_size=[10**4000, 3]), ["'conv'", "more than 30 digits"]),
    ],
)
def test_what_is_not_on_the_lists(
    make: Callable[[Path, Path], Path],
    says: list[str],
    good: Path,
    tmp_path: Path,
    refuse: Callable[[Path], str],
) -> None:
    sentence = refuse(make(tmp_path, good))
    assert [part for part in says if part not in sentence] == [], sentence


def test_a_model_of_its_own_class(good: Path, tmp_path: Path, refuse: Callable[[Path], str]) -> None:
    path = crafted.changed(good, tmp_path / "x.keras", lambda config: config.update(class_name="MyNet"))
    assert "class 'MyNet'; only Sequential and Functional" in refuse(path)


def test_json_nested_very_deep(good: Path, tmp_path: Path, refuse: Callable[[Path], str]) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    path = crafted.changed(good, tmp_path / "deep.keras", lambda config: '{"config": ' + deep + "}")
    assert "nested more than 64 deep" in refuse(path)


def test_brackets_within_strings_do_not_count(good: Path) -> None:
    from tlcore.keras_files import config_check

    config_check.check_depth(json.dumps({"name": '[{"\\' * 1000}), "x")
    config_check.check_depth('"' + '\\"' * 300_000, "x")


def test_models_in_models_that_explode(good: Path, tmp_path: Path, refuse: Callable[[Path], str]) -> None:
    def nest(config: dict[str, Any]) -> None:
        inner = json.loads(json.dumps(config))
        for _ in range(5):
            inner = {**config, "config": {**config["config"], "layers": [inner] * 2}}
            inner["inbound_nodes"] = [{}] * 3
        config["config"]["layers"] = [inner]

    assert "more than 5,000 layers" in refuse(crafted.changed(good, tmp_path / "x.keras", nest))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (crafted.external_link, "is a link to somewhere else"),
        (crafted.soft_link, "is a link to somewhere else"),
        (crafted.virtual, "lie in other files"),
        (crafted.external_storage, "lie in other files"),
        (crafted.never_written, "more than 2 GB of weights"),
        (crafted.text, "holds no numbers"),
    ],
)
def test_weights_that_point_elsewhere(
    change: Callable[[Any], None], says: str, good: Path, tmp_path: Path, refuse: Callable[[Path], str]
) -> None:
    sentence = refuse(crafted.with_weights(good, tmp_path / "links.keras", change))
    assert says in sentence
    assert "The weights in 'links.keras'" in sentence


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_cut_short(share: float, good: Path, refuse: Callable[..., str]) -> None:
    content = good.read_bytes()
    assert "is a damaged file" in refuse(content[: int(len(content) * share)], name="mine.keras")


def test_changed_on_its_way(good: Path, refuse: Callable[..., str]) -> None:
    content = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as archive:
        start = archive.getinfo("model.weights.h5").header_offset + 200
    content[start : start + 50] = bytes(50)
    assert "is a damaged file" in refuse(bytes(content), name="mine.keras")


def test_a_further_part(good: Path, tmp_path: Path, refuse: Callable[[Path], str]) -> None:
    with zipfile.ZipFile(good) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    path = crafted.zipped(parts | {"assets/words.txt": b"a"}, tmp_path / "x.keras")
    assert "holds 'assets/words.txt'" in refuse(path)
    del parts["model.weights.h5"]
    assert "holds no weights" in refuse(crafted.zipped(parts, tmp_path / "y.keras"))


def test_a_part_that_unpacks_to_too_much(good: Path, tmp_path: Path, refuse: Callable[[Path], str]) -> None:
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * 33_000_000)
        archive.writestr("model.weights.h5", b"")
    assert "config.json unpacks to more than 32 MB" in refuse(path)


def torch_zip(folder: Path) -> Path:
    return crafted.zipped({"model/data.pkl": b"\x80\x02}.", "model/version": b"3"}, folder / "net.pth")


def saved_model_zip(folder: Path) -> Path:
    return crafted.zipped({"net/saved_model.pb": b"", "net/variables/x": b""}, folder / "saved.zip")


def old_h5(folder: Path) -> Path:
    import h5py

    with h5py.File(folder / "old.h5", "w") as file:
        file.attrs["model_config"] = "{}"
    return folder / "old.h5"


def written(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def a_folder(folder: Path) -> Path:
    (folder / "saved").mkdir()
    (folder / "saved" / "saved_model.pb").write_bytes(b"")
    return folder / "saved"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (torch_zip, "PyTorch"),
        (written("net.pt", pickle.dumps({"a": 1}, protocol=2)), "PyTorch"),
        (written("model.pkl", pickle.dumps({"a": 1})), "Python pickle"),
        (written("net.tflite", b"\x1c\x00\x00\x00TFL3" + bytes(50)), "LiteRT (.tflite) graph"),
        (written("net.keras", b"\x1c\x00\x00\x00TFL3" + bytes(50)), "LiteRT (.tflite) graph"),
        (written("net.onnx", b"\x08\x08\x12\x07pytorch"), "ONNX"),
        (written("graph.pb", b"\n\x10"), "SavedModel"),
        (saved_model_zip, "SavedModel"),
        (a_folder, "SavedModel"),
        (old_h5, "old .h5 format"),
        (written("net.safetensors", b"\x10\0\0\0\0\0\0\0{}"), "weights without their network"),
        (written("pictures.txt", b"hello"), "not a Keras model"),
        (written("empty.keras", b""), "is empty"),
        (lambda folder: crafted.zipped({"cat/1.png": b""}, folder / "a.zip"), "no config.json"),
    ],
)
def test_other_kinds_of_files(
    make: Callable[[Path], Path], says: str, tmp_path: Path, refuse: Callable[[Path], str]
) -> None:
    sentence = refuse(make(tmp_path))
    assert says in sentence
    assert ".keras" in sentence, "the way out is named"


def test_a_check_loads_neither_keras_nor_tensorflow(good: Path, tmp_path: Path) -> None:
    bad = crafted.changed(good, tmp_path / "x.keras", lambda config: layer(config, 1).update(class_name="X"))
    program = """
import sys
from pathlib import Path
from tlcore import own_jobs
from tlcore.backbones import own, own_intake, weights_file
from tlcore.errors import ModelFileError
from tlcore.workspace import Workspace

told = []
for path in sys.argv[2:]:
    try:
        own_intake.take(Workspace(Path(sys.argv[1])), Path(path), measure=lambda folder: None)
    except ModelFileError as error:
        told.append(str(error))
assert "(X)" in told[0] and "not measured" in told[1], told
sys.stdout.write(" ".join(sorted({"tensorflow", "keras"} & set(sys.modules))))
"""
    command = [sys.executable, "-c", program, str(tmp_path / "home"), str(bad), str(good)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (told.returncode, told.stdout) == (0, ""), told.stderr
    assert [path for path in (tmp_path / "home").rglob("*") if path.is_file()] == []


# --- What only the worker can tell ---


def measured(workspace: Workspace, path: Path, **choice: str) -> str:
    def job(folder: Path) -> None:
        own_measure.measure_job(str(folder))

    with pytest.raises(ModelFileError) as told:
        own_intake.take(workspace, path, measure=job, **choice)
    assert [path for path in workspace.home.rglob("*") if path.is_file()] == []
    return str(told.value)


def test_more_weights_than_there_may_be(good: Path, workspace: Workspace, tmp_path: Path) -> None:
    def widen(config: dict[str, Any]) -> None:
        layer(config, 3)["config"]["units"] = layer(config, 4)["config"]["units"] = 10**6

    sentence = measured(workspace, crafted.changed(good, tmp_path / "wide.keras", widen))
    assert "1,000,000,000 is the limit" in sentence


def test_fewer_weights_than_layers(good: Path, workspace: Workspace, tmp_path: Path) -> None:
    path = setting(3, units=5000)(tmp_path, good)
    assert "they do not belong together" in measured(workspace, path)


def test_weights_of_another_shape(good: Path, workspace: Workspace, tmp_path: Path) -> None:
    path = setting(3, units=4)(tmp_path, good)
    assert "Keras cannot rebuild it" in measured(workspace, path)


def test_only_a_classifier(workspace: Workspace, tmp_path: Path) -> None:
    import keras

    model = keras.Sequential([keras.Input((64,)), keras.layers.Dense(10, activation="softmax")])
    assert "nothing of the model is left" in measured(workspace, crafted.saved(model, tmp_path / "one.keras"))


@pytest.mark.parametrize("shape", [(8, 6, 3), (8, 8, 4), (100, 3), (7,), (None, None, 2)])
def test_inputs_that_are_no_square_pictures(
    shape: tuple[int | None, ...], workspace: Workspace, tmp_path: Path
) -> None:
    import keras

    inputs = keras.Input(shape)
    x = keras.layers.Dense(2)(keras.layers.Dense(3)(inputs))
    path = crafted.saved(keras.Model(inputs, x), tmp_path / "x.keras")
    assert "takes an input of the shape" in measured(workspace, path)


def test_two_inputs(workspace: Workspace, tmp_path: Path) -> None:
    import keras

    inputs = [keras.Input((64,)), keras.Input((64,))]
    x = keras.layers.Dense(2)(keras.layers.Add()(inputs))
    path = crafted.saved(keras.Model(inputs, x), tmp_path / "x.keras")
    assert "2 inputs and 1 outputs" in measured(workspace, path)


def test_an_end_that_no_head_fits(workspace: Workspace, tmp_path: Path) -> None:
    """It would be planned, and then fail in training: the head pools maps."""
    import keras
    from keras import layers

    steps = [layers.Reshape((16, 12)), layers.Conv1D(4, 3), layers.Dense(2)]
    path = crafted.saved(keras.Sequential([keras.Input((8, 8, 3)), *steps]), tmp_path / "x.keras")
    sentence = measured(workspace, path)
    assert "gives numbers of the shape (14, 4)" in sentence
    assert "Put a Flatten or a pooling layer before" in sentence


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(number: float, workspace: Workspace, tmp_path: Path) -> None:
    model = crafted.small()
    kernel = model.get_layer("conv").kernel
    kernel.assign(kernel * 0 + number)
    sentence = measured(workspace, crafted.saved(model, tmp_path / "x.keras"))
    assert "Its weights 'small/conv/kernel' hold numbers that are infinite or no numbers" in sentence


def test_who_gave_up_finds_nothing_left_behind(
    good: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is removed while the worker is at it, or before: the job ends and makes none."""
    load = own_measure.own_network.load

    def too_late(*words: Any, **named: Any) -> None:
        raise AssertionError("went on")

    def job(folder: Path) -> None:
        def load_and_lose(path: Path) -> Any:
            model = load(path)
            shutil.rmtree(folder.parent)
            return model

        monkeypatch.setattr(own_measure.own_network, "load", load_and_lose)
        monkeypatch.setattr(own_measure.own_network, "flattened", too_late)
        for _ in range(2):
            own_measure.measure_job(str(folder))
            assert not folder.parent.exists()

    with pytest.raises(ModelFileError, match="not measured to its end"):
        own_intake.take(workspace, good, measure=job)


def test_colour_scales_for_a_grey_model(workspace: Workspace, tmp_path: Path) -> None:
    path = crafted.saved(crafted.dense_784(), tmp_path / "grey.keras")
    assert "for colour pictures" in measured(workspace, path, pixels="caffe")


def test_a_scale_that_is_none(good: Path, refuse: Any, workspace: Workspace) -> None:
    with pytest.raises(ModelFileError, match="Pixels are one of auto, 0-255"):
        own_intake.take(workspace, good, measure=lambda folder: None, pixels="0-100")
