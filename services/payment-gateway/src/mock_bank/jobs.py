"""The clock door: callbacks that are due."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from mock_bank import use_cases
from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.client import NpspClient
from mock_bank.domain.tellings import UndeliverableError
from mock_bank.tables import PaymentRow, TellingRow
from shared.clock import utc_now
from shared.db.database import Database
from shared.jobs import Job


def jobs(client: NpspClient, *, secret: str) -> tuple[Job, ...]:
    """Return the bank's jobs."""
    tell = partial(tell_partner, client=client, secret=secret)
    return (Job(name="tell-partner", run=tell, pause=timedelta(milliseconds=500)),)


async def tell_partner(
    database: Database, only: UUID | None, *, client: NpspClient, secret: str
) -> bool:
    """Send one due callback; False when there is none.

    No transaction is open during the call. Dying after it repeats the callback, as banks do.
    """
    async with database.transaction() as session:
        claimed = await use_cases.take_due_telling(session, only, now=utc_now())
    if claimed is None:
        return False
    telling, payment = claimed
    message = _message(telling, payment, secret)
    failure: UndeliverableError | None = None
    answer = ""
    try:
        answer = await client.confirm(message)
    except UndeliverableError as error:
        failure = error
    async with database.transaction() as session:
        if failure is None:
            await use_cases.mark_told(session, telling.id, answer)
        else:
            await use_cases.mark_untold(session, telling.id, failure.detail, now=utc_now())
    return True


def _message(telling: TellingRow, payment: PaymentRow, secret: str) -> dict[str, str]:
    told = dialect.Told(
        partner=payment.partner,
        reference=payment.reference,
        amount_vnd=telling.amount_vnd,
        bank_code=payment.bank_code,
        description=payment.description,
        transaction_code=payment.transaction_code or "",
        said_at=telling.said_at,
    )
    return dialect.confirm(told, telling.result, secret=secret, forged=telling.forged)
