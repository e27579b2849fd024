"""The clock door: callbacks that are due."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID

from mock_bank.adapters.channel import Teller
from mock_bank.domain.payments import Channel
from mock_bank.domain.tellings import UndeliverableError
from mock_bank.use_cases import telling
from shared.clock import utc_now
from shared.db.database import Database
from shared.jobs import Job

Tellers = Mapping[Channel, Teller]


def jobs(tellers: Tellers) -> tuple[Job, ...]:
    """Return the bank's jobs."""
    tell = partial(tell_partner, tellers=tellers)
    return (Job(name="tell-partner", run=tell, pause=timedelta(milliseconds=500)),)


async def tell_partner(database: Database, only: UUID | None, *, tellers: Tellers) -> bool:
    """Send one due callback; False when there is none.

    No transaction is open during the call. Dying after it repeats the callback, as banks do.
    """
    async with database.transaction() as session:
        due = await telling.take_due_telling(session, only, now=utc_now())
    if due is None:
        return False
    failure: UndeliverableError | None = None
    answer = ""
    try:
        answer = await tellers[due.channel].tell(due, now=utc_now())
    except UndeliverableError as error:
        failure = error
    async with database.transaction() as session:
        if failure is None:
            await telling.mark_told(session, due.id, answer)
        else:
            await telling.mark_untold(session, due.id, failure.detail, now=utc_now())
    return True
