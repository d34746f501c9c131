"""A checkpoint is there whole or not at all; a damaged one is known; the newest and the best stay."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tlcore import checkpoints
from tlcore.checkpoints import Checkpoint
from tlcore.errors import NotSaved

FILES = ["weights.npz", "optimizer.npz", "best.npz", "state.json", "manifest.json"]


class Killed(BaseException):
    """The process dies here."""


def checkpoint(epoch: int, val_accuracy: float = 0.5) -> Checkpoint:
    return Checkpoint(
        epoch,
        1,
        epoch - 1,
        False,
        val_accuracy,
        weights=[np.full((2, 3), epoch, np.float32), np.array(0.1 * epoch)],
        optimizer=[np.array(epoch, np.int64)],
        best=[np.zeros(4, np.float16)],
        state={"early": {"wait": 2, "best": 0.1 + 0.2}, "plateau": None},
    )


def as_data(found: Checkpoint | None) -> Any:
    assert found is not None
    arrays = {
        name: [(a.dtype, a.tolist()) for a in getattr(found, name)]
        for name in ("weights", "optimizer", "best")
    }
    plain = (found.epoch, found.phase, found.phase_epochs, found.phase_ended, found.val_accuracy, found.state)
    return arrays, plain


def test_what_is_read_is_what_was_saved(tmp_path: Path) -> None:
    assert checkpoints.latest(tmp_path).checkpoint is None
    for epoch in (2, 10):
        checkpoints.save(tmp_path, checkpoint(epoch))
    found = checkpoints.latest(tmp_path)
    assert as_data(found.checkpoint) == as_data(checkpoint(10))
    assert found.damaged == ()
    # The history tells of fewer epochs: what is built on the others does not count.
    assert as_data(checkpoints.latest(tmp_path, 9).checkpoint) == as_data(checkpoint(2))
    assert checkpoints.latest(tmp_path, 1).checkpoint is None
    assert sorted(file.name for file in (tmp_path / "10").iterdir()) == sorted(FILES)


def test_one_that_is_there_is_never_changed(tmp_path: Path) -> None:
    checkpoints.save(tmp_path, checkpoint(1, 0.5))
    checkpoints.save(tmp_path, checkpoint(1, 0.9))
    assert as_data(checkpoints.latest(tmp_path).checkpoint) == as_data(checkpoint(1, 0.5))


def test_two_and_the_best_are_kept(tmp_path: Path) -> None:
    for epoch, accuracy in enumerate([0.1, 0.8, 0.2, 0.8, 0.3, 0.4], start=1):
        checkpoints.save(tmp_path, checkpoint(epoch, accuracy))
    assert checkpoints.epochs(tmp_path) == [2, 5, 6]
    checkpoints.discard_all_but(tmp_path, 6)
    assert [entry.name for entry in tmp_path.iterdir()] == ["6"]


def test_a_first_one_without_an_accuracy_is_not_the_best(tmp_path: Path) -> None:
    for epoch, accuracy in ((1, float("nan")), (2, 0.3), (3, 0.2), (4, 0.1)):
        checkpoints.save(tmp_path, checkpoint(epoch, accuracy))
    assert checkpoints.epochs(tmp_path) == [2, 3, 4]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("how", ["truncated", "flipped", "gone"])
def test_a_damaged_one_falls_back_one_and_says_which(tmp_path: Path, file: str, how: str) -> None:
    for epoch in (1, 2, 3):
        checkpoints.save(tmp_path, checkpoint(epoch))
    path = tmp_path / "3" / file
    content = bytearray(path.read_bytes())
    if how == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    found = checkpoints.latest(tmp_path)
    assert found.damaged == (3,)
    assert as_data(found.checkpoint) == as_data(checkpoint(2))


def test_each_byte_of_the_manifest_counts(tmp_path: Path) -> None:
    """A flipped one is noticed, or changes nothing that is read."""
    checkpoints.save(tmp_path, checkpoint(1))
    path = tmp_path / "1" / "manifest.json"
    content = path.read_bytes()
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 0x10
        path.write_bytes(changed)
        found = checkpoints.latest(tmp_path)
        assert found.damaged == (1,) or as_data(found.checkpoint) == as_data(checkpoint(1))


@pytest.mark.parametrize("step", range(14))
def test_a_death_at_any_step_of_writing_leaves_the_old_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The process dies before the call, so that what a dying one cleans up is not cleaned up."""
    for epoch, accuracy in ((1, 0.1), (2, 0.2)):
        checkpoints.save(tmp_path, checkpoint(epoch, accuracy))
    calls = 0

    def dying(real: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > step:
                raise Killed
            return real(*args, **named)

        return call

    with monkeypatch.context() as patch:
        # Each step of it, and of cleaning up: nothing happens any more in a dead process.
        for name in ("fsync", "rename"):
            patch.setattr(checkpoints.os, name, dying(getattr(os, name)))
        patch.setattr(checkpoints.shutil, "rmtree", dying(checkpoints.shutil.rmtree))
        try:
            checkpoints.save(tmp_path, checkpoint(3, 0.3))
            died = False
        except Killed:
            died = True
    found = checkpoints.latest(tmp_path)
    assert found.damaged == ()
    assert found.checkpoint is not None
    assert as_data(found.checkpoint) == as_data(
        checkpoint(found.checkpoint.epoch, found.checkpoint.epoch / 10)
    )
    assert found.checkpoint.epoch == 3 or died
    # What the dead left is cleared away by the next one.
    checkpoints.save(tmp_path, checkpoint(4, 0.4))
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_a_full_disk_leaves_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints.save(tmp_path, checkpoint(1))

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints.os, "fsync", full)
    with pytest.raises(NotSaved, match="A checkpoint could not be saved \\(No space left on device\\)"):
        checkpoints.save(tmp_path, checkpoint(2))
    assert [entry.name for entry in tmp_path.iterdir()] == ["1"]
    assert as_data(checkpoints.latest(tmp_path).checkpoint) == as_data(checkpoint(1))
