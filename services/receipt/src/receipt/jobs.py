"""The clock door: the files of receipts, made one after another, tried for ever."""

import hashlib
from datetime import timedelta
from functools import partial
from uuid import UUID

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.domain.paper import paper_of
from receipt.domain.receipt import FileWork, MadeFile
from receipt.use_cases import make_file as use_cases
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.db.database import Database
from shared.errors import DomainError
from shared.failpoints import hit
from shared.jobs import Job
from shared.pdf import PdfPrinter
from shared.web.pages import render_text


async def make_file(
    database: Database, only: UUID | None, *, printer: PdfPrinter, store: LocalFolder
) -> bool:
    """Make one due file; False when there is none.

    Dying anywhere repeats it: equal input gives equal bytes under the same name.
    """
    async with database.transaction() as session:
        work = await use_cases.take_due_file(session, only, now=utc_now())
    if work is None:
        return False

    failure: DomainError | None = None
    try:
        made = await _print(work, printer, store)
    except DomainError as error:
        failure = error

    async with database.transaction() as session:
        if failure is None:
            await use_cases.mark_stored(session, work, made, now=utc_now())
        else:
            await use_cases.mark_failed(session, work, failure, now=utc_now())
    return True


def jobs(printer: PdfPrinter, store: LocalFolder) -> tuple[Job, ...]:
    """Return what receipt does by the clock."""
    run = partial(make_file, printer=printer, store=store)
    return (Job("make-file", run, pause=timedelta(milliseconds=500), after_facts=True),)


async def _print(work: FileWork, printer: PdfPrinter, store: LocalFolder) -> MadeFile:
    paper = paper_of(work.fact, work.payer)
    html = render_text(
        "receipt", template_of(paper.template_version), paper=paper, qr=qr_picture(paper.check_url)
    )
    pdf = await printer.render(html, style=style_of(paper.template_version))
    hit("W13")
    sha256 = hashlib.sha256(pdf).hexdigest()
    day = vietnam_day(work.fact.issued_at)
    name = f"{day:%Y/%m/%d}/{work.fact.receipt_id}-{sha256[:16]}.pdf"
    await store.store(name, pdf)
    hit("W15")
    return MadeFile(name=name, render_sha256=sha256, pdf_sha256=sha256)
