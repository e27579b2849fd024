"""From a payer's choice to the bank's address: two transactions, with the counterpart between.

Both doors, the page and the JSON address, lead payers through here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.attempts import Attempt
from payment_gateway.domain.errors import AttemptLiveError
from payment_gateway.use_cases import look, pay
from payment_gateway.use_cases.pay import Choice
from shared.contracts.envelope import Cause
from shared.db.database import Database

BEGIN: Final = "begin-attempt"
ASK: Final = "ask-attempt"
"""Names of the jobs that call a channel."""

_ASK_SECONDS: Final = 2.0
_BEGIN_SECONDS: Final = 5.0
_TRIES: Final = 3
"""So often another payer may come between before we tell this one."""


@dataclass(frozen=True)
class Hall:
    """What a door brings along."""

    database: Database
    run_now: Callable[[str, UUID, float], Awaitable[bool]]
    clock: Callable[[], datetime]
    cause: Cause


async def begin_attempt(
    hall: Hall,
    choice: Choice,
    *,
    also: Callable[[AsyncSession, Attempt], Awaitable[None]] | None = None,
) -> Attempt:
    """Store an attempt and have the channel called; return it as it then stands.

    A live attempt is asked about once (2 s) before it is superseded: if its money is in, this
    raises NothingDueError. ``also`` is done in the attempt's own transaction.
    """
    for last in (False,) * (_TRIES - 1) + (True,):
        live = await _ask_live(hall, choice.payable_id)
        try:
            attempt = await _start(hall, choice, live, also)
            break
        except AttemptLiveError:
            if last:
                raise
    await hall.run_now(BEGIN, attempt.id, _BEGIN_SECONDS)
    async with hall.database.transaction() as session:
        return (await look.read_paid(session, attempt.id)).attempt


async def ask_now(hall: Hall, payable_id: UUID) -> None:
    """Ask once about the attempt that lives, because its payer says that they have paid."""
    await _ask_live(hall, payable_id)


async def _ask_live(hall: Hall, payable_id: UUID) -> UUID | None:
    async with hall.database.transaction() as session:
        live = await pay.live_attempt(session, payable_id)
    if live is None:
        return None
    await hall.run_now(ASK, live.id, _ASK_SECONDS)
    return live.id


async def _start(
    hall: Hall,
    choice: Choice,
    supersedes: UUID | None,
    also: Callable[[AsyncSession, Attempt], Awaitable[None]] | None,
) -> Attempt:
    async with hall.database.transaction() as session:
        attempt = await pay.start_attempt(
            session, choice, supersedes=supersedes, cause=hall.cause, now=hall.clock()
        )
        if also is not None:
            await also(session, attempt)
    return attempt
