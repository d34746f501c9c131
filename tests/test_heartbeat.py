import json
import platform
import time
from pathlib import Path

import pytest

from tlcore import heartbeat
from tlcore.heartbeat import SILENT_AFTER_S


def tell(folder: Path, ago_s: float, machine: str = platform.node()) -> None:
    told = {"machine": machine, "monotonic_s": time.monotonic() - ago_s}
    (folder / "heartbeat.json").write_text(json.dumps(told))


def test_a_process_that_beats_is_heard_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.01)
    file = tmp_path / "heartbeat.json"
    assert not heartbeat.is_silent(tmp_path)
    with heartbeat.beating(tmp_path, tmp_path / "history.jsonl"):
        first = file.read_bytes()
        deadline_s = time.monotonic() + 30
        while file.read_bytes() == first and time.monotonic() < deadline_s:
            pass
        assert file.read_bytes() != first
        assert not heartbeat.is_silent(tmp_path)
    # What an ended process left says nothing of the next one.
    assert list(tmp_path.iterdir()) == []


def test_silence_is_told_by_the_clock_of_the_machine(tmp_path: Path) -> None:
    tell(tmp_path, SILENT_AFTER_S - 5)
    assert not heartbeat.is_silent(tmp_path)
    tell(tmp_path, SILENT_AFTER_S + 5)
    assert heartbeat.is_silent(tmp_path)


def test_a_wall_clock_that_jumps_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(tmp_path, 1)
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert not heartbeat.is_silent(tmp_path)


def test_of_another_machine_it_counts_when_the_file_changed_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clock began elsewhere; so did that of this machine, where the beat is of before a restart."""
    for machine, ago_s in (("another", 1e6), ("another", -1e6), (platform.node(), -1e6)):
        now_s = time.monotonic()
        tell(tmp_path, ago_s, machine)
        assert not heartbeat.is_silent(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(time, "monotonic", lambda now_s=now_s: now_s + SILENT_AFTER_S + 5)
            assert heartbeat.is_silent(tmp_path)
            # It lives: the file changes.
            (tmp_path / "heartbeat.json").write_text(json.dumps({"machine": machine, "monotonic_s": 9e9}))
            assert not heartbeat.is_silent(tmp_path)


class Turns:
    """Stands for the end that is waited for between two beats: it comes after so many."""

    def __init__(self, most: int) -> None:
        self.left = most

    def wait(self, _: float) -> bool:
        self.left -= 1
        return self.left < 0


@pytest.mark.parametrize(("patience_s", "beats"), [(900.0, True), (-1.0, False)])
def test_a_process_whose_work_stands_still_no_longer_beats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patience_s: float, beats: bool
) -> None:
    monkeypatch.setattr(heartbeat, "EVENTLESS_S", patience_s)
    file = tmp_path / "heartbeat.json"
    heartbeat._keep_beating(file, tmp_path / "history.jsonl", Turns(3))  # type: ignore[arg-type]
    assert file.exists() is beats


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"machine": 1, "monotonic_s": "x"}'])
def test_what_cannot_be_read_is_no_silence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heartbeat.json").write_bytes(content)
    assert not heartbeat.is_silent(tmp_path)
