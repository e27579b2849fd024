"""Notices of error 04/SS-CTĐT: printed, signed, told to the tax authority."""

import hashlib
from uuid import UUID

from receipt.adapters.paper.notice import NOTICE_TEMPLATE, notice_style
from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.domain.errors import FileDamagedError
from receipt.domain.notices import Notice, notice_paper
from receipt.jobs.forms import sign_and_submit
from receipt.jobs.workshop import Workshop
from receipt.use_cases import noticing
from receipt.use_cases import report_notice as reporting
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.db.database import Database
from shared.errors import DomainError
from shared.web.pages import render_text


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


async def report_notice(
    database: Database, _: UUID | None, *, tax: TaxClient, signers: Signers
) -> bool:
    """Tell the tax authority of one due notice 04/SS-CTĐT; False when there is none.

    Safe to repeat: the notice's id is the key, its bytes are equal, and it is taken once.
    """
    if not tax.is_reachable:
        return False
    async with database.transaction() as session:
        sending = await reporting.take_due(session, now=utc_now())
    if sending is None:
        return False

    answer = await sign_and_submit(
        database, sending, reporting.keep_signed, tax=tax, signers=signers
    )

    async with database.transaction() as session:
        if isinstance(answer, DomainError):
            await reporting.mark_failed(session, sending.key, answer, now=utc_now())
        else:
            await reporting.mark_accepted(session, sending.key, answer, now=utc_now())
    return True
