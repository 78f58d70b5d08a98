from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from docai.engines.vlm.throttle import Throttle
from docai.engines.vlm.wire import Trouble, away


def busy(after_s: float | None = None) -> Trouble:
    trouble = away("busy")
    trouble.is_busy, trouble.after_s = True, after_s
    return trouble


async def hold(throttle: Throttle, seconds: float, log: list[int], *, trouble: Trouble | None = None) -> None:
    with suppress(Trouble):
        async with throttle.turn():
            log.append(log[-1] + 1 if log else 1)
            await asyncio.sleep(seconds)
            log.append(log[-1] - 1)
            if trouble is not None:
                raise trouble


def test_no_more_than_allowed_have_a_turn_and_all_get_theirs() -> None:
    async def run() -> list[int]:
        throttle, log = Throttle(3), [0]
        await asyncio.gather(*(hold(throttle, 0.002, log) for _ in range(10)))
        return log

    log = asyncio.run(run())
    assert max(log) == 3
    assert len(log) == 21


def test_trouble_of_many_at_once_halves_the_limit_once_and_success_raises_it_again() -> None:
    async def run() -> tuple[int, int, int]:
        throttle, log = Throttle(16), [0]
        await asyncio.gather(*(hold(throttle, 0.002, log, trouble=busy()) for _ in range(16)))
        halved = throttle.limit
        await asyncio.gather(*(hold(throttle, 0.001, log, trouble=busy()) for _ in range(8)))
        quartered = throttle.limit
        await asyncio.gather(*(hold(throttle, 0, log) for _ in range(300)))
        return halved, quartered, throttle.limit

    assert asyncio.run(run()) == (8, 4, 16)


def test_the_limit_never_falls_below_one() -> None:
    async def run() -> int:
        throttle = Throttle(2)
        for _ in range(5):
            await hold(throttle, 0, [0], trouble=busy())
        return throttle.limit

    assert asyncio.run(run()) == 1


def test_other_trouble_changes_nothing() -> None:
    async def run() -> int:
        throttle = Throttle(4)
        await hold(throttle, 0, [0], trouble=away("gone"))
        return throttle.limit

    assert asyncio.run(run()) == 4


def test_nobody_has_a_turn_while_the_server_wants_to_be_left_alone() -> None:
    async def run() -> float:
        throttle = Throttle(4)
        await hold(throttle, 0, [0], trouble=busy(after_s=0.1))
        began = asyncio.get_running_loop().time()
        await hold(throttle, 0, [0])
        return asyncio.get_running_loop().time() - began

    assert 0.09 < asyncio.run(run()) < 1


@pytest.mark.parametrize("is_paused", [False, True])
def test_whoever_is_cancelled_while_waiting_leaves_its_turn_to_others(is_paused: bool) -> None:
    async def run() -> int:
        throttle, log = Throttle(1), [0]
        if is_paused:
            await hold(throttle, 0, log, trouble=busy(after_s=0.05))
        first = asyncio.create_task(hold(throttle, 0.02, log))
        waiting = [asyncio.create_task(hold(throttle, 0, log)) for _ in range(3)]
        await asyncio.sleep(0.005)
        for task in (first, waiting[1]):
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 2)
        await asyncio.wait_for(hold(throttle, 0, log), 2)
        return throttle.limit

    assert asyncio.run(run()) == 1
