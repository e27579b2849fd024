"""Compare a day with the province, ask for what is missing here, send what is missing there."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.days import (
    Comparison,
    DayStatement,
    NotStatedError,
    OurDay,
    OurFact,
    TheirDay,
    compare,
    first_named,
    heard_by_then,
    joined,
    lacking_there,
)
from dossier.domain.partner import (
    FACT_LIFECYCLE,
    PROVINCE,
    FactGoneError,
    FactTrigger,
    UnknownFactError,
)
from dossier.repository import audit, days, partner
from dossier.tables import PartnerComparisonRow, PartnerDayRow, PartnerFactRow
from dossier.use_cases.partner import PATIENCE, Retold, tell_province
from shared import outbox
from shared.contracts.dossier import PartnerDayCompared, PartnerFactSent, PartnerFactType
from shared.contracts.envelope import Cause, Event
from shared.db.tables import AuditRow
from shared.ids import new_id
from shared.outbox import Emission, emit_all

SYSTEM: Final = "system"
NO_AGENCY: Final = "-"
"""Days are nobody's in particular."""
RESEND_PAGE: Final = 500
"""Facts that are sent again in one transaction."""

AskAgain = Callable[[Sequence[str]], Event]
"""Makes the fact that asks the province for dossiers; its words are the adapter's."""


@dataclass(frozen=True)
class Asked:
    """Who wants something done, and why."""

    by: str
    """The opaque subject id of a member of staff."""
    reason: str
    cause: Cause
    now: datetime


async def store_statement(
    session: AsyncSession, told: DayStatement, *, now: datetime, grace: timedelta
) -> None:
    """Keep the province's counts of a day; once all parts are here, it is compared.

    Not at once: after ``grace``, so that what is on its way is not taken for missing.
    """
    await days.store_statement(session, PROVINCE, told)
    here = await days.count_parts(session, PROVINCE, told.day_on, stated_at=told.stated_at)
    if here == told.parts:
        await days.state_day(
            session, PROVINCE, told.day_on, stated_at=told.stated_at, due_at=now + grace
        )
        await days.drop_superseded(session, PROVINCE, told.day_on)


async def compare_due_day(session: AsyncSession, ask_again: AskAgain, *, now: datetime) -> bool:
    """Compare the day that is due longest; False if none is."""
    day = await days.claim_due_day(session, now=now)
    if day is None:
        return False
    started = new_id()
    cause = Cause(correlation_id=started, causation_id=started)
    await _compare(session, day, ask_again, Asked(SYSTEM, "", cause, now))
    return True


async def compare_day(
    session: AsyncSession, day_on: date, ask_again: AskAgain, *, asked: Asked
) -> int:
    """Compare a day now; return the number of the run. Raises NotStatedError."""
    day = await days.lock_day(session, PROVINCE, day_on)
    if day is None:
        raise NotStatedError(f"{PROVINCE} has not told of {day_on}", day_on=str(day_on))
    await _compare(session, day, ask_again, asked)
    audit.insert_audit(session, _audit("partner.compare", str(day_on), asked, run=day.last_run))
    return day.last_run


async def _compare(
    session: AsyncSession, day: PartnerDayRow, ask_again: AskAgain, asked: Asked
) -> None:
    theirs = joined(await days.parts_of(session, day.partner, day.day_on, stated_at=day.stated_at))
    found = await _found(session, day, theirs)
    day.last_run += 1
    day.due_at = None
    await days.insert_comparison(session, day, found, by=asked.by, now=asked.now)
    compared = _compared(day, found, by=asked.by)
    emission = Emission(compared, asked.cause, NO_AGENCY)
    (event_id,) = await emit_all(session, [emission], now=asked.now)
    if found.missing_here:
        cause = Cause(correlation_id=asked.cause.correlation_id, causation_id=event_id)
        fact = ask_again(first_named(found.missing_here))
        retold = Retold(fact, day.partner, NO_AGENCY, cause)
        await tell_province(session, [retold], now=asked.now)


async def _found(session: AsyncSession, day: PartnerDayRow, theirs: TheirDay) -> Comparison:
    facts = await partner.facts_of_day(session, day.partner, day.day_on)
    dossiers = await days.dossiers_of_day(session, day.day_on)
    ours = heard_by_then(OurDay(dossiers, [_our(fact) for fact in facts]), theirs)
    lacking = lacking_there(ours, theirs)
    unknown_there = (
        set(await days.never_stated(session, day.partner, lacking)) if lacking else set()
    )
    about_them = await partner.facts_about(
        session, day.partner, unknown_there, before=theirs.stated_at
    )
    return compare(
        ours,
        theirs,
        unknown_here=await days.unknown_dossiers(session, theirs.dossier_codes),
        unknown_there=unknown_there,
        about_them=[_our(fact) for fact in about_them],
    )


def _our(row: PartnerFactRow) -> OurFact:
    return OurFact(
        id=row.id,
        dossier_code=row.dossier_code,
        fact_type=row.fact_type,
        amount_vnd=row.amount_vnd,
        state=row.state,
        sent_at=row.sent_at,
        answered_at=row.answered_at,
    )


def _compared(day: PartnerDayRow, found: Comparison, *, by: str) -> PartnerDayCompared:
    return PartnerDayCompared(
        partner=day.partner,
        day_on=day.day_on,
        run=day.last_run,
        ours=found.ours,
        theirs=found.theirs,
        missing_here=first_named(found.missing_here),
        missing_there=first_named(found.missing_there),
        missing_here_count=len(found.missing_here),
        missing_there_count=len(found.missing_there),
        missing_fact_count=len(found.missing_facts),
        by=by,
    )


async def send_missing_again(
    session: AsyncSession, day_on: date, *, asked: Asked
) -> tuple[int, int]:
    """Send some of what the last run found missing there; return how many, and how many remain.

    Call it again, in a new transaction, until none remain: what was sent since the run is not
    sent a second time. Raises NotStatedError.
    """
    run = await find_last_run(session, day_on)
    page = await days.not_sent_since(session, run.missing_facts, run.compared_at, limit=RESEND_PAGE)
    if page:
        await send_again(session, page, subject=f"{day_on}/{run.run}", asked=asked)
    left = await days.count_not_sent_since(session, run.missing_facts, run.compared_at)
    return len(page), left


async def find_last_run(session: AsyncSession, day_on: date) -> PartnerComparisonRow:
    """Return the last run of a day; raise NotStatedError if it was never compared."""
    found = await days.last_comparisons(session, PROVINCE, [day_on])
    if day_on not in found:
        raise NotStatedError(f"{day_on} was not compared", day_on=str(day_on))
    return found[day_on]


async def send_fact_again(session: AsyncSession, fact_id: UUID, *, asked: Asked) -> None:
    """Send one fact again, whatever was answered. Raises UnknownFactError, FactGoneError."""
    if fact_id not in await partner.lock_facts(session, [fact_id]):
        raise UnknownFactError(f"no fact {fact_id}")
    await send_again(session, [fact_id], subject=str(fact_id), asked=asked)


async def send_again(
    session: AsyncSession, fact_ids: Collection[UUID], *, subject: str, asked: Asked
) -> None:
    """Send facts again, the same bytes with the same ids; they await their answer anew.

    Raises FactGoneError if one is not kept any more.
    """
    facts = await partner.lock_facts(session, fact_ids)
    kept = await outbox.send_again(session, facts)
    gone = set(fact_ids) - kept
    if gone:
        raise FactGoneError(f"no bytes of {min(gone)}")
    emissions = [_again(fact, asked) for fact in facts.values()]
    audit.insert_audit(session, _audit("partner.resend", subject, asked, facts=len(facts)))
    await emit_all(session, emissions, now=asked.now)


def _again(fact: PartnerFactRow, asked: Asked) -> Emission:
    fact.state = FACT_LIFECYCLE.next(fact.state, FactTrigger.SEND_AGAIN)
    fact.answered_at = None
    fact.reason_code = None
    fact.reason_text = None
    fact.last_sent_at = asked.now
    fact.due_at = asked.now + PATIENCE.late
    said = PartnerFactSent(
        dossier_code=fact.dossier_code,
        fact_id=fact.id,
        fact_type=PartnerFactType(fact.fact_type),
        cause=fact.cause,
        amount_vnd=fact.amount_vnd,
        again=fact.sends,
    )
    fact.sends += 1
    return Emission(said, asked.cause, fact.agency_code)


def _audit(act: str, subject: str, asked: Asked, **details: int) -> AuditRow:
    return AuditRow(
        id=new_id(), at=asked.now, actor=asked.by, act=act, subject=subject,
        reason=asked.reason or None, details={name: str(value) for name, value in details.items()},
    )  # fmt: skip
