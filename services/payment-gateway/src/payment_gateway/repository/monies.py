"""Money: recorded under its natural key, then given its place. Plain SQL: measured by P1."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import attempts, monies, payables
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.payables import HoldReason
from shared.contracts.parts import Money, PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.db import driver

_RECORD: Final = """
INSERT INTO money (id, channel, channel_reference, amount_vnd, applied_vnd, unmatched_vnd,
  refunded_vnd, status, agency_code, bank_code, booked_at, received_at, raw)
VALUES ($1, $2, $3, $4, 0, $4, 0, $5, $6, $7, $8, $9, $10)
ON CONFLICT (channel, channel_reference) DO NOTHING RETURNING id
"""
_GIVE_PLACE: Final = """
WITH m AS (
  UPDATE money SET payable_id = $2, attempt_id = $3, applied_vnd = $4, unmatched_vnd = $5,
    status = $6, problem = $7, agency_code = $8 WHERE id = $1),
a AS (
  UPDATE attempt SET status = $9, code = $10, ended_at = $11, due_at = NULL
  WHERE id = $3 AND $9::text IS NOT NULL),
p AS (
  UPDATE payable SET status = $12, hold_reason = $13, applied_vnd = $14, held_vnd = $15,
    settled_at = $16 WHERE id = $2 AND $12::text IS NOT NULL),
t AS (
  INSERT INTO ledger_transaction (id, event_id, at, agency_code)
  VALUES ($17, $18, $11, $8) RETURNING id)
INSERT INTO ledger_entry (transaction_id, account, amount_vnd)
SELECT t.id, e.account, e.amount FROM t, unnest($19::text[], $20::bigint[]) AS e (account, amount)
"""
_BOOK: Final = """
WITH t AS (
  INSERT INTO ledger_transaction (id, event_id, at, agency_code) VALUES ($1, $2, $3, $4)
  RETURNING id)
INSERT INTO ledger_entry (transaction_id, account, amount_vnd)
SELECT t.id, e.account, e.amount FROM t, unnest($5::text[], $6::bigint[]) AS e (account, amount)
"""
_HELD: Final = """
SELECT m.id, m.attempt_id, channel, bank_code, channel_reference, m.amount_vnd, unmatched_vnd,
  booked_at, received_at, agency_code, c.till_id
FROM money m LEFT JOIN cash_taking c ON c.money_id = m.id
WHERE m.payable_id = $1 AND problem = $2 AND unmatched_vnd > 0 AND status = $3
ORDER BY m.id FOR UPDATE OF m
"""


@dataclass(frozen=True)
class PayableAfter:
    """What a money made of its payable."""

    status: payables.Status
    hold_reason: HoldReason | None
    applied_vnd: int
    held_vnd: int
    settled_at: datetime | None


@dataclass(frozen=True)
class Booking:
    """One transaction of the ledger, named after the fact that caused it."""

    id: UUID
    event_id: UUID
    entries: Mapping[str, int]
    agency_code: str | None = None
    """Whose money it moves; None where it is nobody's yet."""


@dataclass(frozen=True)
class Place:
    """Where a money goes, and what that changes; ``None`` leaves payable or attempt as they are."""

    money_id: UUID
    payable_id: UUID | None
    attempt_id: UUID | None
    applied_vnd: int
    unmatched_vnd: int
    status: monies.Status
    problem: UnmatchedKind | None
    agency_code: str
    attempt_status: attempts.Status | None
    attempt_code: str | None
    payable: PayableAfter | None
    booking: Booking


@dataclass(frozen=True)
class HeldMoney:
    """Money that came short and waits for the rest."""

    money: Money
    unmatched_vnd: int
    booked_at: datetime
    agency_code: str


@dataclass(frozen=True)
class ToldBefore:
    """A money that its channel tells again."""

    problem: UnmatchedKind | None
    amount_vnd: int
    attempt_vnd: int | None


async def insert_money(
    session: AsyncSession, money_id: UUID, credit: Credit, *, now: datetime
) -> bool:
    """Record money that arrived; False if the channel has told us of it before."""
    recorded = await driver.fetchval(
        session,
        _RECORD,
        money_id,
        credit.channel.value,
        credit.channel_reference,
        credit.amount_vnd,
        monies.LIFECYCLE.initial.value,
        credit.agency_code,
        credit.bank_code,
        credit.booked_at or now,
        now,
        credit.raw,
    )
    return recorded is not None


async def told_before(session: AsyncSession, credit: Credit) -> ToldBefore:
    """Return what became of the money of this natural key."""
    row = await driver.fetchrow(
        session,
        "SELECT m.problem, m.amount_vnd, a.amount_vnd AS attempt_vnd FROM money m"
        " LEFT JOIN attempt a ON a.id = m.attempt_id"
        " WHERE m.channel = $1 AND m.channel_reference = $2",
        credit.channel.value,
        credit.channel_reference,
    )
    if row is None:
        raise LookupError("no money under this natural key")
    problem = row["problem"]
    known = None if problem is None else UnmatchedKind(problem)
    return ToldBefore(known, row["amount_vnd"], row["attempt_vnd"])


async def give_place(session: AsyncSession, place: Place, *, now: datetime) -> None:
    """Write money, attempt, payable and ledger in one statement; the payable is locked."""
    after = place.payable
    entries = place.booking.entries
    await driver.execute(
        session,
        _GIVE_PLACE,
        place.money_id,
        place.payable_id,
        place.attempt_id,
        place.applied_vnd,
        place.unmatched_vnd,
        place.status.value,
        place.problem,
        place.agency_code,
        place.attempt_status,
        place.attempt_code,
        now,
        after.status if after is not None else None,
        after.hold_reason if after is not None else None,
        after.applied_vnd if after is not None else 0,
        after.held_vnd if after is not None else 0,
        after.settled_at if after is not None else None,
        place.booking.id,
        place.booking.event_id,
        list(entries),
        list(entries.values()),
    )


async def book(session: AsyncSession, booking: Booking, *, now: datetime) -> None:
    """Write one transaction of the ledger."""
    accounts, amounts = list(booking.entries), list(booking.entries.values())
    await driver.execute(
        session, _BOOK, booking.id, booking.event_id, now, booking.agency_code, accounts, amounts
    )


async def lock_held(session: AsyncSession, payable_id: UUID) -> Sequence[HeldMoney]:
    """Return the money that waits for the rest of a payable, locked."""
    rows = await driver.fetch(
        session,
        _HELD,
        payable_id,
        UnmatchedKind.SHORT.value,
        monies.Status.UNMATCHED.value,
    )
    return [
        HeldMoney(
            money=Money(
                money_id=row["id"],
                attempt_id=row["attempt_id"],
                channel=PaymentChannel(row["channel"]),
                bank_code=row["bank_code"],
                channel_reference=row["channel_reference"],
                till_id=row["till_id"],
                amount_vnd=row["amount_vnd"],
                applied_vnd=row["unmatched_vnd"],
                received_at=row["received_at"],
            ),
            unmatched_vnd=row["unmatched_vnd"],
            booked_at=row["booked_at"],
            agency_code=row["agency_code"],
        )
        for row in rows
    ]


async def apply_held(
    session: AsyncSession, money_id: UUID, *, applied_vnd: int, problem: UnmatchedKind
) -> None:
    """Let held money settle its payable; what is over stays unmatched under ``problem``."""
    matched = monies.LIFECYCLE.next(monies.Status.UNMATCHED, monies.Trigger.MATCH)
    await driver.execute(
        session,
        "UPDATE money SET applied_vnd = $2, unmatched_vnd = unmatched_vnd - $2, problem = $4,"
        " status = CASE WHEN unmatched_vnd = $2 THEN $3 ELSE status END WHERE id = $1",
        money_id,
        applied_vnd,
        matched.value,
        problem.value,
    )


async def rename_problem(session: AsyncSession, money_id: UUID, problem: UnmatchedKind) -> None:
    """Store why a money settles nothing now."""
    await driver.execute(
        session, "UPDATE money SET problem = $2 WHERE id = $1", money_id, problem.value
    )


async def update_payable(session: AsyncSession, payable_id: UUID, after: PayableAfter) -> None:
    """Store what held money made of its payable."""
    await driver.execute(
        session,
        "UPDATE payable SET status = $2, hold_reason = $3, applied_vnd = $4, held_vnd = $5,"
        " settled_at = $6 WHERE id = $1",
        payable_id,
        after.status.value,
        after.hold_reason,
        after.applied_vnd,
        after.held_vnd,
        after.settled_at,
    )


async def money_of_attempt(session: AsyncSession, attempt_id: UUID) -> Money | None:
    """Return the money by which an attempt paid, for its payer's page."""
    row = await driver.fetchrow(
        session,
        "SELECT id, attempt_id, channel, bank_code, channel_reference, amount_vnd, applied_vnd,"
        " booked_at FROM money WHERE attempt_id = $1 ORDER BY applied_vnd DESC, id LIMIT 1",
        attempt_id,
    )
    if row is None:
        return None
    return Money(
        money_id=row["id"],
        attempt_id=row["attempt_id"],
        channel=PaymentChannel(row["channel"]),
        bank_code=row["bank_code"],
        channel_reference=row["channel_reference"],
        amount_vnd=row["amount_vnd"],
        applied_vnd=row["applied_vnd"],
        received_at=row["booked_at"],
    )
