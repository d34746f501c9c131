"""Every format of the registry: made of a tiny model, compared, packed, and used by its own program."""

import ast
import importlib.metadata
import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests import several_labels
from tests.exporters import tiny_runs
from tests.own_models import crafted
from tests.pictures import encoded, image
from tlcore import (
    about,
    datasets,
    exporters,
    imported_model,
    intake,
    own_measure,
    runs,
    runtimes,
    training,
)
from tlcore.backbones import own_intake
from tlcore.config import Recipe
from tlcore.datasets import Dataset
from tlcore.errors import RunError
from tlcore.exporters import FORMATS, Exporter, Opened, Parity, Source, Tolerance
from tlcore.predict import Predictor
from tlcore.runs import Run
from tlcore.workspace import Workspace

EXACT = ("keras", "saved_model", "litert", "onnx", "web")
OURS = ["labels.json", "recipe.yaml", "README.md", "parity.json"]
FILES = {
    "keras": ["model.keras"],
    "saved_model": ["saved_model/saved_model.pb", "saved_model/variables/variables.index"],
    "litert": ["model.tflite"],
    "litert_float16": ["model.tflite"],
    "litert_int8": ["model.tflite"],
    "onnx": ["model.onnx"],
    "web": ["app/model.js", "app/classifier.js", "app/onnxruntime/wasm.js", "app/onnxruntime/LICENSE"],
}


def unpacked(workspace: Workspace, run: Run, formats: list[str], folder: Path) -> Path:
    exporters.package(workspace, run, formats, folder / "out.zip")
    with zipfile.ZipFile(folder / "out.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder / "out")
    return folder / "out"


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


RUN_ALL = """
import runpy, sys
_, picture, *programs = sys.argv
for program in programs:
    sys.argv = [program, picture]
    runpy.run_path(program, run_name="__main__")
print("tensorflow" in sys.modules)
"""


def answers(programs: list[Path], picture: Path) -> tuple[list[dict[str, float]], bool]:
    """What programs print of a picture, and whether they needed TensorFlow.

    One after the other in one process, since loading TensorFlow is what takes time. In the isolated mode
    nothing of Thaw can be imported.
    """
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP")
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN_ALL, str(picture), *map(str, programs)], cwd=programs[0].parent,
        capture_output=True, check=True, text=True,
        env={name: os.environ[name] for name in kept if name in os.environ},
    )  # fmt: skip
    *lines, heavy = [line for line in done.stdout.splitlines() if line.startswith(("{", "True", "False"))]
    return [ast.literal_eval(line) for line in lines], heavy == "True"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture that Thaw keeps as it is, with transparent parts, in no shape of a square."""
    picture = image(5, (61, 40), "RGBA")
    picture.putalpha(image(6, (61, 40), "L"))
    file = tmp_path_factory.mktemp("odd") / "cut out.png"
    file.write_bytes(encoded(picture))
    return file


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_says_what_the_run_says(made: dict[str, Parity], format: str) -> None:
    found = made[format]
    assert found.refused == ""
    assert found.real
    # Of 36 pictures 32, and copies in other formats.
    assert found.pictures == 39
    assert {Path(row.picture).suffix for row in found.rows[32:]} == {
        ".png",
        ".tiff",
        ".bmp",
        ".gif",
        ".jpg",
        ".webp",
    }
    assert len({row.run.index(max(row.run)) for row in found.rows}) > 1
    assert found.size_bytes > 1000
    assert found.milliseconds > 0
    if format in EXACT:
        assert found.difference <= 1e-4
        assert found.agree == found.pictures
    else:
        assert 0 < found.difference < 0.3


@pytest.mark.parametrize("format", FORMATS)
def test_the_package_holds_all_that_is_needed(
    shared_workspace: Workspace, tiny: Run, made: dict[str, Parity], format: str, tmp_path: Path
) -> None:
    folder = unpacked(shared_workspace, tiny, [format], tmp_path)
    program = FORMATS[format].program
    assert {*FILES[format], *OURS, program.file} <= names(folder)
    assert not any("__pycache__" in name or "made.json" in name for name in names(folder))
    assert json.loads((folder / "labels.json").read_text(encoding="utf-8")) == list(tiny.classes)
    assert (folder / "recipe.yaml").read_text(encoding="utf-8") == tiny.recipe.to_yaml()
    assert (folder / program.file).read_text(encoding="utf-8") == exporters.program(tiny, format)
    told = json.loads((folder / "parity.json").read_text(encoding="utf-8"))
    assert told["formats"][format]["agree"] == made[format].agree
    said = (folder / "README.md").read_text("utf-8")
    assert f"    {program.use.splitlines()[0]}\n" in said
    assert program.about in said


def test_a_pipe_takes_every_letter(
    shared_workspace: Workspace, tiny: Run, made: dict[str, Parity], odd: Path, tmp_path: Path
) -> None:
    folder = unpacked(shared_workspace, tiny, ["onnx"], tmp_path)
    labels = ["桜 →", *tiny.classes[1:]]
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")
    # As a pipe of Windows has it.
    done = subprocess.run(
        [sys.executable, str(folder / "predict.py"), str(odd)],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
    )
    assert list(ast.literal_eval(done.stdout.decode())) == labels


def test_the_recipe_of_the_package_has_the_epochs_that_were_added(
    workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    run = tiny_runs.bare(workspace, few)
    run.record("extended", epochs=7)
    tiny_runs.put(workspace, run, "onnx")
    folder = unpacked(workspace, run, ["onnx"], tmp_path)
    recipe = Recipe.load(folder / "recipe.yaml")
    # This history has none before.
    assert [phase.epochs for phase in recipe.phases] == [7]


@pytest.mark.parametrize(
    "formats", [["keras", "saved_model"], ["litert", "litert_float16", "litert_int8"], ["onnx"]]
)
def test_the_programs_of_the_package_agree_with_the_run(
    shared_workspace: Workspace,
    tiny: Run,
    made: dict[str, Parity],
    formats: list[str],
    odd: Path,
    tmp_path: Path,
) -> None:
    # With another one beside it, so that each has a folder.
    beside = "litert" if formats == ["onnx"] else "onnx"
    folder = unpacked(shared_workspace, tiny, [*formats, beside], tmp_path)
    found, heavy = answers([folder / format / "predict.py" for format in formats], odd)
    assert heavy == ("keras" in formats)
    expected = Predictor(shared_workspace, tiny).predict_file(odd).probabilities
    assert len(found) == len(formats)
    for format, printed in zip(formats, found, strict=True):
        assert list(printed) == list(expected)
        within = FORMATS[format].tolerance.difference if format != "litert_int8" else 0.2
        # Printed with four digits.
        assert list(printed.values()) == pytest.approx(list(expected.values()), abs=within + 6e-5)


def test_several_formats_lie_in_a_folder_each(
    shared_workspace: Workspace, tiny: Run, made: dict[str, Parity], tmp_path: Path
) -> None:
    folder = unpacked(shared_workspace, tiny, ["onnx", "keras", "onnx"], tmp_path)
    assert {path.name for path in folder.iterdir()} == {"onnx", "keras", "parity.json"}
    assert {"model.onnx", "predict.py", *OURS[:-1]} == names(folder / "onnx")
    told = json.loads((folder / "parity.json").read_text(encoding="utf-8"))
    assert list(told["formats"]) == ["onnx", "keras"]
    assert told["formats"]["onnx"]["runtime"].startswith("onnxruntime ")
    assert len(told["formats"]["onnx"]["rows"]) == 39
    # What was taken away is not cleaned away.
    assert about.read(tiny.folder).exported


@pytest.mark.parametrize("kind", ["one unit", "several labels"])
def test_sigmoid_outputs(kind: str, workspace: Workspace, few_pictures: Path, tmp_path: Path) -> None:
    if kind == "several labels":
        dataset = several_labels.taken(workspace)
    else:
        chosen = [
            (f"{name}/{file.name}", file.read_bytes())
            for name in ("bird", "fruit")
            for file in (few_pictures / name).iterdir()
        ]
        dataset = intake.take(workspace, chosen, name="two")
    run = tiny_runs.finished(workspace, dataset, loss="binary_crossentropy", fit="pad")
    assert run.output.units == (1 if kind == "one unit" else 3)
    found = exporters.make(workspace, run, "litert")
    assert (found.agree, found.refused) == (found.pictures, "")
    assert all(len(row.export) == len(dataset.classes) for row in found.rows)
    picture = dataset.path(dataset.items[0])
    expected = Predictor(workspace, run).predict_file(picture).probabilities
    (printed,), _ = answers([unpacked(workspace, run, ["litert"], tmp_path) / "predict.py"], picture)
    assert list(printed.values()) == pytest.approx(list(expected.values()), abs=2e-4)
    said = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert ("the second class" in said, "each for itself" in said) == (kind == "one unit", kind != "one unit")
    assert "padded with white" in said


def test_a_network_that_was_trained_in_part(
    shared_workspace: Workspace, few: Dataset, tmp_path: Path
) -> None:
    """Its statistics have moved, and the layers that were trained lie in a graph of their own."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.Input((24, 24, 3)),
            layers.Conv2D(4, 3, strides=2, activation="relu", name="first"),
            layers.Conv2D(8, 3, strides=2, activation="relu", name="second"),
            layers.BatchNormalization(name="statistics"),
            layers.Conv2D(8, 3, activation="relu", name="third"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, name="classes"),
        ]
    )
    file = crafted.saved(network, tmp_path / "brought.keras")
    own = own_intake.take(shared_workspace, file, measure=own_measure.measure_folder)
    phase = {"epochs": 1, "freeze": "second", "batch_normalization": "trained", "learning_rate": 0.01}
    recipe = Recipe.parse({"backbone": {"name": own.name}, "phases": [phase]})
    run = runs.create(shared_workspace, recipe, few, name="Partly trained")
    training.train(shared_workspace, run)
    trained = imported_model.model_of(run).get_layer(f"own_{own.id}")
    assert np.abs(trained.get_layer("statistics").moving_mean).max() > 0
    assert len(runtimes.graph_files(shared_workspace, run)[0]) == 2
    for format in ("litert", "onnx"):
        found = exporters.make(shared_workspace, run, format)
        assert (found.agree, found.refused) == (found.pictures, "")


class Telling:
    """A format for tests: a folder tree whose program is no Python, and says what it is told to."""

    file, language, use, runtime = "app/index.html", "html", "Open app/index.html", "a browser 1"
    about, numbers, checked = "It is a page.", "app/numbers.js", "It was looked at beside"

    def __init__(self, answer: list[float] | None = None) -> None:
        self.answer = answer

    def text(self, facts: exporters.Facts) -> str:
        return f"<p>{facts.image_size_px}</p>"

    def open(self, folder: Path) -> Opened:
        assert (folder / self.file).read_text(encoding="utf-8") == "<p>32</p>"
        assert (folder / "app" / "js" / "model.bin").read_bytes() == b"weights"
        return Opened(lambda picture: self.answer, lambda pictures: 1.0)

    @staticmethod
    def make(source: Source, folder: Path) -> None:
        assert source.model.input_shape == (None, 32, 32, 3)
        (folder / "app" / "js").mkdir(parents=True)
        (folder / "app" / "js" / "model.bin").write_bytes(b"weights")


def entry(answer: list[float], **tolerance: float) -> Exporter:
    telling = Telling(answer)
    allowed = Tolerance(**{"difference": 1.0, "agreement": 0.0} | tolerance)
    return Exporter("A page", "Says one thing.", telling.make, telling, allowed)


def test_a_format_may_be_a_folder_with_a_program_of_another_language(
    shared_workspace: Workspace, tiny: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, "page", entry([1.0, 0.0, 0.0]))
    found = exporters.make(shared_workspace, tiny, "page")
    assert found.size_bytes == len(b"weights")
    folder = unpacked(shared_workspace, tiny, ["page"], tmp_path)
    assert names(folder) == {"app/index.html", "app/js/model.bin", *OURS}
    assert "    Open app/index.html" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "tolerance", "reason"),
    [
        ([1.0, 0.0, 0.0], {"difference": 1e-4}, "Its probabilities differ from the run's by up to "),
        ([1.0, 0.0, 0.0], {"agreement": 0.9}, "It says other classes than the run for "),
        ([float("nan"), 0.0, 0.0], {}, "It gives something that is no number"),
    ],
)
def test_what_differs_too_much_is_refused(
    shared_workspace: Workspace,
    tiny: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: list[float],
    tolerance: dict[str, float],
    reason: str,
) -> None:
    monkeypatch.setitem(FORMATS, "wrong", entry(answer, **tolerance))
    found = exporters.make(shared_workspace, tiny, "wrong")
    assert found.refused.startswith(reason)
    assert exporters.load(tiny, "wrong") == found
    # What is of no use takes no room.
    assert names(tiny.folder / "exports" / "wrong") == {"made.json"}
    with pytest.raises(RunError, match=f"^A page: {reason}"):
        exporters.package(shared_workspace, tiny, ["wrong"], tmp_path / "out.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_converted_is_told(
    shared_workspace: Workspace, tiny: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(source: Source, folder: Path) -> None:
        raise ValueError("an operation is not known")

    monkeypatch.setitem(FORMATS, "onnx", replace(FORMATS["onnx"], make=fail))
    before = exporters.load(tiny, "onnx")
    said = r"^This network cannot be converted to ONNX \(ValueError\)\. Take another format\.$"
    with pytest.raises(RunError, match=said):
        exporters.make(shared_workspace, tiny, "onnx")
    assert exporters.load(tiny, "onnx") == before


def test_a_converter_that_ends_harms_nobody(tmp_path: Path) -> None:
    """Its process is made to end: the pictures it is given are none."""
    (tmp_path / "made").mkdir()
    source = Source(None, tmp_path / "model.keras", lambda: np.array([None]))
    with pytest.raises(RunError, match=r"^The converter to int8 gave up on this network \(status 1\)\."):
        FORMATS["litert_int8"].make(source, tmp_path / "made")
    assert names(tmp_path) == set()


def test_an_export_is_of_the_model_as_it_is_now(
    workspace: Workspace, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "load", lambda *words: few)
    run = tiny_runs.finished(workspace, few)
    monkeypatch.setitem(FORMATS, "page", entry([1.0, 0.0, 0.0]))
    found = exporters.make(workspace, run, "page")
    assert exporters.load(run, "page") == found
    # As a training writes it that goes on.
    content = run.model_file.read_bytes()
    run.model_file.unlink()
    run.model_file.write_bytes(content + b"\0")
    assert exporters.load(run, "page") is None
    with pytest.raises(RunError, match=r"^Tiny was not exported to A page yet, or was changed since\."):
        exporters.package(workspace, run, ["page"], tmp_path / "out.zip")


def test_without_the_dataset_drawings_are_compared(
    shared_workspace: Workspace, tiny: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = replace(tiny, dataset_id="0123456789abcdef")
    monkeypatch.setitem(FORMATS, "page", entry([1.0, 0.0, 0.0]))
    found = exporters.make(shared_workspace, gone, "page")
    assert (found.real, found.pictures) == (False, 16 + 7)
    with pytest.raises(RunError, match=r"^Whole numbers are calibrated on training pictures"):
        exporters.make(shared_workspace, gone, "litert_int8")


def test_a_run_without_a_model_has_nothing_to_take_away(workspace: Workspace, few: Dataset) -> None:
    run = runs.create(workspace, Recipe(), few, name="Fresh")
    with pytest.raises(RunError, match=r"^Fresh has no model yet\. Train it to the end first\.$"):
        exporters.make(workspace, run, "keras")


def test_an_unknown_format_names_those_there_are(tiny: Run) -> None:
    said = (
        r"^There is no export format 'onnyx'\. Did you mean 'onnx'\? There is: "
        r"keras, saved_model, litert, litert_float16, litert_int8, onnx, web\.$"
    )
    with pytest.raises(RunError, match=said):
        exporters.get("onnyx")
    with pytest.raises(RunError, match=said):
        exporters.program(tiny, "onnyx")
    with pytest.raises(RunError, match=said):
        exporters.package(Workspace(tiny.folder), tiny, ["onnyx"], Path("x"))


def test_every_runtime_is_one_that_is_installed() -> None:
    for exporter in FORMATS.values():
        name, version = exporter.program.runtime.split()
        assert importlib.metadata.version(name) == version
    assert io.StringIO(FORMATS["keras"].program.use).readline() == "pip install tensorflow pillow numpy\n"
