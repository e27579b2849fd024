"""Money as the accountant works with it: assigned, given back, taken back by its bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import monies, refunds, reversals
from payment_gateway.domain.facts import Surplus
from payment_gateway.domain.payables import Payable
from payment_gateway.tables.cases import ReversalReportRow
from payment_gateway.tables.monies import MoneyRow, RefundRow
from shared.contracts.parts import Money, PaymentChannel
from shared.contracts.payment import UnmatchedKind


@dataclass(frozen=True)
class PlacedMoney:
    """One money with all its parts."""

    id: UUID
    channel: PaymentChannel
    channel_reference: str
    amount_vnd: int
    applied_vnd: int
    unmatched_vnd: int
    refunded_vnd: int
    status: monies.Status
    problem: UnmatchedKind | None
    payable_id: UUID | None
    attempt_id: UUID | None
    agency_code: str
    bank_code: str | None
    booked_at: datetime
    received_at: datetime
    has_open_refund: bool
    is_taken_back: bool
    """A person reported that its bank took it back, and that waits."""

    @property
    def kind(self) -> UnmatchedKind:
        """Return why a part of it settles nothing."""
        if self.problem is None:
            raise ValueError("all of this money settles something")
        return self.problem

    @property
    def is_assignable(self) -> bool:
        """Tell whether a person may say what it pays for: it settles nothing, and nothing waits."""
        return self.is_loose and self.applied_vnd == 0 and not self.is_taken_back

    @property
    def is_loose(self) -> bool:
        """Tell whether a part of it settles nothing, and nothing of it is on its way back."""
        loose = self.unmatched_vnd > 0 and not self.has_open_refund
        open_ = monies.LIFECYCLE.allows(self.status, monies.Trigger.REFUND)
        return loose and open_ and self.problem is not UnmatchedKind.SHORT

    @property
    def is_held(self) -> bool:
        """Tell whether it came short, and waits for the rest."""
        waits = self.unmatched_vnd > 0 and self.status is monies.Status.UNMATCHED
        return waits and self.problem is UnmatchedKind.SHORT

    def surplus(self, payable: Payable | None) -> Surplus:
        """Return the part that settles nothing."""
        return self.left_over(payable, self.unmatched_vnd)

    def left_over(self, payable: Payable | None, unmatched_vnd: int) -> Surplus:
        """Return a part of it that settles nothing."""
        return Surplus(
            money_id=self.id,
            channel=self.channel,
            channel_reference=self.channel_reference,
            amount_vnd=self.amount_vnd,
            unmatched_vnd=unmatched_vnd,
            agency_code=self.agency_code,
            received_at=self.received_at,
            payable=payable,
        )

    def settling(self, applied_vnd: int) -> Money:
        """Return it as a payment carries it."""
        return Money(
            money_id=self.id,
            attempt_id=self.attempt_id,
            channel=self.channel,
            bank_code=self.bank_code,
            channel_reference=self.channel_reference,
            amount_vnd=self.amount_vnd,
            applied_vnd=applied_vnd,
            received_at=self.received_at,
        )


async def read_money(
    session: AsyncSession, money_id: UUID, *, lock: bool = False
) -> PlacedMoney | None:
    """Return a money; locked until the transaction ends where asked (its payable comes first)."""
    statement = _with_refund().where(MoneyRow.id == money_id)
    if lock:
        statement = statement.with_for_update(of=MoneyRow)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _money(row)


async def find_money(
    session: AsyncSession, channel: PaymentChannel, channel_reference: str
) -> PlacedMoney | None:
    """Return the money of a natural key."""
    statement = _with_refund().where(
        MoneyRow.channel == channel, MoneyRow.channel_reference == channel_reference
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _money(row)


async def applied_to(session: AsyncSession, payable_id: UUID) -> Sequence[PlacedMoney]:
    """Return the money that settled a payable, the newest first, locked."""
    statement = (
        _with_refund()
        .where(MoneyRow.payable_id == payable_id, MoneyRow.applied_vnd > 0)
        .order_by(MoneyRow.id.desc())
        .with_for_update(of=MoneyRow)
    )
    return [_money(row) for row in await session.execute(statement)]


async def assign(
    session: AsyncSession, money: PlacedMoney, payable_id: UUID, *, applied_vnd: int
) -> None:
    """Let a money (locked) pay for a payable; what is left of it is over, or waits (``short``)."""
    left = money.unmatched_vnd - applied_vnd
    status = money.status
    if not left:
        status = monies.LIFECYCLE.next(status, monies.Trigger.MATCH)
    over = UnmatchedKind.OVER if applied_vnd else UnmatchedKind.SHORT
    values = {
        "payable_id": payable_id, "applied_vnd": applied_vnd, "unmatched_vnd": left,
        "status": status, "problem": over if left else money.problem,
    }  # fmt: skip
    await session.execute(update(MoneyRow).where(MoneyRow.id == money.id).values(values))


async def take_back(session: AsyncSession, money: PlacedMoney) -> None:
    """Store that a bank took a money (locked) back for good."""
    status = monies.LIFECYCLE.next(money.status, monies.Trigger.REFUND)
    status = monies.LIFECYCLE.next(status, monies.Trigger.REFUND_SETTLED)
    values = {
        "applied_vnd": 0, "refunded_vnd": money.refunded_vnd + money.applied_vnd, "status": status
    }  # fmt: skip
    await session.execute(update(MoneyRow).where(MoneyRow.id == money.id).values(values))


async def let_loose(session: AsyncSession, money: PlacedMoney) -> None:
    """Store that a money (locked) settles nothing any more, because its payable was undone."""
    status = monies.LIFECYCLE.next(money.status, monies.Trigger.REFUND)
    status = monies.LIFECYCLE.next(status, monies.Trigger.REST_UNMATCHED)
    values = {
        "applied_vnd": 0, "unmatched_vnd": money.unmatched_vnd + money.applied_vnd,
        "status": status, "problem": UnmatchedKind.LATE,
    }  # fmt: skip
    await session.execute(update(MoneyRow).where(MoneyRow.id == money.id).values(values))


def _with_refund() -> Any:  # noqa: ANN401 - a Select of a row and a column
    is_open = (RefundRow.money_id == MoneyRow.id) & RefundRow.status.in_(refunds.OPEN)
    waits = select(RefundRow.id).where(is_open).exists().label("has_open_refund")
    report = select(ReversalReportRow.id).where(
        ReversalReportRow.money_id == MoneyRow.id,
        ReversalReportRow.status == reversals.Status.WAITING,
    )
    gone = report.exists().label("is_taken_back")
    return select(MoneyRow, waits, gone).execution_options(populate_existing=True)


def _money(row: Any) -> PlacedMoney:  # noqa: ANN401 - a row of _with_refund
    each: MoneyRow = row.MoneyRow
    return PlacedMoney(
        id=each.id,
        channel=each.channel,
        channel_reference=each.channel_reference,
        amount_vnd=each.amount_vnd,
        applied_vnd=each.applied_vnd,
        unmatched_vnd=each.unmatched_vnd,
        refunded_vnd=each.refunded_vnd,
        status=each.status,
        problem=each.problem,
        payable_id=each.payable_id,
        attempt_id=each.attempt_id,
        agency_code=each.agency_code,
        bank_code=each.bank_code,
        booked_at=each.booked_at,
        received_at=each.received_at,
        has_open_refund=row.has_open_refund,
        is_taken_back=row.is_taken_back,
    )
