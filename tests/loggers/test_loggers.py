"""Logs of a run, read back by the libraries that they are for."""

import errno
import io
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import engines
from tlcore import evaluation, history, loggers, runs
from tlcore.config import Recipe
from tlcore.datasets import Dataset, Split
from tlcore.errors import NotSaved, RunError
from tlcore.loggers import matrix
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    engines.put_in_place(monkeypatch)


def epochs(run: Run) -> list[dict[str, Any]]:
    return [event for event in history.story(run.events()) if event["event"] == "epoch"]


def at_s(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["at"]).timestamp()


def scalars(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """By tag: steps, times and values, as TensorBoard reads them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util

    found = EventAccumulator(str(folder))
    found.Reload()
    return {
        tag: [
            (event.step, event.wall_time, float(tensor_util.make_ndarray(event.tensor_proto)))
            for event in found.Tensors(tag)
        ]
        for tag in found.Tags()["tensors"]
        if found.SummaryMetadata(tag).plugin_data.plugin_name == "scalars"
    }


def test_tensorboard_reads_the_figures_at_their_times(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    loggers.write(shared_workspace, trained, "tensorboard", tmp_path)
    folder = tmp_path / trained.id
    for part, names in (
        (
            "train",
            {"loss": "epoch_loss", "accuracy": "epoch_accuracy", "learning_rate": "epoch_learning_rate"},
        ),
        ("validation", {"val_loss": "epoch_loss", "val_accuracy": "epoch_accuracy"}),
    ):
        found = scalars(folder / part)
        assert found.keys() == {*names.values()}
        for name, tag in names.items():
            told = [(event["epoch"], at_s(event), event[name]) for event in epochs(trained)]
            assert found[tag] == [pytest.approx(line, rel=1e-6, abs=1e-9) for line in told]
    with pytest.raises(RunError, match="holds logs of Shared run already"):
        loggers.write(shared_workspace, trained, "tensorboard", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [trained.id]


def test_tensorboard_has_the_recipe_and_the_confusion_matrix(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import metadata
    from tensorboard.util import tensor_util

    loggers.write(shared_workspace, trained, "tensorboard", tmp_path)
    found = EventAccumulator(str(tmp_path / trained.id))
    found.Reload()
    hparams = found.PluginTagToContent("hparams")
    start = metadata.parse_session_start_info_plugin_data(hparams[metadata.SESSION_START_INFO_TAG])
    assert start.hparams["backbone.name"].string_value == trained.recipe.backbone.name
    assert start.hparams["phases.0.learning_rate"].number_value == 0.003
    end = metadata.parse_session_end_info_plugin_data(hparams[metadata.SESSION_END_INFO_TAG])
    assert end.end_time_secs == pytest.approx(at_s(trained.events()[-1]))
    width, height, png = tensor_util.make_ndarray(found.Tensors("confusion_val")[0].tensor_proto)
    assert Image.open(io.BytesIO(png)).size == (int(width), int(height))
    splits = evaluation.load(trained).splits
    ((_, _, accuracy),) = scalars(tmp_path / trained.id)["evaluated_val_accuracy"]
    assert accuracy == pytest.approx(splits[Split.VAL].accuracy)


def test_mlflow_reads_the_run(shared_workspace: Workspace, trained: Run, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        # MLflow's own, of the libraries that it uses.
        warnings.simplefilter("ignore")
        loggers.write(shared_workspace, trained, "mlflow", tmp_path)
        with pytest.raises(RunError, match="holds logs of Shared run already"):
            loggers.write(shared_workspace, trained, "mlflow", tmp_path)
        from mlflow.tracking import MlflowClient

        client = MlflowClient(tracking_uri=f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}")
        (experiment,) = [one for one in client.search_experiments() if one.name != "Default"]
        (found,) = client.search_runs([experiment.experiment_id])
        for name in ("loss", "val_accuracy", "learning_rate"):
            told = [(event["epoch"], round(at_s(event) * 1000), event[name]) for event in epochs(trained)]
            kept = client.get_metric_history(found.info.run_id, name)
            assert [(one.step, one.timestamp, one.value) for one in kept] == told
        artifacts = {one.path for one in client.list_artifacts(found.info.run_id)}
        model = client.download_artifacts(found.info.run_id, "model/model.keras", str(tmp_path))
    assert experiment.name == f"few ({trained.dataset_id})"
    assert (found.info.run_name, found.info.status) == ("Shared run", "FINISHED")
    assert found.data.params["phases.0.epochs"] == "6"
    assert found.data.tags["thaw.run"] == trained.id
    assert {"model", "model_card.md", "recipe.yaml", "confusion_val.png"} <= artifacts
    assert Path(model).read_bytes() == trained.model_file.read_bytes()


def test_mlflow_keeps_no_half_of_a_run(
    shared_workspace: Workspace, trained: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither where the disk is full, nor where nobody was left to clean up."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with warnings.catch_warnings():
        # MLflow's own, of the libraries that it uses.
        warnings.simplefilter("ignore")
        from mlflow.exceptions import MlflowException
        from mlflow.tracking import MlflowClient

        def refused(*_: object) -> None:
            raise MlflowException("database or disk is full")

        def runs_of(client: MlflowClient) -> list[str]:
            ids = [one.experiment_id for one in client.search_experiments() if one.name != "Default"]
            return [one.info.status for one in client.search_runs(ids)]

        client = MlflowClient(tracking_uri=f"sqlite:///{(tmp_path / 'mlflow.db').as_posix()}")
        with monkeypatch.context() as patch:
            patch.setattr(MlflowClient, "log_artifact", full)
            with pytest.raises(NotSaved, match="No space left on device"):
                loggers.write(shared_workspace, trained, "mlflow", tmp_path)
            assert runs_of(client) == []
            assert list((tmp_path / "artifacts").iterdir()) == []
            patch.setattr(MlflowClient, "delete_run", refused)
            with pytest.raises(NotSaved, match="No space left on device"):
                loggers.write(shared_workspace, trained, "mlflow", tmp_path)
        loggers.write(shared_workspace, trained, "mlflow", tmp_path)
        assert sorted(runs_of(client)) == ["FINISHED", "RUNNING"]


def test_what_cannot_be_logged_is_said(
    workspace: Workspace, few: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.create(workspace, Recipe(), few, name="Empty")
    with pytest.raises(RunError, match="Logs are written for tensorboard or mlflow, not 'csv'"):
        loggers.write(workspace, run, "csv", tmp_path)
    run.record("failed", message="No.", seconds={})
    with pytest.raises(RunError, match="Empty has no epoch"):
        loggers.write(workspace, run, "tensorboard", tmp_path)
    monkeypatch.setattr(loggers.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r"pip install 'thaw-studio\[mlflow\]'"):
        loggers.write(workspace, run, "mlflow", tmp_path)


def test_a_folder_that_cannot_be_is_a_sentence(
    shared_workspace: Workspace, trained: Run, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotSaved, match="could not be written"):
        loggers.write(shared_workspace, trained, "tensorboard", tmp_path / "file")


def test_the_matrix_is_darker_where_there_is_more() -> None:
    image = Image.open(io.BytesIO(matrix.draw(["a", "<b>"], [[8, 0], [4, 4]])))
    cells = [[image.getpixel((153 + 44 * said, 153 + 44 * true)) for said in (0, 1)] for true in (0, 1)]
    assert cells[0][0] == (23, 105, 156)
    assert sum(cells[0][1]) > sum(cells[1][1]) > sum(cells[0][0])
