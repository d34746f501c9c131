"""The order of the queue, by itself: between people, between quick and long jobs."""

import pytest

from tlcore.engine.queue import QUICK_IN_A_ROW, Job, JobQueue, Priority


def job(key: str, owner: str = "", priority: Priority = Priority.LONG) -> Job:
    return Job(key, owner, priority, "module:function", b"")


def queue_of(*jobs: Job) -> JobQueue:
    queue = JobQueue()
    for each in jobs:
        queue.put(each)
    return queue


def keys(queue: JobQueue) -> str:
    return " ".join(each.key for each in queue.order())


def taken(queue: JobQueue) -> str:
    """All that are taken, one after the other; the order that is shown must be what happens."""
    found = []
    while (shown := queue.order()) and (each := queue.take()) is not None:
        assert each == shown[0]
        assert queue.order() == shown[1:]
        found.append(each.key)
    return " ".join(found)


def test_one_person_is_served_in_the_order_of_coming() -> None:
    assert taken(queue_of(*(job(f"a{n}", "ana") for n in range(1, 5)))) == "a1 a2 a3 a4"


def test_two_people_alternate_whoever_came_first() -> None:
    queue = queue_of(*(job(f"a{n}", "ana") for n in range(1, 6)), *(job(f"b{n}", "ben") for n in range(1, 6)))
    assert keys(queue) == "a1 b1 a2 b2 a3 b3 a4 b4 a5 b5"
    assert taken(queue) == "a1 b1 a2 b2 a3 b3 a4 b4 a5 b5"


def test_one_who_comes_late_is_next_after_the_running_one() -> None:
    queue = queue_of(*(job(f"a{n}", "ana") for n in range(1, 5)))
    assert queue.take() == job("a1", "ana")
    queue.put(job("b1", "ben"))
    queue.put(job("c1", "cleo"))
    queue.put(job("b2", "ben"))
    assert keys(queue) == "b1 c1 a2 b2 a3 a4"
    # A turn is remembered when its owner has nothing left to wait for.
    assert taken(queue) == "b1 c1 a2 b2 a3 a4"
    queue.put(job("a5", "ana"))
    queue.put(job("c2", "cleo"))
    assert keys(queue) == "c2 a5"


def test_quick_jobs_pass_long_ones_but_only_a_few() -> None:
    assert QUICK_IN_A_ROW == 4
    queue = queue_of(
        job("l1", "ana"), job("l2", "ana"), *(job(f"q{n}", "ben", Priority.QUICK) for n in range(1, 7))
    )
    assert taken(queue) == "q1 q2 q3 q4 l1 q5 q6 l2"


def test_quick_jobs_that_keep_coming_do_not_starve_a_long_one() -> None:
    queue = queue_of(job("long", "ana"))
    seen = []
    for number in range(10):
        queue.put(job(f"q{number}", "ben", Priority.QUICK))
        taken_now = queue.take()
        assert taken_now is not None
        seen.append(taken_now.key)
    assert seen.index("long") == QUICK_IN_A_ROW


def test_quick_jobs_alternate_between_people_too() -> None:
    quick = [job(f"{name}{n}", name, Priority.QUICK) for name in "ab" for n in (1, 2)]
    assert taken(queue_of(*quick)) == "a1 b1 a2 b2"


def test_a_job_that_is_removed_leaves_the_others_in_order() -> None:
    queue = queue_of(job("a1", "ana"), job("a2", "ana"), job("b1", "ben"))
    assert queue.remove("a1")
    assert not queue.remove("a1")
    assert keys(queue) == "a2 b1"


def test_a_job_that_is_put_back_is_next() -> None:
    queue = queue_of(job("a1", "ana"), job("a2", "ana"), job("b1", "ben"))
    first = queue.take()
    assert first is not None
    queue.put_back(first)
    assert keys(queue) == "a1 b1 a2"


def test_nobody_waits() -> None:
    queue = JobQueue()
    assert queue.order() == ()
    assert queue.take() is None


@pytest.mark.parametrize("people", [1, 30])
def test_every_job_has_one_place(people: int) -> None:
    queue = queue_of(*(job(f"{n}", f"p{n % people}", list(Priority)[n % 2]) for n in range(600)))
    assert sorted(each.key for each in queue.order()) == sorted(str(n) for n in range(600))
    # Asked once a second by every page: kept until it changes.
    assert queue.order() is queue.order()
