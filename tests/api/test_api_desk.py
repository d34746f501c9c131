"""Requests are worked off in turn, by threads, while the server goes on answering."""

import asyncio
import threading

import pytest

from tests import loops
from tlcore.api.desk import Desk
from tlcore.api.limits import Limits
from tlcore.api.refused import Refused

DEADLINE_S = 20


def test_the_loop_goes_on_while_threads_work() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def work(given: int) -> int:
        begun.set()
        assert may_end.wait(DEADLINE_S)
        return given

    async def ask() -> int:
        desk = Desk(Limits(threads=1))
        waiting = asyncio.create_task(desk.run(work, 7))
        while not begun.is_set():
            await asyncio.sleep(0)
        # The loop comes here although the work cannot end by itself.
        may_end.set()
        return await waiting

    assert loops.run(asyncio.wait_for(ask(), DEADLINE_S)) == 7


def test_answers_come_in_the_order_of_the_pictures() -> None:
    first_may_end = threading.Event()

    def work(given: int) -> int:
        if given == 0:
            assert first_may_end.wait(DEADLINE_S)
        if given == 5:
            first_may_end.set()
        return given * 10

    async def ask() -> list[int]:
        return await Desk(Limits(threads=2)).run_all(work, range(6))

    assert loops.run(ask()) == [0, 10, 20, 30, 40, 50]


def test_one_picture_passes_a_request_of_many() -> None:
    done: list[str] = []
    small_came = threading.Event()

    def work(given: str) -> None:
        # The first of the many is at work until the small request has come.
        assert small_came.wait(DEADLINE_S)
        done.append(given)

    async def ask() -> None:
        desk = Desk(Limits(threads=1))
        many = asyncio.create_task(desk.run_all(work, [f"many {number}" for number in range(8)]))
        await asyncio.sleep(0)
        small = asyncio.create_task(desk.run(work, "small"))
        await asyncio.sleep(0)
        small_came.set()
        await asyncio.gather(many, small)

    loops.run(ask())
    assert len(done) == 9
    assert done.index("small") <= 2


def test_a_place_is_free_again_whatever_happened() -> None:
    desk = Desk(Limits(requests=1))

    def work() -> None:
        with desk.place():
            assert desk.is_full
            with pytest.raises(Refused, match="too much to do"), desk.place():
                pass
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert desk.inside == 0
