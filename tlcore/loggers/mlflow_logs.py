"""A run for MLflow, by its own client into ``mlflow.db`` (SQLite, as MLflow advises) and ``artifacts/``.

The experiment is the dataset; the run has the recipe as parameters, the figures of each epoch at their times,
and as artifacts the model, its card, the recipe and the confusion matrices.
"""

import contextlib
import logging
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tlcore.errors import RunError
from tlcore.loggers.told import Told
from tlcore.progress import Status

# Of MLflow: more parameters at once are refused.
_BATCH = 90
_TAG = "thaw.run"
_ENDS = {Status.DONE: "FINISHED", Status.STOPPED: "KILLED"}


def write(told: Told, folder: Path) -> None:
    """Into the folder's database, beside other runs. Nothing is left of a run that could not be written.

    Raises RunError, OSError.
    """
    # Thaw sends nothing to anybody by itself.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    # It tells of each table that it makes.
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    client = MlflowClient(tracking_uri=f"sqlite:///{(folder / 'mlflow.db').absolute().as_posix()}")
    try:
        experiment = _experiment(client, told, folder)
        if client.search_runs([experiment], f"tags.`{_TAG}` = '{told.run.id}'"):
            raise RunError(f"The folder holds logs of {told.run.name} already. Choose another one.")
        # By this tag it is found: half a run, as of a process that was killed, has none.
        tags = {name: value for name, value in told.tags.items() if name != _TAG}
        run = client.create_run(
            experiment, start_time=_milliseconds(told.began_s), tags=tags, run_name=told.run.name
        )
        id = run.info.run_id
        try:
            _log(client, id, told)
            client.set_tag(id, _TAG, told.run.id)
        except BaseException:
            # What went wrong first is told, also where a full disk takes no word of it either.
            with contextlib.suppress(MlflowException):
                client.delete_run(id)
            shutil.rmtree(folder / "artifacts" / id, ignore_errors=True)
            raise
    except MlflowException as error:
        raise RunError("MLflow refused the logs. Choose an empty folder, or update MLflow.") from error


def _experiment(client: Any, told: Told, folder: Path) -> str:
    name = f"{told.run.dataset_name} ({told.run.dataset_id})"
    found = client.get_experiment_by_name(name)
    if found is not None:
        return str(found.experiment_id)
    return str(client.create_experiment(name, (folder / "artifacts").absolute().as_uri()))


def _log(client: Any, id: str, told: Told) -> None:
    from mlflow.entities import Metric, Param

    params = [Param(name, str(value)) for name, value in told.params.items()]
    for start in range(0, len(params), _BATCH):
        client.log_batch(id, params=params[start : start + _BATCH])
    for epoch in told.epochs:
        at = _milliseconds(epoch.at_s)
        client.log_batch(id, [Metric(name, value, at, epoch.number) for name, value in epoch.figures.items()])
    at, last = _milliseconds(told.ended_s), told.epochs[-1].number
    client.log_batch(id, [Metric(name, value, at, last) for name, value in told.judged.items()])
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in told.texts.items():
            (Path(scratch) / name).write_text(text, encoding="utf-8")
        for name, png in told.confusions.items():
            (Path(scratch) / f"confusion_{name}.png").write_bytes(png)
        client.log_artifacts(id, scratch)
    if told.model_file is not None:
        client.log_artifact(id, str(told.model_file), "model")
    client.set_terminated(id, _ENDS.get(told.status, "FAILED"), _milliseconds(told.ended_s))


def _milliseconds(at_s: float) -> int:
    return round(at_s * 1000)
