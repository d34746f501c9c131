import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tlcore import rates
from tlcore.workspace import Workspace


def test_the_peak_is_measured_once_and_kept(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "measure_peak", lambda: 123.0)
    assert rates.peak_gflops(workspace) == 123.0
    monkeypatch.setattr(rates, "measure_peak", lambda: 1 / 0)
    assert rates.peak_gflops(workspace) == 123.0


def test_the_measured_peak_is_of_this_world() -> None:
    assert 1 < rates.measure_peak() < 100_000


def test_what_is_learned_is_half_new_and_half_old(workspace: Workspace) -> None:
    assert rates.learned(workspace, "x") is None
    rates.learn(workspace, {"x": 2.0})
    rates.learn(workspace, {"x": 4.0, "y": 1.0})
    assert (rates.learned(workspace, "x"), rates.learned(workspace, "y")) == (3.0, 1.0)


def test_who_learn_at_once_lose_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    rates.learn(workspace, {"x": 257.0})
    read = rates.read_json

    def slow(file: Path) -> Any:
        found = read(file)
        time.sleep(0.02)
        return found

    monkeypatch.setattr(rates, "read_json", slow)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: rates.learn(workspace, {"x": 1.0}), range(8)))
    # Each of the eight halves what 257 has above 1.
    assert rates.learned(workspace, "x") == 2.0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"x": "fast", "peak": null}', '{"x": -1, "peak": 0}'])
def test_a_damaged_file_is_measured_anew(
    workspace: Workspace, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "measure_peak", lambda: 5.0)
    workspace.home.mkdir()
    (workspace.home / "rates.json").write_text(content)
    assert rates.learned(workspace, "x") is None
    assert rates.peak_gflops(workspace) == 5.0
    rates.learn(workspace, {"x": 7.0})
    assert json.loads((workspace.home / "rates.json").read_text())["x"] == 7.0


def test_a_disk_that_cannot_be_written_costs_no_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rates, "write_json", full)
    rates.learn(workspace, {"x": 1.0})
    assert "rates.json could not be written" in caplog.text
