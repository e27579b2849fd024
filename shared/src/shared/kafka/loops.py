"""Loops that go on: whatever ends one is logged, and it starts anew after a pause."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiokafka.errors import KafkaError

from shared.db.database import is_disconnection
from shared.errors import DomainError, Kind
from shared.inbox import FencedError
from shared.observability.tracebacks import name_of

_log: Final = structlog.get_logger()

_FIRST_PAUSE: Final = 0.2
_LONGEST_PAUSE: Final = 5.0
_STEADY_SECONDS: Final = 30


async def restarting(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run ``run`` for ever, again after each end, with a pause that grows while it keeps ending."""
    clock = asyncio.get_running_loop().time
    pause = _FIRST_PAUSE
    while True:
        begun = clock()
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - a door; the loop goes on
            _log.warning(
                "loop.restarted", loop=name, error=name_of(error), exc_info=not _away(error)
            )
        pause = _FIRST_PAUSE if clock() - begun > _STEADY_SECONDS else pause * 2
        await asyncio.sleep(min(pause, _LONGEST_PAUSE))


def _away(error: Exception) -> bool:
    """Tell whether a counterpart is away or another took over: no bug, so no trace of calls."""
    if isinstance(error, DomainError):
        return error.kind is Kind.UNAVAILABLE
    return isinstance(error, KafkaError | TimeoutError | FencedError) or is_disconnection(error)
