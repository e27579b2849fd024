"""Statements on what the province is told, and on its answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Text, any_, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import UNANSWERED, FactState
from dossier.tables import IssuedReceiptRow, PartnerFactRow
from shared.contracts.receipt import ReceiptIssued
from shared.db import driver

_INSERT: Final = """
INSERT INTO partner_fact (id, partner, dossier_code, agency_code, fact_type, cause, amount_vnd,
  day_on, state, sent_at, sends, last_sent_at, due_at)
SELECT id, partner, dossier_code, agency_code, fact_type, cause, amount_vnd,
  day_on, state, sent_at, sends, last_sent_at, due_at
FROM jsonb_populate_recordset(NULL::partner_fact, $1::jsonb)
ON CONFLICT (cause, fact_type) DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Standing:
    """What stands open with a partner now."""

    unanswered: int
    oldest_at: datetime | None
    late: int
    escalated: int
    refused: int


async def insert_facts(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Store facts that go to the province; return the ids of those that are told first.

    (cause, fact_type) is unique: what was told once is not told again.
    """
    stored = await driver.fetch(session, _INSERT, to_json(rows).decode())
    return {row["id"] for row in stored}


async def lock_facts(
    session: AsyncSession, fact_ids: Collection[UUID]
) -> dict[UUID, PartnerFactRow]:
    """Return those of ``fact_ids`` that went to the province, locked."""
    statement = (
        select(PartnerFactRow)
        .where(PartnerFactRow.id.in_(fact_ids))
        .order_by(PartnerFactRow.id)
        .with_for_update()
    )
    return {row.id: row for row in await session.scalars(statement)}


async def claim_overdue(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[PartnerFactRow]:
    """Return, locked, facts whose time to be answered is over."""
    statement = (
        select(PartnerFactRow)
        .where(PartnerFactRow.due_at <= now)
        .order_by(PartnerFactRow.due_at, PartnerFactRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def facts_of_dossier(session: AsyncSession, dossier_code: str) -> Sequence[PartnerFactRow]:
    """Return what the province was told of a dossier, in order."""
    statement = (
        select(PartnerFactRow)
        .where(PartnerFactRow.dossier_code == dossier_code)
        .order_by(PartnerFactRow.sent_at, PartnerFactRow.id)
    )
    return (await session.scalars(statement)).all()


async def forget_words(session: AsyncSession, dossier_code: str) -> None:
    """Forget the province's own words about a dossier; its codes stay."""
    await session.execute(
        update(PartnerFactRow)
        .where(PartnerFactRow.dossier_code == dossier_code)
        .values(reason_text=None)
    )


async def find_facts(session: AsyncSession, fact_ids: Collection[UUID]) -> Sequence[PartnerFactRow]:
    """Return those of ``fact_ids`` that went to the province."""
    statement = select(PartnerFactRow).where(PartnerFactRow.id.in_(fact_ids))
    return (await session.scalars(statement.order_by(PartnerFactRow.id))).all()


async def standing_of(
    session: AsyncSession, partner: str, *, agencies: Sequence[str] | None = None
) -> Standing:
    """Return how much waits for an answer, and since when; of ``agencies`` alone where asked."""
    counts = select(
        func.count().filter(PartnerFactRow.state.in_(UNANSWERED)),
        func.min(PartnerFactRow.last_sent_at).filter(PartnerFactRow.state.in_(UNANSWERED)),
        func.count().filter(PartnerFactRow.state == FactState.LATE),
        func.count().filter(PartnerFactRow.state == FactState.ESCALATED),
        func.count().filter(PartnerFactRow.state == FactState.REFUSED),
    ).where(
        PartnerFactRow.partner == partner,
        PartnerFactRow.state.in_((*UNANSWERED, FactState.REFUSED)),
    )
    if agencies is not None:
        counts = counts.where(PartnerFactRow.agency_code.in_(agencies))
    return Standing(*(await session.execute(counts)).one())


async def facts_in(
    session: AsyncSession, partner: str, states: Iterable[FactState], *, limit: int
) -> Sequence[PartnerFactRow]:
    """Return facts in one of ``states``, those that wait longest first."""
    statement = (
        select(PartnerFactRow)
        .where(PartnerFactRow.partner == partner, PartnerFactRow.state.in_(tuple(states)))
        .order_by(PartnerFactRow.last_sent_at, PartnerFactRow.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def facts_of_day(
    session: AsyncSession, partner: str, day_on: date
) -> Sequence[PartnerFactRow]:
    """Return the facts that count in a day."""
    statement = select(PartnerFactRow).where(
        PartnerFactRow.day_on == day_on, PartnerFactRow.partner == partner
    )
    return (await session.scalars(statement)).all()


async def facts_about(
    session: AsyncSession, partner: str, codes: Collection[str], *, before: datetime
) -> Sequence[PartnerFactRow]:
    """Return what was told of the dossiers ``codes`` until ``before``."""
    statement = select(PartnerFactRow).where(
        PartnerFactRow.dossier_code == any_(literal(list(codes), ARRAY(Text))),
        PartnerFactRow.partner == partner,
        PartnerFactRow.sent_at <= before,
    )
    return (await session.scalars(statement)).all()


async def insert_issued_receipts(session: AsyncSession, receipts: Sequence[ReceiptIssued]) -> None:
    """Keep what the province is told of receipts once their files are ready."""
    values = [
        {
            "receipt_id": receipt.receipt_id,
            "dossier_code": receipt.dossier_code,
            "form_symbol": receipt.form_symbol,
            "serial_symbol": receipt.serial_symbol,
            "number": receipt.number,
            "total_vnd": receipt.total_vnd,
            "check_url": receipt.check_url,
            "issued_at": receipt.issued_at,
        }
        for receipt in receipts
    ]
    await session.execute(insert(IssuedReceiptRow).on_conflict_do_nothing(), values)


async def find_issued_receipts(
    session: AsyncSession, receipt_ids: Collection[UUID]
) -> dict[UUID, IssuedReceiptRow]:
    """Return what was kept of those of ``receipt_ids`` that were heard of."""
    statement = select(IssuedReceiptRow).where(IssuedReceiptRow.receipt_id.in_(receipt_ids))
    return {row.receipt_id: row for row in await session.scalars(statement)}
