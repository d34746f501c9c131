"""The token: one for a workspace, for its owner's eyes, never empty."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tlcore.api import token
from tlcore.errors import WorkspaceError
from tlcore.workspace import Workspace


@pytest.fixture
def file(workspace: Workspace) -> Path:
    return workspace.home / "api" / "token"


def test_all_who_begin_at_once_get_the_same(workspace: Workspace) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: token.obtain(workspace), range(16)))
    (made,) = found
    assert len(made) >= 40
    assert token.obtain(workspace) == made


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_only_its_owner_can_read_it(workspace: Workspace, file: Path) -> None:
    token.obtain(workspace)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_another_one(workspace: Workspace) -> None:
    before = token.obtain(workspace)
    after = token.renew(workspace)
    assert before != after == token.obtain(workspace)


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 40, b"a b" * 20])
def test_a_damaged_one_lets_nobody_in(workspace: Workspace, file: Path, content: bytes) -> None:
    token.obtain(workspace)
    file.write_bytes(content)
    with pytest.raises(WorkspaceError, match="thaw token --new"):
        token.obtain(workspace)
    assert token.renew(workspace) == token.obtain(workspace)
