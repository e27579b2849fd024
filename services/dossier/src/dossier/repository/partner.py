"""Statements on the exchange with the province."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import PartnerDay
from dossier.tables import IssuedReceiptRow, PartnerDayRow, PartnerFactRow
from shared.contracts.receipt import ReceiptIssued


async def was_told(session: AsyncSession, cause: UUID, fact_type: str) -> bool:
    """Tell whether the event ``cause`` was already retold to the province as ``fact_type``."""
    statement = select(PartnerFactRow.id).where(
        PartnerFactRow.cause == cause, PartnerFactRow.fact_type == fact_type
    )
    return await session.scalar(statement) is not None


async def insert_fact(session: AsyncSession, fact: PartnerFactRow) -> None:
    """Store a fact that goes to the province; (cause, fact_type) is unique."""
    session.add(fact)
    await session.flush()


async def lock_fact(session: AsyncSession, fact_id: UUID) -> PartnerFactRow | None:
    """Return a fact that went to the province, locked."""
    statement = select(PartnerFactRow).where(PartnerFactRow.id == fact_id).with_for_update()
    row: PartnerFactRow | None = await session.scalar(statement)
    return row


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


async def insert_issued_receipt(session: AsyncSession, receipt: ReceiptIssued) -> None:
    """Keep what the province is told of a receipt once its file is ready."""
    statement = insert(IssuedReceiptRow).values(
        receipt_id=receipt.receipt_id,
        dossier_code=receipt.dossier_code,
        form_symbol=receipt.form_symbol,
        serial_symbol=receipt.serial_symbol,
        number=receipt.number,
        total_vnd=receipt.total_vnd,
        check_url=receipt.check_url,
        issued_at=receipt.issued_at,
    )
    await session.execute(statement.on_conflict_do_nothing())


async def find_issued_receipt(session: AsyncSession, receipt_id: UUID) -> IssuedReceiptRow | None:
    """Return what was kept of a receipt."""
    return await session.get(IssuedReceiptRow, receipt_id)


async def upsert_day(session: AsyncSession, day: PartnerDay, *, now: datetime) -> None:
    """Store the province's counts of a day; the last telling stands."""
    values = asdict(day)
    statement = insert(PartnerDayRow).values(**values, stated_at=now)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[PartnerDayRow.day_on], set_={**values, "stated_at": now}
        )
    )
