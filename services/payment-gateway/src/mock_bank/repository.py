"""Every statement on the bank's tables."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank.domain.payments import Channel, Status
from mock_bank.domain.refunds import RefundState
from mock_bank.domain.statements import Planted
from mock_bank.domain.tellings import Fault
from mock_bank.tables import FaultRow, PaymentRow, PlantedRow, RefundRow, TellingRow


async def insert_payment(session: AsyncSession, values: dict[str, object]) -> PaymentRow | None:
    """Insert a payment; None if the partner's reference is already there."""
    statement = (
        upsert(PaymentRow)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["channel", "partner", "reference"])
        .returning(PaymentRow)
    )
    return await session.scalar(statement)


async def find_by_reference(
    session: AsyncSession, channel: Channel, partner: str, reference: str
) -> PaymentRow | None:
    """Return the payment that ``partner`` calls ``reference``, locked."""
    statement = (
        select(PaymentRow)
        .where(
            PaymentRow.channel == channel,
            PaymentRow.partner == partner,
            PaymentRow.reference == reference,
        )
        .with_for_update()
    )
    return await session.scalar(statement)


async def lock_payment(session: AsyncSession, payment_id: UUID) -> PaymentRow | None:
    """Return a payment, locked until the transaction ends."""
    return await session.scalar(
        select(PaymentRow).where(PaymentRow.id == payment_id).with_for_update()
    )


async def list_payments(session: AsyncSession, *, limit: int) -> Sequence[PaymentRow]:
    """Return the newest payments."""
    statement = select(PaymentRow).order_by(PaymentRow.ordinal.desc()).limit(limit)
    return (await session.scalars(statement)).all()


async def insert_tellings(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Insert callbacks."""
    await session.execute(insert(TellingRow), list(rows))


async def list_tellings(session: AsyncSession, payment_id: UUID) -> Sequence[TellingRow]:
    """Return the callbacks of one payment, in the order in which they are due."""
    statement = (
        select(TellingRow).where(TellingRow.payment_id == payment_id).order_by(TellingRow.id)
    )
    return (await session.scalars(statement)).all()


async def claim_due_telling(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> tuple[TellingRow, PaymentRow] | None:
    """Return the callback due longest, or ``only`` if it is due, leased; None if none is."""
    due = (
        select(TellingRow, PaymentRow)
        .join(PaymentRow, PaymentRow.id == TellingRow.payment_id)
        .where(TellingRow.due_at <= now)
        .order_by(TellingRow.due_at, TellingRow.id)
        .limit(1)
        .with_for_update(of=TellingRow, skip_locked=True)
    )
    if only is not None:
        due = due.where(TellingRow.id == only)
    found = (await session.execute(due)).one_or_none()
    if found is None:
        return None
    telling, payment = found
    telling.attempts += 1
    telling.due_at = now + lease
    return telling, payment


async def lock_telling(session: AsyncSession, telling_id: UUID) -> TellingRow:
    """Return one callback, locked."""
    statement = select(TellingRow).where(TellingRow.id == telling_id).with_for_update()
    return (await session.scalars(statement)).one()


async def list_faults(session: AsyncSession) -> Sequence[FaultRow]:
    """Return the faults that wait for a payment."""
    return (
        await session.scalars(select(FaultRow).order_by(FaultRow.channel, FaultRow.fault))
    ).all()


async def put_fault(session: AsyncSession, values: dict[str, object]) -> None:
    """Ask for a fault; the same fault asked for again is replaced."""
    statement = upsert(FaultRow).values(**values)
    changed = {"remaining": values["remaining"], "after_ms": values["after_ms"]}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["channel", "fault"], set_=changed)
    )


async def delete_faults(session: AsyncSession) -> None:
    """Take all faults back, those planted in settlement files too."""
    await session.execute(delete(FaultRow))
    await session.execute(delete(PlantedRow))


async def take_faults(
    session: AsyncSession, channel: Channel, wanted: Sequence[Fault]
) -> dict[Fault, timedelta]:
    """Use up one of each of the ``wanted`` faults asked for; return how long each waits."""
    statement = (
        select(FaultRow)
        .where(FaultRow.channel == channel, FaultRow.fault.in_(wanted))
        .order_by(FaultRow.fault)
        .with_for_update()
    )
    taken = (await session.scalars(statement)).all()
    for row in taken:
        same = (FaultRow.channel == row.channel, FaultRow.fault == row.fault)
        if row.remaining == 1:
            await session.execute(delete(FaultRow).where(*same))
        else:
            await session.execute(
                update(FaultRow).where(*same).values(remaining=FaultRow.remaining - 1)
            )
    return {row.fault: timedelta(milliseconds=row.after_ms) for row in taken}


async def list_approved(
    session: AsyncSession, channel: Channel, since: datetime, until: datetime
) -> Sequence[PaymentRow]:
    """Return what a channel paid in a time, in the order in which it was begun."""
    statement = (
        select(PaymentRow)
        .where(
            PaymentRow.channel == channel,
            PaymentRow.status == Status.APPROVED,
            PaymentRow.decided_at >= since,
            PaymentRow.decided_at < until,
        )
        .order_by(PaymentRow.ordinal)
    )
    return (await session.scalars(statement)).all()


async def list_planted(session: AsyncSession, channel: Channel, day: date) -> list[Planted]:
    """Return the differences planted in a day's file."""
    statement = select(PlantedRow).where(PlantedRow.channel == channel, PlantedRow.day_on == day)
    return [Planted(row.kind, row.payment_id) for row in await session.scalars(statement)]


async def read_differences_wanted(session: AsyncSession, channel: Channel) -> int:
    """Return how many payments the next settlement file of ``channel`` is to tell otherwise."""
    row = await session.get(FaultRow, (channel, Fault.STATEMENT_DIFFERS), with_for_update=True)
    return row.remaining if row is not None else 0


async def plant(
    session: AsyncSession, channel: Channel, day: date, fresh: Sequence[Planted]
) -> None:
    """Store planted differences, and use up as much of the fault."""
    await session.execute(
        insert(PlantedRow),
        [{**vars(each), "channel": channel, "day_on": day} for each in fresh],
    )
    row = await session.get(FaultRow, (channel, Fault.STATEMENT_DIFFERS), with_for_update=True)
    if row is not None and row.remaining > len(fresh):
        row.remaining -= len(fresh)
    elif row is not None:
        await session.delete(row)


async def find_by_number(
    session: AsyncSession, channel: Channel, partner: str, number: str
) -> PaymentRow | None:
    """Return the payment of the bank's own number, of which wallets keep the digits; locked."""
    digits = func.regexp_replace(PaymentRow.transaction_code, "[^0-9]", "", "g")
    statement = (
        select(PaymentRow)
        .where(PaymentRow.channel == channel, PaymentRow.partner == partner, digits == number)
        .with_for_update()
    )
    return await session.scalar(statement)


async def insert_refund(session: AsyncSession, values: dict[str, object]) -> RefundRow | None:
    """Insert a refund; None if its key is already there."""
    statement = (
        upsert(RefundRow)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["channel", "key"])
        .returning(RefundRow)
    )
    return await session.scalar(statement)


async def find_refund(
    session: AsyncSession, channel: Channel, key: str
) -> tuple[RefundRow, PaymentRow] | None:
    """Return the refund of a partner's key, and its payment."""
    statement = (
        select(RefundRow, PaymentRow)
        .join(PaymentRow, PaymentRow.id == RefundRow.payment_id)
        .where(RefundRow.channel == channel, RefundRow.key == key)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1])


async def newest_refund(session: AsyncSession, payment_id: UUID) -> RefundRow | None:
    """Return the newest refund of a payment."""
    statement = select(RefundRow).where(RefundRow.payment_id == payment_id)
    return await session.scalar(statement.order_by(RefundRow.ordinal.desc()).limit(1))


async def sum_of_refunds(session: AsyncSession, payment_id: UUID, status: RefundState) -> int:
    """Return how much of a payment went back."""
    statement = select(func.coalesce(func.sum(RefundRow.amount_vnd), 0)).where(
        RefundRow.payment_id == payment_id, RefundRow.status == status
    )
    return int(await session.scalar(statement) or 0)
