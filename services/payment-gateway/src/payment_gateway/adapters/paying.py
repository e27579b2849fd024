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
"""So often another payer may come between before this one is told."""


async def _nothing_before(_: AsyncSession) -> None:
    """Stand where a door has nothing to ask first."""


async def _nothing_after(_: AsyncSession, __: Attempt) -> None:
    """Stand where a door has nothing to add."""


@dataclass(frozen=True)
class Hall:
    """What a door brings along."""

    database: Database
    run_now: Callable[[str, UUID, float], Awaitable[bool]]
    clock: Callable[[], datetime]
    cause: Cause
    before: Callable[[AsyncSession], Awaitable[None]] = _nothing_before
    """Done first in every transaction; may raise to end it."""
    after: Callable[[AsyncSession, Attempt], Awaitable[None]] = _nothing_after
    """Done in the transaction that stores the attempt, and again once the channel was called."""


async def begin_attempt(hall: Hall, choice: Choice) -> Attempt:
    """Store an attempt and have the channel called; return it as it then stands.

    A live attempt is asked about once (2 s) before it is superseded: if its money is in, this
    raises NothingDueError.
    """
    attempt = await _start_after_asking(hall, choice)
    await hall.run_now(BEGIN, attempt.id, _BEGIN_SECONDS)
    async with hall.database.transaction() as session:
        attempt = (await look.read_paid(session, attempt.id)).attempt
        await hall.after(session, attempt)
    return attempt


async def ask_live(hall: Hall, payable_id: UUID) -> UUID | None:
    """Ask once about the attempt that lives; return it, None if there is none."""
    async with hall.database.transaction() as session:
        await hall.before(session)
        live = await pay.live_attempt(session, payable_id)
    if live is None:
        return None
    await hall.run_now(ASK, live.id, _ASK_SECONDS)
    return live.id


async def _start_after_asking(hall: Hall, choice: Choice) -> Attempt:
    asked = None
    for _ in range(_TRIES):
        try:
            return await _start(hall, choice, asked)
        except AttemptLiveError:
            asked = await ask_live(hall, choice.payable_id)
    return await _start(hall, choice, asked)


async def _start(hall: Hall, choice: Choice, supersedes: UUID | None) -> Attempt:
    async with hall.database.transaction() as session:
        await hall.before(session)
        attempt = await pay.start_attempt(
            session, choice, supersedes=supersedes, cause=hall.cause, now=hall.clock()
        )
        await hall.after(session, attempt)
    return attempt
