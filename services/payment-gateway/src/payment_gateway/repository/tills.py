"""Tills and the cash that was put into them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.counting import Counted
from payment_gateway.domain.tills import Status, TakenLine, Till, Voucher
from payment_gateway.repository.attempts import read_attempt
from payment_gateway.tables.model import among
from payment_gateway.tables.payables import PayableRow
from payment_gateway.tables.tills import CashTakingRow, TillRow
from shared.days import start_of_day

_OPEN: Final = among("status", (Status.OPEN.value,))
_TICK: Final = timedelta(microseconds=1)
"""The smallest step of PostgreSQL's clock: a day ends just before the next one begins."""


async def insert_till(session: AsyncSession, till: Till) -> bool:
    """Store an open till; False if its officer has one open already."""
    statement = (
        insert_once(TillRow)
        .values(
            id=till.id, agency_code=till.agency_code, agency_name=till.agency_name,
            officer_id=till.officer_id, officer_name=till.officer_name, status=till.status,
            opening_vnd=till.opening_vnd, opened_at=till.opened_at,
            correlation_id=till.correlation_id,
        )
        .on_conflict_do_nothing(index_elements=["officer_id"], index_where=_OPEN)
        .returning(TillRow.id)
    )  # fmt: skip
    return await session.scalar(statement) is not None


async def open_till(session: AsyncSession, officer_id: str, *, lock: bool = False) -> Till | None:
    """Return the one open till of an officer; locked, so that its takings wait for each other."""
    wanted = select(TillRow.id).where(TillRow.officer_id == officer_id, _OPEN)
    till_id = await session.scalar(wanted.with_for_update() if lock else wanted)
    return None if till_id is None else await read_till(session, till_id)


async def lock_till(session: AsyncSession, till_id: UUID) -> Till | None:
    """Return one till, locked until the transaction ends."""
    await session.execute(select(TillRow.id).where(TillRow.id == till_id).with_for_update())
    return await read_till(session, till_id)


async def read_till(session: AsyncSession, till_id: UUID) -> Till | None:
    """Return one till with what was put into it."""
    row = (await session.execute(_tills().where(TillRow.id == till_id))).first()
    return None if row is None else _till_of(*row)


async def tills_of(
    session: AsyncSession,
    *,
    officer_id: str | None,
    agencies: Sequence[str],
    after: UUID | None,
    limit: int,
) -> Sequence[Till]:
    """Return the tills of one officer, or of these agencies, the newest first."""
    mine = TillRow.officer_id == officer_id
    statement = _tills().where(TillRow.agency_code.in_(agencies) if officer_id is None else mine)
    if after is not None:
        statement = statement.where(TillRow.id < after)
    rows = await session.execute(statement.order_by(TillRow.id.desc()).limit(limit))
    return [_till_of(*row) for row in rows]


async def counted_on(
    session: AsyncSession, agencies: Sequence[str], day_on: date
) -> Sequence[Till]:
    """Return the tills of these agencies that were closed, or handed over, on a day."""
    since, until = start_of_day(day_on), start_of_day(day_on + timedelta(days=1))
    statement = (
        _tills()
        .where(
            TillRow.agency_code.in_(agencies),
            or_(
                TillRow.closed_at.between(since, until - _TICK),
                TillRow.handed_at.between(since, until - _TICK),
            ),
        )
        .order_by(TillRow.id)
    )
    return [_till_of(*row) for row in await session.execute(statement)]


async def store_closing(
    session: AsyncSession, till_id: UUID, status: Status, counted: Counted, *, now: datetime
) -> None:
    """Store what was counted in a drawer."""
    await session.execute(
        update(TillRow)
        .where(TillRow.id == till_id)
        .values(
            status=status, closed_at=now, counted_vnd=counted.total_vnd, note=counted.note,
            counts={str(value): number for value, number in counted.counts.items()},
        )
    )  # fmt: skip


async def store_hand_over(session: AsyncSession, till_id: UUID, values: dict[str, object]) -> None:
    """Store who took over the cash of a till, and how much they counted."""
    await session.execute(update(TillRow).where(TillRow.id == till_id).values(**values))


async def insert_taking(session: AsyncSession, voucher: Voucher, money_id: UUID) -> None:
    """Store that cash was taken."""
    await session.execute(
        insert(CashTakingRow).values(
            id=voucher.id, till_id=voucher.till_id, number=voucher.number,
            payable_id=voucher.payable.id, attempt_id=voucher.attempt.id, money_id=money_id,
            amount_vnd=voucher.amount_vnd, given_vnd=voucher.given_vnd, taken_at=voucher.taken_at,
        )
    )  # fmt: skip


async def read_voucher(session: AsyncSession, voucher_id: UUID) -> Voucher | None:
    """Return one taking with its payable as it is now."""
    statement = select(CashTakingRow, TillRow).join(TillRow).where(CashTakingRow.id == voucher_id)
    row = (await session.execute(statement)).first()
    return None if row is None else await _voucher_of(session, row[0], row[1])


async def taken_lines(session: AsyncSession, till_id: UUID, *, limit: int) -> Sequence[TakenLine]:
    """Return what was put into a till, the latest first."""
    statement = (
        select(CashTakingRow, PayableRow.dossier_code)
        .join(PayableRow, PayableRow.id == CashTakingRow.payable_id)
        .where(CashTakingRow.till_id == till_id)
        .order_by(CashTakingRow.number.desc())
        .limit(limit)
    )
    return [
        TakenLine(row.id, row.number, code, row.amount_vnd, row.given_vnd, row.taken_at)
        for row, code in await session.execute(statement)
    ]


def _tills() -> Select[Any]:
    sums = (
        select(
            func.coalesce(func.sum(CashTakingRow.amount_vnd), 0).label("taken"),
            func.count().label("takings"),
        )
        .where(CashTakingRow.till_id == TillRow.id)
        .lateral()
    )
    return select(TillRow, sums.c.taken, sums.c.takings).join(sums, TillRow.id.is_not(None))


def _till_of(row: TillRow, taken_vnd: int, takings: int) -> Till:
    return Till(
        id=row.id,
        agency_code=row.agency_code,
        agency_name=row.agency_name,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        status=row.status,
        opening_vnd=row.opening_vnd,
        taken_vnd=int(taken_vnd),
        takings=takings,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        counted_vnd=row.counted_vnd,
        counts={int(value): int(number) for value, number in row.counts.items()},
        note=row.note,
        handed_at=row.handed_at,
        handed_vnd=row.handed_vnd,
        receiver_name=row.receiver_name,
        hand_over_note=row.hand_over_note,
        correlation_id=row.correlation_id,
    )


async def _voucher_of(session: AsyncSession, taking: CashTakingRow, till: TillRow) -> Voucher:
    found = await read_attempt(session, taking.attempt_id)
    if found is None:
        raise LookupError("attempts are never deleted")
    payable, attempt = found
    return Voucher(
        id=taking.id,
        till_id=taking.till_id,
        number=taking.number,
        amount_vnd=taking.amount_vnd,
        given_vnd=taking.given_vnd,
        officer_id=till.officer_id,
        officer_name=till.officer_name,
        agency_code=till.agency_code,
        agency_name=till.agency_name,
        taken_at=taking.taken_at,
        payable=payable,
        attempt=attempt,
    )
