"""Which of the made-up dossiers a demonstration pays."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from lephi.operator.front import FrontDoor, FrontDoorError, NothingDueError
from lephi.province.dossiers import make_dossiers

SEED: Final = 1
DOSSIERS: Final = 200
"""So many are loaded at a time."""

_MOST: Final = 10 * DOSSIERS
_SECONDS: Final = 5.0

Load = Callable[[int], Awaitable[int]]
"""Publishes the first so many dossiers of today; those already there change nothing."""


async def find_payable_code(door: FrontDoor, load: Load, *, now: datetime) -> str:
    """Return the journeys' example of today, or the next dossier that can still be paid.

    The example is the first one made. Where today's are not loaded yet, they are now.
    """
    for number, dossier in enumerate(make_dossiers(_MOST, seed=SEED, now=now)):
        begins_a_load = number % DOSSIERS == 0
        with suppress(NothingDueError):
            if begins_a_load:
                await _ensure(door, dossier.code, load, number + DOSSIERS)
                return dossier.code
            payable = await door.look_up(dossier.code)
            if payable is not None and payable["status"] == "awaiting_payment":
                return dossier.code
    raise NothingDueError("every made-up dossier of today is paid")


async def _ensure(door: FrontDoor, code: str, load: Load, count: int) -> None:
    """Wait until ``code`` can be paid; load ``count`` dossiers if nobody has heard of it."""
    try:
        await door.find_payable(code, patience_seconds=_SECONDS)
    except FrontDoorError:
        await load(count)
        await door.find_payable(code)
