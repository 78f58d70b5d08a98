"""Threads do what a stream gives, so many at a time; an error or an interrupt ends it with nothing half done."""

import threading
import time
from collections.abc import Iterator

import pytest

from docai.evaluation.running.flow import in_parallel


def test_each_is_done_once_and_no_more_are_taken_than_are_under_way() -> None:
    done: list[int] = []
    lock = threading.Lock()
    ahead = 0

    def numbers() -> Iterator[int]:
        nonlocal ahead
        for number in range(40):
            ahead = max(ahead, number - len(done))
            yield number

    def do(number: int) -> None:
        time.sleep(0.002)
        with lock:
            done.append(number)

    in_parallel(do, numbers(), 3, threading.Event())
    assert sorted(done) == list(range(40))
    assert ahead <= 3


def test_an_error_stops_the_others_and_is_raised() -> None:
    stop, stopped = threading.Event(), threading.Event()

    def do(number: int) -> None:
        if number == 1:
            raise ValueError("one")
        if stop.wait(5):
            stopped.set()

    with pytest.raises(ValueError, match="one"):
        in_parallel(do, iter(range(100)), 2, stop)
    assert stopped.is_set()


def test_an_interrupt_waits_for_what_is_under_way() -> None:
    done: list[int] = []
    stop = threading.Event()

    def interrupted() -> Iterator[int]:
        yield 1
        raise KeyboardInterrupt

    def do(number: int) -> None:
        stop.wait(5)
        done.append(number)

    with pytest.raises(KeyboardInterrupt):
        in_parallel(do, interrupted(), 4, stop)
    assert done == [1]
