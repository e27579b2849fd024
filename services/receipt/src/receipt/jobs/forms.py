"""Sign a form and have the tax authority take it: what daily tables and notices share."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.adapters.tax.document import document_of
from receipt.domain.tax import Acknowledgement, Sending
from shared.clock import utc_now
from shared.db.database import Database
from shared.errors import DomainError

KeepSigned = Callable[[AsyncSession, UUID, bytes], Awaitable[bytes]]
"""Stores a form's signed bytes unless there are some; returns those that are stored."""


async def sign_and_submit(
    database: Database,
    sending: Sending,
    keep_signed: KeepSigned,
    *,
    tax: TaxClient,
    signers: Signers,
) -> Acknowledgement | DomainError:
    """Return the authority's acknowledgement, or why there is none: no certificate, no answer, no.

    What is sent is signed once and kept before it goes out, so that a repetition sends equal bytes.
    """
    try:
        signed = sending.signed
        if signed is None:
            data = document_of(sending.form, sending.body)
            fresh = await signers.sign_form(
                sending.tax_code, data, request_id=f"{sending.key}/form", now=utc_now()
            )
            async with database.transaction() as session:
                signed = await keep_signed(session, sending.key, fresh)
        return await tax.submit(sending.form, sending.key, signed, now=utc_now())
    except DomainError as error:
        return error
