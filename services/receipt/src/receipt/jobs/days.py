"""Daily tables 01/TH-BLĐT: made of what was issued, sent until the tax authority has them."""

from datetime import time
from uuid import UUID

from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.jobs.forms import sign_and_submit
from receipt.use_cases import close_day, send_day
from shared.clock import utc_now
from shared.db.database import Database
from shared.errors import DomainError
from shared.failpoints import hit


async def close_days(database: Database, _: UUID | None, *, closes_at: time) -> bool:
    """Make the submissions of 01/TH-BLĐT whose cut has passed; False when there were none."""
    async with database.transaction() as session:
        return bool(await close_day.close_due(session, closes_at=closes_at, now=utc_now()))


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

    answer = await sign_and_submit(
        database, sending, send_day.keep_signed, tax=tax, signers=signers
    )
    hit("W16")

    async with database.transaction() as session:
        if isinstance(answer, DomainError):
            await send_day.mark_failed(session, sending.key, answer, now=utc_now())
        else:
            await send_day.mark_accepted(session, sending.key, answer, now=utc_now())
    return True
