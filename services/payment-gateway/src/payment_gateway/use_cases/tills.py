"""Tills (quỹ tiền mặt): opened with a float, closed with a count, handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import till_ledger, tills
from payment_gateway.domain.counting import Counted, require_reason
from payment_gateway.domain.tills import Holder, OwnTillError, TakenLine, Till, Trigger
from payment_gateway.repository import tills as till_rows
from payment_gateway.repository.monies import Booking, book
from shared.contracts.envelope import Cause
from shared.contracts.money import TillClosed, TillHandedOver, TillOpened
from shared.ids import new_id
from shared.outbox import Emission, emit_all

_PAGE = 50
_MOST_LINES = 500


@dataclass(frozen=True)
class Sight:
    """Which tills a person may see: an officer their own, others all of their agencies."""

    officer_id: str | None
    agencies: Sequence[str] = ()

    def reaches(self, officer_id: str, agency_code: str) -> bool:
        """Tell whether a till of this officer and agency may be seen."""
        if self.officer_id is not None:
            return officer_id == self.officer_id
        return agency_code in self.agencies


@dataclass(frozen=True)
class Handing:
    """Who takes over the cash of a till, and how much they counted."""

    receiver: Holder
    counted: Counted


async def open_till(
    session: AsyncSession, holder: Holder, *, opening_vnd: int, cause: Cause, now: datetime
) -> Till:
    """Open a till with its float; raise TillOpenAlreadyError if this officer has one open."""
    till = Till(
        id=new_id(), agency_code=holder.agency_code, agency_name=holder.agency_name,
        officer_id=holder.id, officer_name=holder.name, status=tills.LIFECYCLE.initial,
        opening_vnd=opening_vnd, taken_vnd=0, takings=0, opened_at=now, closed_at=None,
        counted_vnd=None, counts={}, note=None, handed_at=None, handed_vnd=None,
        receiver_name=None, hand_over_note=None, correlation_id=cause.correlation_id,
    )  # fmt: skip
    if not await till_rows.insert_till(session, till):
        raise tills.TillOpenAlreadyError("this officer has an open till")
    opened = TillOpened(
        till_id=till.id, agency_code=till.agency_code, by=holder.id, opening_vnd=opening_vnd
    )
    await _say(session, Emission(opened, cause, till.agency_code),
               till_ledger.entries_of_opening(till), now=now)  # fmt: skip
    return till


async def close_till(
    session: AsyncSession, till: Till, counted: Counted, *, cause: Cause, now: datetime
) -> Till:
    """Store what the officer counted; ``till`` is locked. A difference needs its reason.

    Raises BadCashError for a difference without one, IllegalStepError where it is closed already.
    """
    status = tills.LIFECYCLE.next(till.status, Trigger.CLOSE)
    require_reason(till.expected_vnd, counted)
    await till_rows.store_closing(session, till.id, status, counted, now=now)
    closed = TillClosed(
        till_id=till.id, agency_code=till.agency_code, by=till.officer_id,
        expected_vnd=till.expected_vnd, counted_vnd=counted.total_vnd,
        difference_vnd=counted.total_vnd - till.expected_vnd,
    )  # fmt: skip
    entries = till_ledger.entries_of_closing(till, counted.total_vnd)
    await _say(session, Emission(closed, cause, till.agency_code), entries, now=now)
    return await _read(session, till.id)


async def hand_over(
    session: AsyncSession, till: Till, handing: Handing, *, cause: Cause, now: datetime
) -> Till:
    """Store that another person has the cash of a closed till, as they counted it.

    ``till`` is locked. Raises OwnTillError, BadCashError, IllegalStepError.
    """
    receiver, counted = handing.receiver, handing.counted
    status = tills.LIFECYCLE.next(till.status, Trigger.HAND_OVER)
    if receiver.id == till.officer_id:
        raise OwnTillError("another person must take over the cash")
    require_reason(till.counted_vnd or 0, counted)
    await till_rows.store_hand_over(
        session,
        till.id,
        {
            "status": status, "handed_at": now, "handed_vnd": counted.total_vnd,
            "receiver_id": receiver.id, "receiver_name": receiver.name,
            "hand_over_note": counted.note,
        },
    )  # fmt: skip
    handed = TillHandedOver(
        till_id=till.id, agency_code=till.agency_code, by=receiver.id,
        handed_vnd=counted.total_vnd,
    )  # fmt: skip
    entries = till_ledger.entries_of_hand_over(till, counted.total_vnd)
    await _say(session, Emission(handed, cause, till.agency_code), entries, now=now)
    return await _read(session, till.id)


async def find_open(session: AsyncSession, officer_id: str) -> Till | None:
    """Return the open till of an officer."""
    return await till_rows.open_till(session, officer_id)


async def lock_seen(session: AsyncSession, till_id: UUID, sight: Sight) -> Till:
    """Return one till, locked; raise TillNotFoundError if there is none within ``sight``."""
    return _within(await till_rows.lock_till(session, till_id), sight)


async def read_seen(session: AsyncSession, till_id: UUID, sight: Sight) -> Till:
    """Return one till; raise TillNotFoundError if there is none within ``sight``."""
    return _within(await till_rows.read_till(session, till_id), sight)


async def list_seen(
    session: AsyncSession, sight: Sight, *, after: UUID | None
) -> tuple[Sequence[Till], UUID | None]:
    """Return the tills within ``sight``, a page at a time, and where the next page begins."""
    found = await till_rows.tills_of(
        session, officer_id=sight.officer_id, agencies=sight.agencies, after=after, limit=_PAGE
    )
    return found, found[-1].id if len(found) == _PAGE else None


async def taken_into(session: AsyncSession, till_id: UUID) -> Sequence[TakenLine]:
    """Return what was put into a till, the latest first."""
    return await till_rows.taken_lines(session, till_id, limit=_MOST_LINES)


def _within(till: Till | None, sight: Sight) -> Till:
    if till is None or not sight.reaches(till.officer_id, till.agency_code):
        raise tills.TillNotFoundError("no such till for this person")
    return till


async def _read(session: AsyncSession, till_id: UUID) -> Till:
    till = await till_rows.read_till(session, till_id)
    if till is None:
        raise LookupError("tills are never deleted")
    return till


async def _say(
    session: AsyncSession, emission: Emission, entries: Mapping[str, int], *, now: datetime
) -> None:
    """Say what happened, and book it under that fact where money moved."""
    event_ids = await emit_all(session, [emission], now=now)
    if entries:
        await book(session, Booking(new_id(), event_ids[0], entries), now=now)
