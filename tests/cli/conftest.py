"""Commands called in this process."""

from collections.abc import Callable

import pytest

from tlcore.cli.app import app

Thaw = Callable[..., str]


@pytest.fixture
def thaw(capsys: pytest.CaptureFixture[str]) -> Thaw:
    """What a command prints; one that complains raises AssertionError with the sentence."""

    def call(*words: str) -> str:
        status = app([*words], standalone_mode=False)
        told = capsys.readouterr()
        assert not status, told.err
        return told.out

    return call
