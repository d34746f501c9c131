"""Nannies that give up are replaced; a replacement that fails is tried again."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from distributed import Status

from tlcore.engine import crew
from tlcore.engine.crew import Crew


@dataclass
class StandInNanny:
    number: int
    status: Status = Status.running

    async def close(self, timeout: float) -> None:
        self.status = Status.closed


def test_a_crew_stays_complete(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(crew, "_LOOK_S", 0.001)
    hired: list[StandInNanny] = []
    refusals = 0

    async def hire() -> StandInNanny:
        nonlocal refusals
        if len(hired) == 2 and refusals < 2:
            refusals += 1
            raise OSError("no memory for a process")
        hired.append(StandInNanny(len(hired)))
        return hired[-1]

    async def tell() -> None:
        people = Crew(hire, 2)
        await people.start()
        assert len(hired) == 2
        keeping = asyncio.create_task(people.keep_complete())
        hired[0].status = Status.closed
        async with asyncio.timeout(10):
            while len(hired) < 3:
                await asyncio.sleep(0.001)
        keeping.cancel()
        await people.close()

    # In a thread: a browser test before this one may have left a loop in ours.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(tell())).result()
    assert refusals == 2
    assert caplog.text.count("A worker could not be replaced; it is tried again.") == 2
    assert [nanny.status for nanny in hired] == [Status.closed] * 3
