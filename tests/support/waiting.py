"""Waiting for a condition, with a limit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    look: Callable[[], Awaitable[T]], *, timeout_seconds: float = 30.0, pause: float = 0.05
) -> T:
    """Return the first true answer of ``look``; fail if there is none in time."""
    answer = None
    try:
        async with asyncio.timeout(timeout_seconds):
            while not (answer := await look()):  # noqa: ASYNC110 - nothing tells us
                await asyncio.sleep(pause)
    except TimeoutError:
        raise AssertionError(f"not within {timeout_seconds} s; last answer: {answer!r}") from None
    return answer
