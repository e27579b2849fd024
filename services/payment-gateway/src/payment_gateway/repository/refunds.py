"""Refunds: found, locked, moved on, claimed by the job; and what can still go back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import monies, payables, refunds
from payment_gateway.domain.refunds import Refund
from payment_gateway.tables.monies import MoneyRow, RefundRow
from payment_gateway.tables.payables import AttemptRow, PayableRow
from shared.contracts.money import RefundedLine, RefundReason
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import UnmatchedKind
from shared.db.tables import AuditRow

_LINES: Final = TypeAdapter(tuple[RefundedLine, ...])
_TAKEN: Final = text(
    "SELECT (l->>'line_id')::uuid, sum((l->>'amount_vnd')::bigint)::bigint"
    " FROM refund r, jsonb_array_elements(r.lines) l"
    " WHERE r.payable_id = :payable AND r.status <> :declined GROUP BY 1"
)
_GIVE_BACK: Final = text(
    "UPDATE money SET applied_vnd = applied_vnd - :applied, unmatched_vnd = unmatched_vnd - :loose,"
    " refunded_vnd = refunded_vnd + :applied + :loose, status = :status WHERE id = :id"
)


@dataclass(frozen=True)
class RefundedMoney:
    """The money of a refund: its parts, and the way it came."""

    id: UUID
    channel: PaymentChannel
    channel_reference: str
    amount_vnd: int
    applied_vnd: int
    unmatched_vnd: int
    status: monies.Status
    problem: UnmatchedKind | None
    payable_id: UUID | None
    agency_code: str
    received_at: datetime
    attempt_reference: str | None
    attempt_created_at: datetime | None


@dataclass(frozen=True)
class Step:
    """What changes of a refund; ``columns`` beside its status."""

    status: refunds.Status
    columns: Mapping[str, Any]


async def find_refund(
    session: AsyncSession, refund_id: UUID, *, lock: bool = False
) -> tuple[Refund, RefundedMoney, datetime] | None:
    """Return a refund, its money, and when it was proposed.

    ``lock``: the refund's row, until the transaction ends; its payable is locked by the caller
    before.
    """
    statement = with_money().where(RefundRow.id == refund_id)
    if lock:
        statement = statement.with_for_update(of=(RefundRow, MoneyRow))
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (refund_of(row), money_of(row), row.RefundRow.proposed_at)


async def payable_id_of(session: AsyncSession, refund_id: UUID) -> UUID | None:
    """Return the payable of a refund, to be locked first; None where none is known."""
    return await session.scalar(select(RefundRow.payable_id).where(RefundRow.id == refund_id))


async def correlation_of(session: AsyncSession, payable_id: UUID) -> UUID | None:
    """Return the journey that a payable belongs to."""
    statement = select(PayableRow.correlation_id).where(PayableRow.id == payable_id)
    return await session.scalar(statement)


async def lock_money(session: AsyncSession, money_id: UUID) -> RefundedMoney | None:
    """Return a money, locked until the transaction ends."""
    statement = (
        select(MoneyRow, AttemptRow.reference, AttemptRow.created_at)
        .outerjoin(AttemptRow, AttemptRow.id == MoneyRow.attempt_id)
        .where(MoneyRow.id == money_id)
        .with_for_update(of=MoneyRow)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else money_of(row)


async def monies_of(session: AsyncSession, payable_id: UUID) -> Sequence[RefundedMoney]:
    """Return what was applied to a payable, newest first, locked."""
    statement = (
        select(MoneyRow, AttemptRow.reference, AttemptRow.created_at)
        .outerjoin(AttemptRow, AttemptRow.id == MoneyRow.attempt_id)
        .where(MoneyRow.payable_id == payable_id, MoneyRow.applied_vnd > 0)
        .order_by(MoneyRow.id.desc())
        .with_for_update(of=MoneyRow)
    )
    return [money_of(row) for row in await session.execute(statement)]


async def taken_of(session: AsyncSession, payable_id: UUID) -> Mapping[UUID, int]:
    """Return by line what went back, or is on its way back, of a payable."""
    asked = {"payable": payable_id, "declined": refunds.Status.DECLINED.value}
    return {row[0]: row[1] for row in await session.execute(_TAKEN, asked)}


async def has_open(session: AsyncSession, money_id: UUID) -> bool:
    """Tell whether a money has an open refund."""
    found = select(func.count()).where(
        RefundRow.money_id == money_id, RefundRow.status.in_(refunds.OPEN)
    )
    return bool(await session.scalar(found))


async def other_references(
    session: AsyncSession, money_id: UUID, refund_id: UUID
) -> frozenset[str]:
    """Return the references of other refunds of the same money."""
    statement = select(RefundRow.channel_reference).where(
        RefundRow.money_id == money_id,
        RefundRow.id != refund_id,
        RefundRow.channel_reference.is_not(None),
    )
    return frozenset(str(each) for each in await session.scalars(statement))


async def move(session: AsyncSession, refund_id: UUID, step: Step) -> None:
    """Store a step of a refund; its row is locked."""
    values = {"status": step.status, **step.columns}
    await session.execute(update(RefundRow).where(RefundRow.id == refund_id).values(values))


async def set_money_status(session: AsyncSession, money_id: UUID, status: monies.Status) -> None:
    """Store where a money stands."""
    await session.execute(update(MoneyRow).where(MoneyRow.id == money_id).values(status=status))


async def give_back(
    session: AsyncSession, money: RefundedMoney, *, applied_vnd: int, unmatched_vnd: int
) -> None:
    """Move a part of a money to what went back; its row is locked."""
    left = monies.after_refund(money.applied_vnd - applied_vnd, money.unmatched_vnd - unmatched_vnd)
    status = monies.LIFECYCLE.next(money.status, left)
    values = {
        "applied": applied_vnd, "loose": unmatched_vnd, "status": status.value, "id": money.id
    }  # fmt: skip
    await session.execute(_GIVE_BACK, values)


async def refund_payable(
    session: AsyncSession, payable_id: UUID, status: payables.Status, *, amount_vnd: int
) -> None:
    """Store that a part of a payable went back; it is locked."""
    statement = update(PayableRow).where(PayableRow.id == payable_id)
    after = PayableRow.applied_vnd - amount_vnd
    await session.execute(statement.values(status=status, applied_vnd=after))


async def claim_due(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> UUID | None:
    """Return the sent refund that is due longest, or ``only`` if it is due; held for ``lease``."""
    due = (
        select(RefundRow.id)
        .where(RefundRow.status == refunds.Status.SENT, RefundRow.due_at <= now)
        .order_by(RefundRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        due = due.where(RefundRow.id == only)
    statement = (
        update(RefundRow)
        .where(RefundRow.id.in_(due.scalar_subquery()))
        .values(calls=RefundRow.calls + 1, due_at=now + lease)
        .returning(RefundRow.id)
    )
    return await session.scalar(statement)


async def cause_of(session: AsyncSession, refund_id: UUID) -> tuple[UUID, UUID] | None:
    """Return correlation and causation of whoever had a refund sent."""
    statement = select(RefundRow.correlation_id, RefundRow.causation_id)
    row = (await session.execute(statement.where(RefundRow.id == refund_id))).one()
    return None if row[0] is None or row[1] is None else (row[0], row[1])


def insert_audit(session: AsyncSession, row: AuditRow) -> None:
    """Keep who did what."""
    session.add(row)


def with_money() -> Any:  # noqa: ANN401 - a Select of rows and columns
    """Return the selection of refunds with their money, dossier and attempt."""
    return (
        select(
            RefundRow, MoneyRow, PayableRow.dossier_code, AttemptRow.reference,
            AttemptRow.created_at,
        )
        .join(MoneyRow, MoneyRow.id == RefundRow.money_id)
        .outerjoin(PayableRow, PayableRow.id == RefundRow.payable_id)
        .outerjoin(AttemptRow, AttemptRow.id == MoneyRow.attempt_id)
        .execution_options(populate_existing=True)
    )  # fmt: skip


def refund_of(row: Any) -> Refund:  # noqa: ANN401 - a row of with_money
    """Return the refund in a row."""
    each: RefundRow = row.RefundRow
    return Refund(
        id=each.id,
        money_id=each.money_id,
        payable_id=each.payable_id,
        dossier_code=row.dossier_code,
        agency_code=each.agency_code,
        scope=each.scope,
        lines=_LINES.validate_python(each.lines),
        amount_vnd=each.amount_vnd,
        status=each.status,
        reason_code=RefundReason(each.reason_code),
        proposed_by=each.proposed_by,
        approved_by=each.approved_by,
        error_code=each.error_code,
        calls=each.calls,
        round=each.round,
        sent_at=each.sent_at,
    )


def money_of(row: Any) -> RefundedMoney:  # noqa: ANN401 - a row with MoneyRow and its attempt
    """Return the money in a row."""
    each: MoneyRow = row.MoneyRow
    return RefundedMoney(
        id=each.id,
        channel=each.channel,
        channel_reference=each.channel_reference,
        amount_vnd=each.amount_vnd,
        applied_vnd=each.applied_vnd,
        unmatched_vnd=each.unmatched_vnd,
        status=each.status,
        problem=each.problem,
        payable_id=each.payable_id,
        agency_code=each.agency_code,
        received_at=each.received_at,
        attempt_reference=row.reference,
        attempt_created_at=row.created_at,
    )
