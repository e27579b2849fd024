"""A day's settlement file of one channel: what was paid, and the differences asked for."""

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from mock_bank import repository
from mock_bank.domain import statements
from mock_bank.domain.payments import Channel
from mock_bank.domain.statements import Entry, Sheet
from mock_bank.tables import PaymentRow
from shared.days import start_of_day


async def sheet_of(session: AsyncSession, channel: Channel, day: date) -> Sheet:
    """Return what ``channel`` paid on ``day``; a fault asked for is planted in it, and stays.

    So the same file comes again until the faults are taken back; then the right one does.
    """
    bounds = start_of_day(day), start_of_day(day + timedelta(days=1))
    entries = [_entry(row) for row in await repository.list_approved(session, channel, *bounds)]
    known = await repository.list_planted(session, channel, day)
    wanted = await repository.read_differences_wanted(session, channel)
    fresh = statements.planted(entries, known, wanted)
    if fresh:
        await repository.plant(session, channel, day, fresh)
    return statements.sheet(entries, [*known, *fresh])


def _entry(row: PaymentRow) -> Entry:
    return Entry(
        payment_id=row.id,
        reference=row.reference,
        transaction_code=row.transaction_code or "",
        amount_vnd=row.amount_vnd if row.paid_vnd is None else row.paid_vnd,
        bank_code=row.bank_code,
        description=row.description,
        booked_at=row.decided_at or row.created_at,
        details=row.details,
    )
