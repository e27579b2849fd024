"""Give numbers: a poll of settled payments becomes receipts, in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.errors import NoOpenSeriesError
from receipt.domain.issuing import (
    Due,
    Numbered,
    Settled,
    issued_fact,
    receipts_due,
    series_key,
)
from receipt.domain.series import SeriesKey, Wait
from receipt.domain.symbols import largest_number
from receipt.repository import awaiting, numbering
from receipt.repository.numbering import NewReceipt, SeriesLock
from receipt.use_cases.series import open_for
from shared.contracts.envelope import data_json
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptIssued
from shared.days import vietnam_day
from shared.failpoints import hit
from shared.ids import new_id
from shared.outbox import Emission, emit_all

Clock = Callable[[], datetime]


async def issue_receipts(
    session: AsyncSession, settled: Sequence[Settled], *, clock: Clock, receipt_url: str
) -> None:
    """Issue the receipts that ``settled`` payments need: one per kind of their lines.

    Numbers are gapless per (collector, form, serial, year). ``clock`` is read under the series'
    locks, so that ``issued_at`` never decreases with the number and chooses year and serial. A
    payment that is told again gets no second number: (payment, kind) is a natural key. A receipt
    whose series is closed or full waits (ADR 18): no number is lost, none is made up.
    """
    due = [receipt for payment in settled for receipt in receipts_due(payment)]
    if not due:
        return
    said: list[Emission] = []
    held, now = await _lock_series(session, due, clock, said)
    hit("W11")

    done = await numbering.find_numbered(session, [receipt.natural_key for receipt in due])
    counter = _Counter(held, now)
    fresh: list[tuple[Due, ReceiptIssued]] = []
    for receipt in due:
        if receipt.natural_key not in done:
            done.add(receipt.natural_key)
            place = counter.take(receipt)
            if place is not None:
                fresh.append((receipt, issued_fact(receipt, place, receipt_url=receipt_url)))
    if counter.waiting:
        await awaiting.keep(session, counter.waiting, now=now)
    if fresh:
        rows = [_row(receipt, fact) for receipt, fact in fresh]
        await numbering.store_receipts(session, rows, counter.reached)
        said += [
            Emission(fact, due.settled.cause, due.settled.agency, data=row.fact)
            for (due, fact), row in zip(fresh, rows, strict=True)
        ]
    await emit_all(session, said, now=now)


async def number_waiting(
    session: AsyncSession, *, clock: Clock, receipt_url: str, limit: int
) -> bool:
    """Number what waited for a series that is open now; False when there is nothing of that."""
    today = vietnam_day(clock())
    settled = await awaiting.take(
        session, year=today.year, largest_number=largest_number(today), limit=limit
    )
    if not settled:
        return False
    await issue_receipts(session, settled, clock=clock, receipt_url=receipt_url)
    await awaiting.forget_numbered(session, settled)
    return True


@dataclass(frozen=True)
class OneNumbered:
    """One receipt that has its number and is not stored yet, and what is to be said of it."""

    row: NewReceipt
    said: list[Emission]
    now: datetime
    """Read under the series' lock."""


async def number_one(
    session: AsyncSession, due: Due, *, clock: Clock, receipt_url: str
) -> OneNumbered:
    """Give ``due`` the next number of its series; the caller stores and says it.

    Raises NoOpenSeriesError: a person waits for it, so it does not wait by itself.
    """
    said: list[Emission] = []
    held, now = await _lock_series(session, [due], clock, said)
    place = _Counter(held, now).take(due)
    if place is None:
        raise NoOpenSeriesError
    fact = issued_fact(due, place, receipt_url=receipt_url)
    said.append(Emission(fact, due.settled.cause, due.settled.agency))
    return OneNumbered(_row(due, fact), said, now)


async def _lock_series(
    session: AsyncSession, due: Sequence[Due], clock: Clock, said: list[Emission]
) -> tuple[dict[SeriesKey, SeriesLock], datetime]:
    """Return the open series of ``due``, locked, and the time read under their locks.

    While we waited for a lock the year may have turned; then next year's series is locked too.
    """
    now = clock()
    while True:
        year = vietnam_day(now).year
        wanted = {series_key(receipt, year): receipt for receipt in due}
        held = await numbering.lock_series(session, wanted)
        if len(held) < len(wanted):
            said += await open_for(session, wanted, now=now)
            held = await numbering.lock_series(session, wanted, some=True)
        now = clock()
        if vietnam_day(now).year == year:
            return held, now


class _Counter:
    """The next numbers of the locked series."""

    def __init__(self, held: dict[SeriesKey, SeriesLock], now: datetime) -> None:
        self._held = held
        self._year = vietnam_day(now).year
        self._issued_at = {key: max(now, lock.last_issued_at) for key, lock in held.items()}
        self._largest = {
            key: largest_number(vietnam_day(at)) for key, at in self._issued_at.items()
        }
        self.reached: dict[UUID, tuple[int, datetime]] = {}
        """By series: the last number given, and when."""
        self.waiting: list[tuple[Due, SeriesKey, Wait]] = []
        """What got none, and why."""

    def take(self, receipt: Due) -> Numbered | None:
        """Return the next place in the series of ``receipt``; None if it has to wait for one."""
        key = series_key(receipt, self._year)
        lock = self._held.get(key)
        if lock is None:
            self.waiting.append((receipt, key, Wait.NO_OPEN_SERIES))
            return None
        issued_at = self._issued_at[key]
        before, _ = self.reached.get(lock.series_id, (lock.last_number, issued_at))
        if before >= self._largest[key]:
            self.waiting.append((receipt, key, Wait.SERIES_FULL))
            return None
        self.reached[lock.series_id] = before + 1, issued_at
        return Numbered(new_id(), lock.series_id, lock.symbols, before + 1, issued_at)


def _row(due: Due, fact: ReceiptIssued) -> NewReceipt:
    cause = due.settled.cause
    return NewReceipt(
        receipt_id=fact.receipt_id,
        payment_id=fact.payment_id,
        kind=FeeKind(fact.kind),
        dossier_code=fact.dossier_code,
        agency_code=due.settled.agency,
        collector_code=fact.issuer.agency_code,
        series_id=fact.series_id,
        number=fact.number,
        total_vnd=fact.total_vnd,
        issued_at=fact.issued_at,
        fact=data_json(fact),
        correlation_id=cause.correlation_id,
        causation_id=cause.causation_id,
    )
