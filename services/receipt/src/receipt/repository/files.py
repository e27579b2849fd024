"""The files of receipts: which is due, and what became of it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.lifecycles import FileStatus
from receipt.domain.payer import Payer
from receipt.domain.receipt import FileWork, ReceiptFile
from receipt.tables import PartyRow, ReceiptFileRow, ReceiptRow
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReceiptIssued


async def claim_due_file(
    session: AsyncSession, only: UUID | None, *, today: datetime, now: datetime, lease: timedelta
) -> ReceiptFileRow | None:
    """Return the file to make next, leased; None if none is due.

    Whoever asked first, then today's, then the rest, oldest first (performance.md 5). A file that
    failed is not due for a while, so none waits behind it.
    """
    due = select(ReceiptFileRow).where(ReceiptFileRow.due_at <= now)
    if only is not None:
        due = due.where(ReceiptFileRow.receipt_id == only)
    order = (
        ReceiptFileRow.asked_at.asc().nulls_last(),
        (ReceiptFileRow.issued_at < today).asc(),
        ReceiptFileRow.due_at,
    )
    file = await session.scalar(due.order_by(*order).limit(1).with_for_update(skip_locked=True))
    if file is not None:
        file.attempts += 1
        file.due_at = now + lease
    return file


async def claim_file_to_check(
    session: AsyncSession, only: UUID | None, *, now: datetime, lease: timedelta
) -> ReceiptFileRow | None:
    """Return the stored file to read back next, leased; None while a file is due to be made."""
    to_make = select(ReceiptFileRow.receipt_id).where(ReceiptFileRow.due_at <= now)
    due = select(ReceiptFileRow).where(
        ReceiptFileRow.check_due_at <= now, ~to_make.correlate(None).exists()
    )
    if only is not None:
        due = due.where(ReceiptFileRow.receipt_id == only)
    first = due.order_by(ReceiptFileRow.check_due_at).limit(1)
    file = await session.scalar(first.with_for_update(skip_locked=True))
    if file is not None:
        file.check_due_at = now + lease
    return file


def file_of(row: ReceiptFileRow) -> ReceiptFile:
    """Return a file as it is shown and read."""
    return ReceiptFile(
        FileStatus(row.status),
        row.pdf_name,
        row.pdf_sha256,
        row.xml_name,
        row.xml_sha256,
        row.error_code,
        row.signed_at,
        row.certificate_serial,
    )


async def file_work(session: AsyncSession, file: ReceiptFileRow) -> FileWork:
    """Return what is printed; the payer is copied now if he has become known meanwhile.

    What was printed once stays: who becomes known after that is not on it.
    """
    row = await session.get_one(ReceiptRow, file.receipt_id)
    if row.payer is None and file.render_sha256 is None:
        row.payer = await session.scalar(
            select(PartyRow.payer).where(PartyRow.dossier_code == row.dossier_code)
        )
    return FileWork(
        fact=ReceiptIssued.model_validate(row.fact),
        payer=_payer(row.payer),
        cause=Cause(correlation_id=row.correlation_id, causation_id=row.causation_id),
        agency_code=row.agency_code,
        render_sha256=file.render_sha256,
    )


async def lock_file(session: AsyncSession, receipt_id: UUID) -> ReceiptFileRow:
    """Return the file's row, locked until the transaction ends."""
    return await session.get_one(ReceiptFileRow, receipt_id, with_for_update=True)


async def wake_files_of(session: AsyncSession, dossier_code: str, *, now: datetime) -> None:
    """Make the files due that waited for the payer of ``dossier_code``."""
    waiting = select(ReceiptRow.id).where(
        ReceiptRow.dossier_code == dossier_code, ReceiptRow.payer.is_(None)
    )
    await session.execute(
        update(ReceiptFileRow)
        .where(
            ReceiptFileRow.receipt_id.in_(waiting),
            ReceiptFileRow.status == FileStatus.PENDING,
            ReceiptFileRow.attempts == 0,
        )
        .values(due_at=now)
    )


async def ask_for_file(session: AsyncSession, receipt_id: UUID, *, now: datetime) -> None:
    """Move the file of ``receipt_id`` to the front, behind those who asked before."""
    await session.execute(
        update(ReceiptFileRow)
        .where(ReceiptFileRow.receipt_id == receipt_id, ReceiptFileRow.due_at.is_not(None))
        .values(asked_at=func.coalesce(ReceiptFileRow.asked_at, now))
    )


def _payer(stored: dict[str, Any] | None) -> Payer | None:
    if stored is None:
        return None
    return Payer(stored["name"], stored.get("address"), stored.get("tax_code"))
