"""The clock door: callbacks that are due."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from mock_bank import use_cases
from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.client import NpspClient
from mock_bank.domain.tellings import UndeliverableError
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
        due = await use_cases.take_due_telling(session, only, now=utc_now())
    if due is None:
        return False
    message = dialect.confirm(due.told, due.result, secret=secret, forged=due.forged)
    failure: UndeliverableError | None = None
    answer = ""
    try:
        answer = await client.confirm(message)
    except UndeliverableError as error:
        failure = error
    async with database.transaction() as session:
        if failure is None:
            await use_cases.mark_told(session, due.id, answer)
        else:
            await use_cases.mark_untold(session, due.id, failure.detail, now=utc_now())
    return True
