"""The clock door: the files of receipts and the tables of days; each is tried for ever."""

import hashlib
from datetime import time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.tax.client import TaxClient
from receipt.domain.paper import paper_of
from receipt.domain.receipt import FileWork, MadeFile
from receipt.domain.tax import TaxForm
from receipt.use_cases import close_day, send_day
from receipt.use_cases import make_file as use_cases
from receipt.use_cases.issue import number_waiting
from receipt.use_cases.series import keep_series
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.days import vietnam_day
from shared.db.database import Database
from shared.errors import DomainError
from shared.failpoints import hit
from shared.ids import new_id
from shared.jobs import Job
from shared.pdf import PdfPrinter
from shared.web.pages import render_text

WAITING_AT_ONCE: Final = 200
"""Receipts that waited for a series and are numbered in one transaction."""


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


async def look_after_series(database: Database, _only: UUID | None) -> bool:
    """Open next year's series on its day, close last year's; never due twice at once."""
    cause = Cause(correlation_id=new_id(), causation_id=new_id())
    async with database.transaction() as session:
        await keep_series(session, cause=cause, now=utc_now())
    return False


async def give_numbers(database: Database, _only: UUID | None, *, receipt_url: str) -> bool:
    """Number what waited for a series that is open now; False when nothing did."""
    async with database.transaction() as session:
        return await number_waiting(
            session, clock=utc_now, receipt_url=receipt_url, limit=WAITING_AT_ONCE
        )


def jobs(printer: PdfPrinter, store: LocalFolder, *, receipt_url: str) -> tuple[Job, ...]:
    """Return what receipt does by the clock; ``receipt_url`` begins the addresses it prints."""
    run = partial(make_file, printer=printer, store=store)
    number = partial(give_numbers, receipt_url=receipt_url)
    return (
        Job("make-file", run, pause=timedelta(milliseconds=500), after_facts=True),
        Job("give-numbers", number, pause=timedelta(seconds=5), after_facts=True),
        Job("keep-series", look_after_series, pause=timedelta(minutes=10)),
    )


async def close_days(database: Database, _: UUID | None, *, closes_at: time) -> bool:
    """Make the submissions of 01/TH-BLĐT whose cut has passed; False when there were none."""
    async with database.transaction() as session:
        return bool(await close_day.close_due(session, closes_at=closes_at, now=utc_now()))


async def send_table(database: Database, only: UUID | None, *, tax: TaxClient) -> bool:
    """Send one due submission to the tax authority; False when there is none.

    Dying after the call repeats it with the same key, and the authority takes it once.
    """
    if not tax.is_reachable:
        return False
    async with database.transaction() as session:
        sending = await send_day.take_due(session, only, now=utc_now())
    if sending is None:
        return False

    key, failure = sending.submission_id, None
    try:
        taken = await tax.submit(TaxForm.DAILY_TABLE, key, sending.body, now=utc_now())
    except DomainError as error:
        failure = error
    hit("W16")

    async with database.transaction() as session:
        if failure is None:
            await send_day.mark_accepted(session, key, taken, now=utc_now())
        else:
            await send_day.mark_failed(session, key, failure, now=utc_now())
    return True


def daily_table_jobs(tax: TaxClient, closes_at: time) -> tuple[Job, ...]:
    """Return what closes days and sends their tables."""
    return (
        Job("close-day", partial(close_days, closes_at=closes_at), pause=timedelta(seconds=30)),
        Job(send_day.SEND, partial(send_table, tax=tax), pause=timedelta(seconds=10)),
    )


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
