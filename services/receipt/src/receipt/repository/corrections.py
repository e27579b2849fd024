"""Receipts under correction: locked, noticed, replaced."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Correctable
from receipt.domain.lifecycles import FILE_LIFECYCLE, LIFECYCLE, ReceiptTrigger, is_stored
from receipt.domain.payer import NOT_RECORDED, Payer
from receipt.repository.numbering import NewReceipt
from receipt.tables import (
    NoticeCounterRow,
    ReceiptFileRow,
    ReceiptRow,
    RefundMarkRow,
    SeriesRow,
)
from shared.approvals import ApprovalState
from shared.contracts.receipt import ReceiptIssued
from shared.db.tables import ApprovalRow


async def read_correctable(
    session: AsyncSession, receipt_id: UUID, *, lock: bool = False
) -> Correctable | None:
    """Return a receipt with what is printed and what went back; ``lock``: until the end."""
    row = await session.get(ReceiptRow, receipt_id, with_for_update=lock or None)
    if row is None:
        return None
    file = await session.get_one(ReceiptFileRow, receipt_id)
    marks = await session.scalars(
        select(RefundMarkRow.lines).where(RefundMarkRow.receipt_id == receipt_id)
    )
    refunded: dict[UUID, int] = {}
    for lines in marks:
        for line_id, amount_vnd in lines.items():
            refunded[UUID(line_id)] = refunded.get(UUID(line_id), 0) + amount_vnd
    return Correctable(
        fact=ReceiptIssued.model_validate(row.fact),
        payer=Payer(NOT_RECORDED) if row.payer is None else Payer(**row.payer),
        status=row.status,
        has_file=is_stored(file.status),
        collector_code=row.collector_code,
        agency_code=row.agency_code,
        correlation_id=row.correlation_id,
        refunded=refunded,
    )


async def next_notice_number(session: AsyncSession, collector_code: str, year: int) -> int:
    """Return the collector's next number of a notice in ``year``: from 1, without a gap."""
    statement = insert(NoticeCounterRow).values(
        collector_code=collector_code, year=year, last_number=1
    )
    counted = statement.on_conflict_do_update(
        index_elements=[NoticeCounterRow.collector_code, NoticeCounterRow.year],
        set_={"last_number": NoticeCounterRow.last_number + 1},
    ).returning(NoticeCounterRow.last_number)
    return int(await session.scalar(counted) or 0)


async def store_replacement(
    session: AsyncSession, new: NewReceipt, payer: Payer, *, replaces: UUID
) -> None:
    """Store ``new`` in the place of ``replaces``, which is locked; the counter moves with it."""
    await session.execute(
        update(SeriesRow)
        .where(SeriesRow.id == new.series_id)
        .values(last_number=new.number, last_issued_at=new.issued_at)
    )
    fact = ReceiptIssued.model_validate_json(new.fact)
    session.add(
        ReceiptRow(
            id=new.receipt_id, payment_id=new.payment_id, kind=new.kind,
            dossier_code=new.dossier_code, agency_code=new.agency_code,
            collector_code=new.collector_code, series_id=new.series_id, number=new.number,
            total_vnd=new.total_vnd, issued_at=new.issued_at,
            fact=fact.model_dump(mode="json", exclude_none=True), payer=asdict(payer),
            replaces=replaces, status=LIFECYCLE.initial,
            correlation_id=new.correlation_id, causation_id=new.causation_id,
        )
    )  # fmt: skip
    await session.flush()
    session.add(
        ReceiptFileRow(
            receipt_id=new.receipt_id, status=FILE_LIFECYCLE.initial, issued_at=new.issued_at,
            due_at=new.issued_at,
        )
    )  # fmt: skip
    old = await session.get_one(ReceiptRow, replaces)
    old.status = LIFECYCLE.next(old.status, ReceiptTrigger.SUCCEEDED)
    await session.flush()


async def open_requests_of(
    session: AsyncSession, acts: Sequence[str], receipt_id: UUID
) -> Sequence[ApprovalRow]:
    """Return the requests of ``acts`` about a receipt that wait for their second person."""
    found = await session.scalars(
        select(ApprovalRow)
        .where(
            ApprovalRow.act.in_(acts),
            ApprovalRow.subject == str(receipt_id),
            ApprovalRow.state == ApprovalState.REQUESTED,
        )
        .order_by(ApprovalRow.requested_at)
    )
    return found.all()
