"""The benchmark, on pictures so few and small that its seconds mean nothing; none of them are asserted."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.conftest import ROOT
from tlcore import backbones
from tlcore.benchmark import (
    busy,
    child,
    estimate,
    figure,
    markdown,
    pictures,
    plain,
    run,
    settings,
    tables,
    thaw,
)
from tlcore.benchmark.results import Measurement, Results, machine
from tlcore.benchmark.settings import QUICK, Settings
from tlcore.benchmark.task import FIRST_HEAD, Task
from tlcore.cli.app import app
from tlcore.datasets import Split
from tlcore.errors import RecipeError, RunError, UnknownBackbone
from tlcore.workspace import Workspace

LITE = "efficientnet_lite0"
# Few layers, so that what is made of them for TensorFlow is made soon.
FEW_LAYERS = "vgg16"
SMALL = Settings(
    images=24,
    backbones=(FEW_LAYERS,),
    epochs=3,
    plain_epochs=2,
    extraction=(FEW_LAYERS,),
    sizes=(),
    fine_tuning=False,
    image_size_px=32,
    window_s=0.01,
)

MACHINE = machine(200.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    """All four programs, each in its process."""
    return run.run(SMALL, folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> pictures.Made:
    return pictures.make(tmp_path_factory.mktemp("pictures"), 40)


def fake(task: Task, seconds: float = 2.0) -> dict[str, Any]:
    """What a process might have told."""
    if task.part == "extraction":
        paces = {"thaw": {"4": 190.0}, "tensorflow": {"8": 90.0}}
        return {"gflop": 0.77, "peak_gflops": 200.0, "thaw_runtime": "litert", "images_per_s": paces}
    ran = [0.5] * task.run_epochs
    heads = [child.head_result(task, seconds, ran, 0.75, {"network": 1.0}) for _ in task.heads]
    return {"heads": heads, "before_mb": 100.0}


def files(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for side in ("train", "val")
        for file in (folder / side).rglob("*.*")
    }


def test_the_pictures_are_the_same_each_time(made: pictures.Made, tmp_path: Path) -> None:
    again = pictures.make(tmp_path / "again", 40)
    assert (again.images, again.classes) == (40, 6)
    assert files(again.folder) == files(made.folder)


def test_all_programs_see_the_same_pictures_on_the_same_side(made: pictures.Made) -> None:
    dataset = pictures.the_dataset(Workspace(made.folder / "home"))
    listed = files(made.folder)
    for split in (Split.TRAIN, Split.VAL):
        kept = Counter(item.sha256 for item in dataset.of(split))
        assert kept == Counter(sha256 for name, sha256 in listed.items() if name.startswith(split.value))
    assert (made.train, made.val) == (len(dataset.of(Split.TRAIN)), len(dataset.of(Split.VAL)))
    assert made.train + made.val == 40


def test_variants_of_a_drawing_are_on_one_side(tmp_path: Path) -> None:
    made = pictures.make(tmp_path / "many", 300)
    sides: dict[str, set[str]] = {}
    for file in files(made.folder):
        side, *_, name = file.split(os.sep)
        sides.setdefault(name.split("-")[0], set()).add(side)
    assert len(sides) == 228
    assert all(len(found) == 1 for found in sides.values())
    assert made.val == pytest.approx(300 / 4, abs=10)


def test_each_program_tells_all(results: Results) -> None:
    assert results.complete
    assert [one.task.part for one in results.measurements] == ["thaw", "expert", "plain", "extraction"]
    assert [one.failed for one in results.measurements] == [""] * 4
    for one in results.measurements[:3]:
        first, second = one.heads
        for head in (first, second):
            told = {name: value for name, value in head.items() if isinstance(value, float | int)}
            assert {"seconds", "epoch_s", "first_epoch_s", "peak_mb", "val_accuracy"} <= told.keys()
            assert 0 <= told.pop("val_accuracy") <= 1
            told.pop("features_reused", None)
            assert min(told.values()) > 0
            assert head["epochs_run"] == one.task.run_epochs
            # Of what was measured, not of what was reckoned from it.
            assert sum(head["stages"].values()) <= head["measured_s"] + 0.05
        assert one.result["before_mb"] > 0


def test_the_second_head_finds_the_features(results: Results) -> None:
    by_thaw, by_expert, by_plain = (one.heads for one in results.measurements[:3])
    assert [head["features_reused"] for head in by_thaw] == [False, True]
    assert by_expert[1]["stages"]["features"] == 0 < by_expert[0]["stages"]["features"]
    assert all(head["seconds"] > head["measured_s"] for head in by_plain)
    assert all(head["seconds"] == head["measured_s"] for head in (*by_thaw, *by_expert))


def test_extraction_in_batches_of_several_sizes(results: Results) -> None:
    found = results.measurements[3].result
    # Whichever is faster on this machine; TensorFlow is given batches of one size.
    sizes = {"litert": ["1", "4", "8", "32"], "tensorflow": ["8"]}[found["thaw_runtime"]]
    assert found["gflop"] == round(backbones.get(FEW_LAYERS).gflop(32), 4)
    paces = found["images_per_s"]
    assert {name: list(each) for name, each in paces.items()} == {
        "thaw": sizes,
        "tensorflow": ["1", "4", "8", "32"],
    }
    assert min(pace for each in paces.values() for pace in each.values()) > 0
    assert found["peak_gflops"] > 0


def test_everything_is_in_the_file(results: Results, folder: Path) -> None:
    told = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(results.to_json()))
    assert told["complete"] is True
    assert [one["part"] for one in told["measurements"]] == ["thaw", "expert", "plain", "extraction"]
    assert told["machine"]["peak_gflops"] > 0
    (ratios,) = told["times_thaw"]
    assert ratios["first"].keys() == {"thaw", "expert", "plain"}
    assert ratios["second"]["thaw"] == 1


# Keras warns of its own default where `fit` takes a tf.data.Dataset; the tutorials leave it at that.
@pytest.mark.filterwarnings("ignore:.shuffle=True")
@pytest.mark.parametrize("program", [thaw, plain])
def test_fine_tuning(program: Any, made: pictures.Made) -> None:
    task = Task(
        "plain", FEW_LAYERS, "none", 32, 40, str(made.folder), epochs=2, timed_epochs=2, trained_layers=5
    )
    (head,) = program.measure(task)["heads"]
    assert head["epochs_run"] == 2
    assert head["epoch_s"] > 0


def test_the_plain_program_has_the_same_pretrained_weights() -> None:
    """Random ones are as fast, and the tests above have those of a network of few layers."""
    network = plain._network(Task("plain", LITE, "imagenet", 32), FIRST_HEAD, 2).get_layer(LITE)
    expected = backbones.get(LITE).build("imagenet", 32, Path())
    for weight, same in zip(network.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, same)


def test_epochs_that_were_not_run_are_as_long_as_the_later_ones() -> None:
    task = Task("plain", LITE, "none", 64, epochs=10, timed_epochs=2)
    head = child.head_result(task, 9.0, [5.0, 2.0], 0.5, {})
    assert (head["seconds"], head["measured_s"], head["epochs_run"]) == (25.0, 9.0, 2)
    assert (head["first_epoch_s"], head["epoch_s"]) == (5.0, 2.0)


def test_what_follows_from_the_settings(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    quick = settings.tasks(QUICK, workspace)
    assert {task.backbone for task in quick} == {LITE}
    assert {task.weights for task in quick} == {"imagenet"}
    assert {task.images for task in quick} == {0, 250}
    assert [task.run_epochs for task in quick if not task.trained_layers] == [10] * 4
    assert [task.trained_layers for task in quick if task.trained_layers] == [10, 10, 47, 47]
    full = settings.tasks(Settings(), workspace)
    assert Counter(task.part for task in full) == {"thaw": 8, "plain": 8, "expert": 6, "extraction": 4}
    assert {task.images for task in full} == {0, 250, 1000, 4000}
    assert {task.run_epochs for task in full if task.part == "plain" and not task.trained_layers} == {2}
    assert estimate.total_s(quick, 200.0) < estimate.total_s(full, 200.0) < estimate.total_s(full, 100.0)


def test_settings_that_cannot_be() -> None:
    with pytest.raises(UnknownBackbone, match="mobilenet"):
        Settings(backbones=("mobilnet",))
    with pytest.raises(RecipeError, match="24 images"):
        Settings(images=10)
    with pytest.raises(RecipeError, match="1 epoch"):
        Settings(epochs=0)


def test_the_tables() -> None:
    found = made_up(Settings(backbones=(LITE, "vgg16"), extraction=(LITE,), sizes=(250,)))
    titles = [table.title for table in tables.tables(found)]
    assert titles == [
        "A finished model: 1,000 images, 10 epochs",
        "Where the seconds went",
        "Frozen layers alone: images a second at each one's best batch size",
        f"Fine-tuning: {LITE}, 1,000 images",
        f"Growing with the pictures: {LITE}, 10 epochs",
    ]
    models, _, extraction, fine_tuning, growth = tables.tables(found)
    assert all(len(row) == len(table.columns) for table in tables.tables(found) for row in table.rows)
    # Thaw's ten epochs in 2 seconds; the plain program's two of 0.5 s, and eight more of them.
    assert models.rows[0][:6] == (LITE, "thaw", "2.0", "1.0", "2.0", "1.0")
    assert models.rows[2][:8] == (LITE, "plain", "6.0*", "3.0", "6.0*", "3.0", "75.0%*", "75.0%*")
    assert "vgg16" in models.note
    assert extraction.rows == ((LITE, "224", "0.77", "190.0", "4", "73%", "90.0", "8", "35%", "2.1"),)
    assert [row[0] for row in fine_tuning.rows] == ["last 10", "last 10", "last 47", "last 47"]
    assert [row[0] for row in growth.rows] == ["250"] * 3 + ["1,000"] * 3


def test_what_was_measured_beside_others_is_told_apart() -> None:
    found = made_up(QUICK)
    assert "Not to be believed" not in markdown.document(found)
    found.measurements[1] = replace(found.measurements[1], others=0.4)
    assert tables.tables(found)[-1].rows == ((LITE, "expert", "250", "40%"),)


def test_our_own_work_is_not_others(monkeypatch: pytest.MonkeyPatch) -> None:
    # Clock, all processors, our own processes: two processors for ten seconds, five of them not ours.
    moments = iter([(100.0, 1000.0, 50.0), (110.0, 1015.0, 60.0)])
    monkeypatch.setattr(busy, "_now", lambda: next(moments))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert busy.Watch().others() == 0.25


def made_up(chosen: Settings) -> Results:
    tasks = [replace(task, weights="none") for task in settings.tasks(chosen, Workspace(Path("nowhere")))]
    return Results(
        chosen, MACHINE, measurements=[Measurement(task, fake(task)) for task in tasks], complete=True
    )


def test_the_document_and_the_figure(results: Results) -> None:
    text = markdown.document(results)
    assert "**Interrupted" not in text
    for table in tables.tables(results):
        assert f"## {table.title}" in text
        assert f"| {' | '.join(table.rows[0])} |" in text
    drawn = figure.figure(results)
    assert sorted({trace.name for trace in drawn.data}) == [
        "Thaw's runtime",
        "expert",
        "plain",
        "tf.function",
        "thaw",
    ]
    bars = [trace for trace in drawn.data if trace.type == "bar" and trace.name == "thaw"]
    assert [bar.y[0] for bar in bars] == [head["seconds"] for head in results.measurements[0].heads]


def test_an_interruption_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def measure(task: Task, scratch: Path) -> dict[str, Any]:
        if task.part == "plain":
            raise KeyboardInterrupt
        return fake(task)

    monkeypatch.setattr(run, "measure", measure)
    found = run.run(SMALL, tmp_path)
    told = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert told["complete"] is found.complete is False
    assert [one["part"] for one in told["measurements"]] == ["thaw", "expert"]
    assert "**Interrupted" in markdown.document(found)
    assert figure.figure(found).data


def test_one_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def measure(task: Task, scratch: Path) -> dict[str, Any]:
        if task.part == "thaw":
            raise RunError("Out of memory.")
        return fake(task)

    monkeypatch.setattr(run, "measure", measure)
    found = run.run(SMALL, tmp_path)
    assert found.complete
    (failed,) = (table for table in tables.tables(found) if table.title == "Failed")
    assert failed.rows == ((FEW_LAYERS, "thaw", "24", "Out of memory."),)
    # Without Thaw there is nothing to compare with.
    assert [row[3] for row in tables.tables(found)[0].rows] == ["–", "–"]


def test_a_process_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="No backbone 'nothing'"):
        run.measure(Task("extraction", "nothing", "none", 64), tmp_path)


def test_the_command(monkeypatch: pytest.MonkeyPatch, results: Results, tmp_path: Path) -> None:
    asked: list[Settings] = []

    def measured(chosen: Settings, out: Path, tell: run.Tell) -> Results:
        asked.append(chosen)
        return results

    monkeypatch.setattr(run, "run", measured)
    words = ["bench", "--quick", "--backbones", "mobilenet_v2", "--sizes", "500", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert asked == [replace(QUICK, backbones=("mobilenet_v2",), extraction=("mobilenet_v2",), sizes=(500,))]
    assert "A finished model: 24 images, 3 epochs" in done.stdout
    assert (tmp_path / "results.md").read_text(encoding="utf-8") == markdown.document(results)
    assert b"plotly" in (tmp_path / "figure.html").read_bytes()
    done = CliRunner().invoke(app, [*words, "--json"])
    assert json.loads(done.stdout) == json.loads(json.dumps(results.to_json()))
    refused = CliRunner().invoke(app, ["bench", "--images", "3"])
    assert refused.exit_code == 1
    assert "24 images" in refused.stderr


@pytest.mark.skipif(os.name == "nt", reason="a signal to a group of processes")
def test_control_c(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    words = ["--images", "24", "--epochs", "1", "--backbones", FEW_LAYERS, "--image-size", "32"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tlcore.cli", "bench", *words, "--out", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
        start_new_session=True,
        # A shell's background jobs, and all they start, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 300
    while not (tmp_path / "results.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "Interrupted" in err
    assert "A finished model: 24 images" in out
    told = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert told["complete"] is False
    assert [one["part"] for one in told["measurements"]] == ["thaw"]
    assert (tmp_path / "results.md").exists()
    assert [file.name for file in temporary.iterdir() if file.name.startswith("thaw-bench")] == []
