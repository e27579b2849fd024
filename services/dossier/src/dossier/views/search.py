"""What pages read: the board's lines by agency, search and state, and one dossier's rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.views.board import UNREADY, BoardRow, FeeState, PaymentState
from dossier.views.lines import of_agencies
from dossier.views.money import FeeRow, PaymentRow, ReceiptRow, TariffRow
from dossier.views.timeline import TimelineRow
from dossier.views.told import UNANSWERED, ToldRow
from shared.contracts.fee import Certainty
from shared.days import start_of_day, vietnam_day


@dataclass(frozen=True)
class Today:
    """The figures of *Hôm nay*, for some agencies."""

    due_count: int
    due_vnd: int
    paid_count: int
    paid_vnd: int
    pending_count: int
    without_receipt_count: int
    unanswered_count: int
    refused_count: int
    """Dossiers of which the province answered something with an error."""


async def lines_of(session: AsyncSession, codes: Sequence[str]) -> Sequence[BoardRow]:
    """Return the lines of ``codes``, in that order; a line not folded yet is left out."""
    found = await session.scalars(select(BoardRow).where(BoardRow.dossier_code.in_(codes)))
    by_code = {row.dossier_code: row for row in found}
    return [by_code[code] for code in codes if code in by_code]


async def find_line(session: AsyncSession, dossier_code: str) -> BoardRow | None:
    """Return the line of one dossier; None while it is not folded."""
    return await session.get(BoardRow, dossier_code)


async def figures_of(session: AsyncSession, agencies: Collection[str], *, now: datetime) -> Today:
    """Return what is due, paid since midnight in Vietnam, and waiting, for ``agencies``.

    Each figure is a count of its own: it reads the few lines of its index, not the whole board.
    """
    mine = of_agencies(agencies)
    due = select(func.count(), func.coalesce(func.sum(BoardRow.due_vnd), 0)).where(
        mine, BoardRow.payment_state == PaymentState.DUE
    )
    paid = select(func.count(), func.coalesce(func.sum(BoardRow.paid_vnd), 0)).where(
        mine, BoardRow.settled_at >= start_of_day(vietnam_day(now))
    )
    pending = select(func.count()).where(mine, BoardRow.fee_state == FeeState.PENDING)
    unready = select(func.count()).select_from(BoardRow).where(mine, text(UNREADY))
    unanswered = (
        select(func.count())
        .select_from(ToldRow)
        .join(BoardRow, BoardRow.dossier_code == ToldRow.dossier_code)
        .where(mine, text(f"({UNANSWERED})"))
    )
    refused = (
        select(func.count(ToldRow.dossier_code.distinct()))
        .join(BoardRow, BoardRow.dossier_code == ToldRow.dossier_code)
        .where(mine, ToldRow.result == "loi")
    )
    due_count, due_vnd = (await session.execute(due)).one()
    paid_count, paid_vnd = (await session.execute(paid)).one()
    return Today(
        due_count=due_count,
        due_vnd=int(due_vnd or 0),
        paid_count=paid_count,
        paid_vnd=int(paid_vnd or 0),
        pending_count=await session.scalar(pending) or 0,
        without_receipt_count=await session.scalar(unready) or 0,
        unanswered_count=await session.scalar(unanswered) or 0,
        refused_count=await session.scalar(refused) or 0,
    )


@dataclass(frozen=True)
class Folded:
    """Everything the views hold of one dossier."""

    line: BoardRow | None
    fee: FeeRow | None
    payments: Sequence[PaymentRow]
    receipts: Sequence[ReceiptRow]
    told: Sequence[ToldRow]
    timeline: Sequence[TimelineRow]
    uncertain_tariffs: frozenset[str]
    """Ids of tariff rows whose certainty is ``to_confirm``."""


async def folded_of(session: AsyncSession, dossier_code: str) -> Folded:
    """Return what the views hold of one dossier, in the order in which it happened."""
    fee = await session.get(FeeRow, dossier_code)
    payments = await session.scalars(
        select(PaymentRow)
        .where(PaymentRow.dossier_code == dossier_code)
        .order_by(PaymentRow.supplement_no, PaymentRow.payment_id)
    )
    receipts = await session.scalars(
        select(ReceiptRow)
        .where(ReceiptRow.dossier_code == dossier_code)
        .order_by(ReceiptRow.issued_at, ReceiptRow.serial_symbol, ReceiptRow.number)
    )
    told = await session.scalars(
        select(ToldRow).where(ToldRow.dossier_code == dossier_code).order_by(ToldRow.sent_at)
    )
    timeline = await session.scalars(
        select(TimelineRow)
        .where(TimelineRow.dossier_code == dossier_code)
        .order_by(TimelineRow.at, TimelineRow.event_id)
    )
    uncertain = await session.scalars(
        select(TariffRow.tariff_id).where(TariffRow.certainty == Certainty.TO_CONFIRM.value)
    )
    return Folded(
        line=await find_line(session, dossier_code),
        fee=fee,
        payments=payments.all(),
        receipts=receipts.all(),
        told=told.all(),
        timeline=timeline.all(),
        uncertain_tariffs=frozenset(str(tariff_id) for tariff_id in uncertain),
    )


async def count_facts(session: AsyncSession, dossier_code: str) -> int:
    """Return how many facts the timeline of a dossier holds; it only grows."""
    statement = (
        select(func.count())
        .select_from(TimelineRow)
        .where(TimelineRow.dossier_code == dossier_code)
    )
    return await session.scalar(statement) or 0
