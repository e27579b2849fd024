"""Find receipts: by link, by dossier and phone, by person, for the collector."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.errors import ReceiptNotFoundError
from receipt.domain.payer import knows_phone
from receipt.domain.receipt import Receipt
from receipt.repository import files, look_ups, people
from shared.days import vietnam_day
from shared.db.tables import AuditRow
from shared.ids import new_id


@dataclass(frozen=True)
class Reader:
    """A member of staff: their agency, with those it succeeded, or the whole tree below it."""

    subject: str
    agency_code: str | None
    whole_tree: bool
    now: datetime


async def show_receipt(session: AsyncSession, receipt_id: UUID | None) -> Receipt:
    """Return the receipt that a link opens; raise ReceiptNotFoundError if it opens none."""
    found = None if receipt_id is None else await look_ups.find_receipt(session, receipt_id)
    if found is None:
        raise ReceiptNotFoundError
    return found


async def ask_for_file(session: AsyncSession, receipt_id: UUID | None, *, now: datetime) -> Receipt:
    """Return the receipt; if its file is not stored yet, it is made before those nobody awaits."""
    found = await show_receipt(session, receipt_id)
    if not found.file.is_stored:
        await files.ask_for_file(session, found.receipt_id, now=now)
    return found


async def find_by_phone(
    session: AsyncSession, dossier_code: str, last_digits: str
) -> list[Receipt]:
    """Return a dossier's receipts to whoever knows its phone; empty for every other reason.

    Both are read whatever the other says, so that a wrong guess costs what a missing dossier costs.
    """
    endings = await people.phone_endings_of(session, dossier_code)
    receipts = await look_ups.list_of_dossier(session, dossier_code)
    return receipts if knows_phone(endings, last_digits) else []


async def list_own(
    session: AsyncSession, id_number: str, *, after: UUID | None, limit: int
) -> list[Receipt]:
    """Return the receipts of a signed-in citizen, newest first."""
    return await look_ups.list_of_person(session, id_number, after=after, limit=limit)


async def show_to_staff(session: AsyncSession, receipt_id: UUID, reader: Reader) -> Receipt:
    """Return a receipt to staff of an agency that received the dossier or collected the fee.

    That they saw it is recorded. Raises ReceiptNotFoundError, also for staff of others.
    """
    found = await show_receipt(session, receipt_id)
    agencies = await agencies_of(session, reader)
    if agencies.isdisjoint({found.fact.context.agency_code, found.collector_code}):
        raise ReceiptNotFoundError
    row = AuditRow(
        id=new_id(), at=reader.now, actor=reader.subject, act="receipt.view",
        subject=found.fact.dossier_code, reason=None,
        details={"receipt_id": str(receipt_id)},
    )  # fmt: skip
    look_ups.insert_audit(session, row)
    return found


async def list_issued(
    session: AsyncSession, agencies: Collection[str], *, after: UUID | None, limit: int
) -> list[Receipt]:
    """Return what ``agencies`` issued, newest first."""
    return await look_ups.list_of_collectors(session, agencies, after=after, limit=limit)


async def agencies_of(session: AsyncSession, reader: Reader) -> set[str]:
    """Return the agencies whose receipts ``reader`` may see."""
    if reader.agency_code is None:
        return set()
    return await people.agencies_of(
        session, reader.agency_code, whole_tree=reader.whole_tree, today=vietnam_day(reader.now)
    )
