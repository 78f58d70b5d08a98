"""Asking what may hang."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from docai.errors import StoreUnavailable
from docai.pipeline.lookup import Lookup


def test_an_answer_is_kept_for_a_moment() -> None:
    asked: list[int] = []
    lookup = Lookup("It", lambda: asked.append(1) or len(asked), timeout_s=1, keep_s=0.2)
    assert [lookup.get() for _ in range(3)] == [1, 1, 1]
    time.sleep(0.25)
    assert lookup.get() == 2


def test_many_who_ask_at_once_ask_once_and_nobody_waits_longer_than_the_limit() -> None:
    answer, asked = threading.Event(), []

    def ask() -> str:
        asked.append(1)
        answer.wait(10)
        return "well"

    lookup = Lookup("The database", ask, timeout_s=0.2, keep_s=0.0)
    begun = time.monotonic()
    with ThreadPoolExecutor(8) as callers:
        tries = [callers.submit(lookup.get) for _ in range(8)]
    assert time.monotonic() - begun < 2
    for tried in tries:
        with pytest.raises(StoreUnavailable, match=r"The database gave no answer within 0\.2 s"):
            tried.result()
    answer.set()
    assert lookup.get() == "well"
    assert asked == [1]


def test_an_error_is_handed_on_and_forgotten_after_a_moment() -> None:
    answers = iter([StoreUnavailable("away"), "well"])

    def ask() -> str:
        given = next(answers)
        if isinstance(given, Exception):
            raise given
        return given

    lookup = Lookup("It", ask, timeout_s=1, keep_s=0.0)
    with pytest.raises(StoreUnavailable, match="away"):
        lookup.get()
    time.sleep(0.01)
    assert lookup.get() == "well"
