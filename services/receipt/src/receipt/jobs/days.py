"""Daily tables 01/TH-BLĐT: made of what was issued, sent until the tax authority has them."""

from datetime import time
from uuid import UUID

from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.adapters.tax.document import document_of
from receipt.domain.tax import Sending, TaxForm
from receipt.use_cases import close_day, send_day
from shared.clock import utc_now
from shared.db.database import Database
from shared.errors import DomainError
from shared.failpoints import hit


async def close_days(database: Database, _: UUID | None, *, closes_at: time) -> bool:
    """Make the submissions of 01/TH-BLĐT whose cut has passed; False when there were none."""
    async with database.transaction() as session:
        return bool(await close_day.close_due(session, closes_at=closes_at, now=utc_now()))


async def signed_form(sending: Sending, signers: Signers) -> bytes:
    """Return a form with the signature of its collector.

    Raises SignerUnusableError where no certificate is in force, SignerUnavailableError.
    """
    data = document_of(sending.form, sending.body)
    return await signers.sign_form(
        sending.tax_code, data, request_id=f"{sending.key}/form", now=utc_now()
    )


async def send_table(
    database: Database, only: UUID | None, *, tax: TaxClient, signers: Signers
) -> bool:
    """Send one due submission to the tax authority; False when there is none.

    Dying after the call repeats it with the same key, and the authority takes it once.
    """
    if not tax.is_reachable:
        return False
    async with database.transaction() as session:
        sending = await send_day.take_due(session, only, now=utc_now())
    if sending is None:
        return False

    key, failure = sending.key, None
    try:
        signed = sending.signed
        if signed is None:
            fresh = await signed_form(sending, signers)
            async with database.transaction() as session:
                signed = await send_day.keep_signed(session, key, fresh)
        taken = await tax.submit(TaxForm.DAILY_TABLE, key, signed, now=utc_now())
    except DomainError as error:
        failure = error
    hit("W16")

    async with database.transaction() as session:
        if failure is None:
            await send_day.mark_accepted(session, key, taken, now=utc_now())
        else:
            await send_day.mark_failed(session, key, failure, now=utc_now())
    return True
