"""The clock door: files of receipts and notices, tables of days, marks; each is tried for ever."""

import hashlib
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from prometheus_client import Gauge

from receipt.adapters.file_store.keeping import Made, keep_files
from receipt.adapters.file_store.port import FileStore
from receipt.adapters.file_store.reading_back import read_back
from receipt.adapters.paper.data import data_of
from receipt.adapters.paper.notice import NOTICE_TEMPLATE, notice_style
from receipt.adapters.paper.page import qr_picture, style_of, template_of
from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.domain.errors import FileDamagedError, RenderDiffersError
from receipt.domain.notices import (
    MAKE_NOTICE,
    REPORT_NOTICE,
    Notice,
    notice_paper,
    report_body,
)
from receipt.domain.paper import paper_of
from receipt.domain.receipt import FileWork, Progress, Rendered, Signed
from receipt.domain.tax import TaxForm
from receipt.domain.xml_names import edition_of
from receipt.use_cases import certificates as certificate_cases
from receipt.use_cases import check_file as check_cases
from receipt.use_cases import close_day, noticing, refunds, send_day
from receipt.use_cases import make_file as use_cases
from receipt.use_cases import report_notice as reporting
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
from shared.pdf import Attachment, PdfNotMadeError, PdfPrinter
from shared.web.pages import render_text

WAITING_AT_ONCE: Final = 200
"""Receipts that waited for a series and are numbered in one transaction."""

_CERTIFICATE_ENDS: Final = Gauge(
    "lephi_receipt_certificate_ends_seconds",
    "When a certificate that signs receipts ends, as a Unix time",
    ["tax_code", "serial"],
)

DATA_NAME: Final = "bien-lai.xml"
"""Of the XML inside the PDF."""


@dataclass(frozen=True)
class Workshop:
    """What makes the files of receipts: who prints, who signs, who keeps."""

    printer: PdfPrinter
    signers: Signers
    store: FileStore


async def print_receipt(work: FileWork, printer: PdfPrinter) -> Rendered:
    """Return the unsigned PDF of ``work``, with its XML in it: the same bytes each time.

    Raises PdfNotMadeError, and RenderDiffersError where an earlier try printed other bytes.
    """
    paper = paper_of(work.fact, work.payer)
    version, edition = paper.template_version, edition_of(paper.template_version)
    data = attachment = None
    if edition is not None:
        data = data_of(work.fact, paper, edition)
        attachment = Attachment(DATA_NAME, data, "Dữ liệu biên lai", work.fact.issued_at)
    html = render_text("receipt", template_of(version), paper=paper, qr=qr_picture(paper.check_url))
    pdf = await printer.render(html, style=style_of(version), attachment=attachment)
    sha256 = hashlib.sha256(pdf).hexdigest()
    if work.render_sha256 not in {None, sha256}:
        raise RenderDiffersError(sha256)
    return Rendered(pdf, data, sha256)


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


async def make_notice(database: Database, only: UUID | None, *, workshop: Workshop) -> bool:
    """Print and sign one due notice of error, 04/SS-CTĐT; False when there is none.

    Dying anywhere repeats it: printing gives equal bytes, and what was kept once stays.
    """
    async with database.transaction() as session:
        notice = await noticing.take_due(session, only, now=utc_now())
    if notice is None:
        return False

    failure: DomainError | None = None
    try:
        name, kept = await _keep_notice(notice, workshop)
    except DomainError as error:
        failure = error

    async with database.transaction() as session:
        if failure is None:
            sha256 = hashlib.sha256(kept).hexdigest()
            stored = (name, sha256)
            await noticing.mark_stored(session, notice.notice_id, stored, now=utc_now())
        else:
            await noticing.mark_failed(session, notice.notice_id, failure, now=utc_now())
    return True


async def _keep_notice(notice: Notice, workshop: Workshop) -> tuple[str, bytes]:
    html = render_text("receipt", NOTICE_TEMPLATE, paper=notice_paper(notice))
    pdf = await workshop.printer.render(html, style=notice_style())
    tax_code, request_id = notice.receipt.issuer.tax_code, str(notice.notice_id)
    signed = await workshop.signers.sign_pdf(tax_code, pdf, request_id=request_id, now=utc_now())
    name = f"{vietnam_day(notice.noticed_at):%Y/%m/%d}/{notice.notice_id}.pdf"
    kept = await workshop.store.keep(name, signed)
    if not kept.startswith(pdf):  # An earlier try's signature may differ, what it signs may not.
        raise FileDamagedError(name)
    return name, kept


async def mark_refunds(database: Database, only: UUID | None) -> bool:
    """Set marks đã hoàn whose receipt was numbered after its refund; False when none was set."""
    async with database.transaction() as session:
        return await refunds.place_waiting(session, only, now=utc_now())


def jobs(workshop: Workshop, *, receipt_url: str) -> tuple[Job, ...]:
    """Return what receipt does by the clock; ``receipt_url`` begins the addresses it prints."""
    make = partial(make_file, workshop=workshop)
    check = partial(check_file, workshop=workshop)
    note = partial(note_certificates, signers=workshop.signers)
    notice = partial(make_notice, workshop=workshop)
    number = partial(give_numbers, receipt_url=receipt_url)
    return (
        Job("make-file", make, pause=timedelta(milliseconds=500), after_facts=True),
        Job("check-files", check, pause=timedelta(seconds=5)),
        Job("give-numbers", number, pause=timedelta(seconds=5), after_facts=True),
        Job("keep-series", look_after_series, pause=timedelta(minutes=10)),
        Job("note-certificates", note, pause=timedelta(hours=1)),
        Job(MAKE_NOTICE, notice, pause=timedelta(seconds=1), after_facts=True),
        Job("mark-refunds", mark_refunds, pause=timedelta(seconds=5)),
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


async def report_notice(database: Database, _: UUID | None, *, tax: TaxClient) -> bool:
    """Tell the tax authority of one due notice 04/SS-CTĐT; False when there is none.

    Safe to repeat: the notice's id is the key, its bytes are equal, and it is taken once.
    """
    if not tax.is_reachable:
        return False
    async with database.transaction() as session:
        notice = await reporting.take_due(session, now=utc_now())
    if notice is None:
        return False

    key, failure = notice.notice_id, None
    try:
        taken = await tax.submit(TaxForm.ERROR_NOTICE, key, report_body(notice), now=utc_now())
    except DomainError as error:
        failure = error

    async with database.transaction() as session:
        if failure is None:
            await reporting.mark_accepted(session, key, taken, now=utc_now())
        else:
            await reporting.mark_failed(session, key, failure, now=utc_now())
    return True


def daily_table_jobs(tax: TaxClient, closes_at: time) -> tuple[Job, ...]:
    """Return what closes days, sends their tables, and tells of notices of error."""
    return (
        Job("close-day", partial(close_days, closes_at=closes_at), pause=timedelta(seconds=30)),
        Job(send_day.SEND, partial(send_table, tax=tax), pause=timedelta(seconds=10)),
        Job(REPORT_NOTICE, partial(report_notice, tax=tax), pause=timedelta(seconds=10)),
    )
