"""What pages read: the board's lines by agency, search and state, and one dossier's rows.

Names and phones may not be folded into a view, so a search by them looks into the decision table
``party`` of the same database, by name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Text,
    TextualSelect,
    column,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.search import Search
from dossier.views.board import BoardRow, FeeState, PaymentState
from dossier.views.money import FeeRow, PaymentRow, ReceiptRow, TariffRow
from dossier.views.timeline import TimelineRow
from dossier.views.told import ToldRow
from shared.contracts.fee import Certainty
from shared.days import start_of_day, vietnam_day


class Filter(StrEnum):
    """Which lines of the board are shown."""

    ALL = "all"
    UNPAID = "unpaid"
    PAID = "paid"
    WAITING = "waiting"
    """No amount can be said yet: chưa có biểu phí, or an agency is incomplete."""


@dataclass(frozen=True)
class Place:
    """Where a page of the board ends; the next one begins behind it."""

    submitted_at: datetime
    dossier_code: str


@dataclass(frozen=True)
class Asked:
    """What is looked for on the board."""

    agencies: Sequence[str]
    search: Search | None
    show: Filter
    after: Place | None
    limit: int


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


_CODES: Final = text(
    "SELECT dossier_code FROM dossier WHERE code_search @@ CAST(:code AS tsquery)"
    " UNION SELECT dossier_code FROM party WHERE search @@ CAST(:people AS tsquery)"
)
_NOTHING: Final = "'-'"
"""A query that no token answers."""

_FILTERS: Final[dict[Filter, ColumnElement[bool]]] = {
    Filter.UNPAID: BoardRow.payment_state == PaymentState.DUE,
    Filter.PAID: BoardRow.payment_state == PaymentState.PAID,
    Filter.WAITING: BoardRow.fee_state == FeeState.PENDING,
}


async def find_lines(session: AsyncSession, asked: Asked) -> Sequence[BoardRow]:
    """Return the lines asked for, newest filing first; one above ``limit`` if there are more."""
    statement = select(BoardRow).where(_of_agencies(asked.agencies))
    if asked.search is not None:
        statement = statement.where(BoardRow.dossier_code.in_(_codes_of(asked.search)))
    if asked.show in _FILTERS:
        statement = statement.where(_FILTERS[asked.show])
    if asked.after is not None:
        place = tuple_(BoardRow.submitted_at, BoardRow.dossier_code)
        statement = statement.where(place < (asked.after.submitted_at, asked.after.dossier_code))
    statement = statement.order_by(BoardRow.submitted_at.desc(), BoardRow.dossier_code.desc())
    return (await session.scalars(statement.limit(asked.limit + 1))).all()


async def lines_of(session: AsyncSession, codes: Sequence[str]) -> Sequence[BoardRow]:
    """Return the lines of ``codes``, in that order; a line not folded yet is left out."""
    found = await session.scalars(select(BoardRow).where(BoardRow.dossier_code.in_(codes)))
    by_code = {row.dossier_code: row for row in found}
    return [by_code[code] for code in codes if code in by_code]


async def find_line(session: AsyncSession, dossier_code: str) -> BoardRow | None:
    """Return the line of one dossier; None while it is not folded."""
    return await session.get(BoardRow, dossier_code)


async def figures_of(session: AsyncSession, agencies: Collection[str], *, now: datetime) -> Today:
    """Return what is due, paid since midnight in Vietnam, and waiting, for ``agencies``."""
    due = BoardRow.payment_state == PaymentState.DUE
    paid_today = BoardRow.settled_at >= start_of_day(vietnam_day(now))
    unready = (BoardRow.payment_state == PaymentState.PAID) & (
        (BoardRow.receipts == 0) | (BoardRow.receipt_files < BoardRow.receipts)
    )
    counts = select(
        func.count().filter(due),
        func.coalesce(func.sum(BoardRow.due_vnd).filter(due), 0),
        func.count().filter(paid_today),
        func.coalesce(func.sum(BoardRow.paid_vnd).filter(paid_today), 0),
        func.count().filter(BoardRow.fee_state == FeeState.PENDING),
        func.count().filter(unready),
    ).where(_of_agencies(agencies))
    figures = (await session.execute(counts)).one()
    unanswered = await session.scalar(
        select(func.count())
        .select_from(ToldRow)
        .join(BoardRow, BoardRow.dossier_code == ToldRow.dossier_code)
        .where(_of_agencies(agencies), (ToldRow.answered_at.is_(None)) | (ToldRow.result == "loi"))
    )
    due_count, due_vnd, paid_count, paid_vnd, pending, without_receipt = (
        int(figure or 0) for figure in figures
    )
    return Today(
        due_count=due_count,
        due_vnd=due_vnd,
        paid_count=paid_count,
        paid_vnd=paid_vnd,
        pending_count=pending,
        without_receipt_count=without_receipt,
        unanswered_count=unanswered or 0,
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


def _of_agencies(agencies: Collection[str]) -> ColumnElement[bool]:
    return or_(BoardRow.receiving_agency.in_(agencies), BoardRow.collecting_agency.in_(agencies))


def _codes_of(search: Search) -> TextualSelect:
    return _CODES.bindparams(
        code=search.code or _NOTHING, people=search.people or _NOTHING
    ).columns(column("dossier_code", Text))
