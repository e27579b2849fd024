"""Files of receipts: made, read back, and the certificates that sign them."""

from typing import Final
from uuid import UUID

from prometheus_client import Gauge

from receipt.adapters.file_store.keeping import Made, keep_files
from receipt.adapters.file_store.reading_back import read_back
from receipt.adapters.signer.signers import Signers
from receipt.domain.receipt import Progress, Rendered, Signed
from receipt.jobs.workshop import Workshop, print_receipt
from receipt.use_cases import certificates as certificate_cases
from receipt.use_cases import check_file as check_cases
from receipt.use_cases import make_file as use_cases
from shared.clock import utc_now
from shared.db.database import Database
from shared.errors import DomainError
from shared.failpoints import hit
from shared.pdf import PdfNotMadeError

_CERTIFICATE_ENDS: Final = Gauge(
    "lephi_receipt_certificate_ends_seconds",
    "When a certificate that signs receipts ends, as a Unix time",
    ["tax_code", "serial"],
)


async def make_file(database: Database, only: UUID | None, *, workshop: Workshop) -> bool:
    """Make both files of one due receipt; False when there is none.

    Dying anywhere repeats it: printing gives equal bytes, and what was kept once stays.
    """
    async with database.transaction() as session:
        work = await use_cases.take_due_file(session, only, now=utc_now())
    if work is None:
        return False

    rendered: Rendered | None = None
    signed: Signed | None = None
    try:
        rendered = await print_receipt(work, workshop.printer)
        hit("W13")
        signed = await workshop.signers.sign(work, rendered, now=utc_now())
        hit("W14")
        made = await keep_files(Made(work, rendered, signed), workshop.store, workshop.signers)
        hit("W15")
    except DomainError as error:
        progress = Progress(rendered.sha256 if rendered else None, is_signed=signed is not None)
        async with database.transaction() as session:
            await use_cases.mark_failed(session, work, error, progress, now=utc_now())
        return True

    async with database.transaction() as session:
        await use_cases.mark_stored(session, work, rendered, made, now=utc_now())
    return True


async def check_file(database: Database, only: UUID | None, *, workshop: Workshop) -> bool:
    """Read back one stored receipt and print it again; False when none is due.

    It comes after all that is to be made.
    """
    async with database.transaction() as session:
        taken = await check_cases.take_file_to_check(session, only, now=utc_now())
        if taken is None:
            return False
        work, file = taken
        known = await check_cases.known_certificates(session, work.tax_code)

    fault: DomainError | None = None
    try:
        rendered = await print_receipt(work, workshop.printer)
        await read_back(file, rendered, workshop.store, certificates=known)
    except PdfNotMadeError:
        return True  # It says nothing of the file, and comes again.
    except DomainError as error:
        fault = error

    async with database.transaction() as session:
        await check_cases.mark_checked(session, work, fault, now=utc_now())
    return True


async def note_certificates(database: Database, _only: UUID | None, *, signers: Signers) -> bool:
    """Write down which certificates sign for whom, and until when; always False."""
    found = await signers.certificates()
    for each in found:
        _CERTIFICATE_ENDS.labels(each.tax_code, each.serial).set(each.not_after.timestamp())
    async with database.transaction() as session:
        await certificate_cases.note(session, found, now=utc_now())
    return False
