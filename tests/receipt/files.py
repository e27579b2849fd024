"""Files of receipts as tests look at them."""

from uuid import UUID

from receipt.adapters.file_store.port import FileStore
from receipt.adapters.paper.data import data_of
from receipt.domain.paper import paper_of
from receipt.domain.payer import party_of
from receipt.domain.receipt import FileWork, Receipt
from receipt.domain.xml_names import FIRST
from receipt.use_cases.look_up import show_receipt
from receipt.use_cases.make_file import take_due_file
from shared.clock import utc_now
from shared.db import driver
from shared.db.database import Database
from tests.receipt.acts import issued, know, settle
from tests.receipt.builders import a_party, a_payment


async def a_receipt(database: Database) -> UUID:
    """Return the id of a receipt whose payer is known and whose file is to be made."""
    await know(database, a_party())
    await settle(database, a_payment())
    return (await issued(database))[0].receipt_id


async def shown(database: Database, receipt_id: UUID) -> Receipt:
    async with database.transaction() as session:
        return await show_receipt(session, receipt_id)


async def stored_pdf(database: Database, store: FileStore, receipt_id: UUID) -> bytes:
    file = (await shown(database, receipt_id)).file
    return await store.read(file.name or "", sha256=file.sha256 or "")


async def work_of(database: Database) -> FileWork:
    """Return what is to be printed next; it stays due."""
    async with database.transaction() as session:
        work = await take_due_file(session, None, now=utc_now())
        await session.rollback()
    assert work is not None
    return work


async def data_of_receipt(database: Database, receipt_id: UUID) -> bytes:
    """Return the XML that a receipt of the tests' payer has to have."""
    fact = (await shown(database, receipt_id)).fact
    return data_of(fact, paper_of(fact, party_of(a_party()).payer), FIRST)


async def lease_ends(database: Database) -> None:
    """Let every file be due again, whoever had taken it."""
    async with database.transaction() as session:
        await driver.execute(
            session, "UPDATE receipt_file SET due_at = issued_at WHERE due_at IS NOT NULL"
        )


async def error_of(database: Database) -> str | None:
    """Return why the one file failed the last time; None where it did not."""
    async with database.transaction() as session:
        found = await driver.fetchval(session, "SELECT error_code FROM receipt_file")
    return None if found is None else str(found)
