"""Attempts: made, found, claimed by jobs, moved on. Plain SQL: measured by P1 and P2."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.attempts import HEAD_START, LIVE, Attempt, Status
from payment_gateway.domain.payables import Payable
from payment_gateway.repository.payables import COLUMNS as PAYABLE_COLUMNS
from payment_gateway.repository.payables import lock_by_reference, payable_of
from shared.contracts.envelope import Cause
from shared.contracts.parts import PaymentChannel
from shared.db import driver

_COLUMNS: Final = """a.id AS attempt_id, a.payable_id, a.channel, a.reference AS attempt_reference,
 a.bank_code, a.amount_vnd AS attempt_vnd, a.status AS attempt_status, a.code AS attempt_code,
 a.redirect_url, a.created_at, a.calls, a.correlation_id, a.causation_id"""

_LOCK_BOTH: Final = f"""SELECT {PAYABLE_COLUMNS}, {_COLUMNS}
 FROM payable p JOIN attempt a ON a.payable_id = p.id
 WHERE a.channel = $1 AND a.reference = $2 FOR UPDATE OF p, a"""  # noqa: S608 -- constants only
_BOTH: Final = f"""SELECT {PAYABLE_COLUMNS}, {_COLUMNS}
 FROM attempt a JOIN payable p ON p.id = a.payable_id WHERE a.id = $1"""  # noqa: S608 -- constants only
_OF_PAYABLE: Final = f"""SELECT {_COLUMNS} FROM attempt a
 WHERE a.payable_id = $1 ORDER BY a.ordinal DESC"""  # noqa: S608 -- constants only
_OF_REFERENCE: Final = f"SELECT {_COLUMNS} FROM attempt a WHERE a.reference = $1"  # noqa: S608 -- constants only
_NEWEST_BY: Final = f"""SELECT {_COLUMNS} FROM attempt a
 WHERE a.payable_id = $1 AND a.channel = $2 ORDER BY a.ordinal DESC LIMIT 1"""  # noqa: S608 -- constants only
_LIVE_OF: Final = f"""SELECT {_COLUMNS} FROM attempt a
 WHERE a.payable_id = $1 AND a.status = ANY($2::text[])"""  # noqa: S608 -- constants only
_INSERT: Final = """
INSERT INTO attempt (id, payable_id, ordinal, channel, reference, bank_code, amount_vnd, status,
  calls, correlation_id, causation_id, due_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12)
"""
_CLAIM_DUE: Final = """
UPDATE attempt SET calls = calls + 1, due_at = $3
WHERE id = (
  SELECT id FROM attempt
  WHERE status = ANY($1::text[]) AND due_at <= $2
  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
_CLAIM_ONE: Final = """
UPDATE attempt SET calls = calls + 1, due_at = $3
WHERE id = $4 AND status = ANY($1::text[]) AND (due_at <= $2 OR calls = 0)
RETURNING id
"""


@dataclass(frozen=True)
class Claimed:
    """An attempt whose counterpart a job calls now, with its payable and its cause."""

    attempt: Attempt
    payable: Payable
    calls: int
    cause: Cause


@dataclass(frozen=True)
class NewAttempt:
    """An attempt to store."""

    attempt: Attempt
    ordinal: int
    cause: Cause


def attempt_of(row: Mapping[str, Any]) -> Attempt:
    """Return the attempt in a row."""
    return Attempt(
        id=row["attempt_id"],
        payable_id=row["payable_id"],
        channel=PaymentChannel(row["channel"]),
        reference=row["attempt_reference"],
        bank_code=row["bank_code"],
        amount_vnd=row["attempt_vnd"],
        status=Status(row["attempt_status"]),
        code=row["attempt_code"],
        redirect_url=row["redirect_url"],
        created_at=row["created_at"],
    )


async def lock_payable_of_attempt(
    session: AsyncSession, channel: PaymentChannel, reference: str
) -> tuple[Payable, Attempt] | None:
    """Return the attempt that ``channel`` knows by ``reference``, and its payable.

    Both are locked until the transaction ends, the payable first, so that changes of one payable,
    and of its attempts, wait for each other and are read as they are once it is their turn.
    """
    if "\0" in reference:
        return None  # No row of PostgreSQL holds a zero character.
    row = await driver.fetchrow(session, _LOCK_BOTH, channel.value, reference)
    return None if row is None else (payable_of(row), attempt_of(row))


async def lock_payable_by_reference(
    session: AsyncSession, channel: PaymentChannel, reference: str
) -> tuple[Payable | None, Attempt | None]:
    """Return the payable whose own reference a payer typed, and its newest attempt by ``channel``.

    The attempt is read once the payable is locked: two transfers may come at the same moment.
    """
    payable = await lock_by_reference(session, reference)
    if payable is None:
        return None, None
    row = await driver.fetchrow(session, _NEWEST_BY, payable.id, channel.value)
    return payable, None if row is None else attempt_of(row)


async def read_attempt(session: AsyncSession, attempt_id: UUID) -> tuple[Payable, Attempt] | None:
    """Return one attempt and its payable."""
    row = await driver.fetchrow(session, _BOTH, attempt_id)
    return None if row is None else (payable_of(row), attempt_of(row))


async def find_by_reference(session: AsyncSession, reference: str) -> Attempt | None:
    """Return the attempt of that reference, on whatever channel."""
    row = await driver.fetchrow(session, _OF_REFERENCE, reference)
    return None if row is None else attempt_of(row)


async def attempts_of(session: AsyncSession, payable_id: UUID) -> Sequence[Attempt]:
    """Return all attempts of a payable, the newest first."""
    return [attempt_of(row) for row in await driver.fetch(session, _OF_PAYABLE, payable_id)]


async def live_attempt(session: AsyncSession, payable_id: UUID) -> Attempt | None:
    """Return the one attempt by which a payer may be paying just now."""
    row = await driver.fetchrow(session, _LIVE_OF, payable_id, [status.value for status in LIVE])
    return None if row is None else attempt_of(row)


async def next_ordinal(session: AsyncSession, payable_id: UUID) -> int:
    """Return the ordinal of the payable's next attempt; the payable is locked."""
    sql = "SELECT count(*) + 1 FROM attempt WHERE payable_id = $1"
    return int(await driver.fetchval(session, sql, payable_id))


async def insert_attempt(session: AsyncSession, new: NewAttempt) -> None:
    """Store a new attempt; until its head start is over only its own door begins it."""
    attempt = new.attempt
    await driver.execute(
        session,
        _INSERT,
        attempt.id,
        attempt.payable_id,
        new.ordinal,
        attempt.channel.value,
        attempt.reference,
        attempt.bank_code,
        attempt.amount_vnd,
        attempt.status.value,
        new.cause.correlation_id,
        new.cause.causation_id,
        attempt.created_at + HEAD_START,
        attempt.created_at,
    )


async def claim_due_attempt(
    session: AsyncSession,
    states: Sequence[Status],
    only: UUID | None,
    *,
    now: datetime,
    lease: timedelta,
) -> Claimed | None:
    """Return the attempt in ``states`` that is due longest, or ``only`` if it is due or new.

    It is due again when ``lease`` is over, so a dead worker's row comes back by itself.
    """
    wanted = [status.value for status in states]
    bounds = (wanted, now, now + lease)
    if only is None:
        claimed = await driver.fetchval(session, _CLAIM_DUE, *bounds)
    else:
        claimed = await driver.fetchval(session, _CLAIM_ONE, *bounds, only)
    return None if claimed is None else await read_claimed(session, claimed)


async def read_claimed(session: AsyncSession, attempt_id: UUID) -> Claimed | None:
    """Return an attempt to ask about, whether it is due or not; its schedule stays."""
    row = await driver.fetchrow(session, _BOTH, attempt_id)
    if row is None:
        return None
    cause = Cause(correlation_id=row["correlation_id"], causation_id=row["causation_id"])
    return Claimed(attempt_of(row), payable_of(row), row["calls"], cause)


async def store_redirect(
    session: AsyncSession, attempt_id: UUID, status: Status, *, url: str, due_at: datetime | None
) -> None:
    """Store where the payer goes on, and when to ask for the first time."""
    await driver.execute(
        session,
        "UPDATE attempt SET status = $2, redirect_url = $3, due_at = $4, calls = 0 WHERE id = $1",
        attempt_id,
        status.value,
        url,
        due_at,
    )


async def end_attempt(
    session: AsyncSession, attempt_id: UUID, status: Status, *, code: str, now: datetime
) -> None:
    """Store that an attempt ended; a superseded one is still asked about when it is due."""
    await driver.execute(
        session,
        "UPDATE attempt SET status = $2, code = $3, ended_at = $4,"
        " due_at = CASE WHEN $5 THEN due_at END WHERE id = $1",
        attempt_id,
        status.value,
        code,
        now,
        status is Status.SUPERSEDED,
    )


async def put_off(
    session: AsyncSession, attempt_id: UUID, status: Status, *, due_at: datetime | None
) -> None:
    """Store when the counterpart is called again."""
    await driver.execute(
        session,
        "UPDATE attempt SET status = $2, due_at = $3 WHERE id = $1",
        attempt_id,
        status.value,
        due_at,
    )
