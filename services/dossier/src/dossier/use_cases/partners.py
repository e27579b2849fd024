"""What doors show of a partner: what waits for its answer, its days, what each side lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import PARTNERS, FactState, UnknownPartnerError
from dossier.repository import days, partner
from dossier.repository.partner import Standing
from dossier.tables import PartnerComparisonRow, PartnerFactRow
from shared.contracts.parts import DayTotals
from shared.days import vietnam_day

_DAYS: Final = 14
"""So many days are looked at, and every other one that the partner has told of."""
_ALWAYS: Final = 2
"""So many days are shown even where nothing happened."""
_FACTS: Final = 50
"""So many facts are listed; the rest is counted."""


class DayState(StrEnum):
    """Where a day stands."""

    NOT_STATED = "not_stated"
    """The partner has not told its counts."""
    NOT_COMPARED = "not_compared"
    MISSING = "missing"
    WAITING = "waiting"
    """Nothing is missing that is not on its way."""
    DIFFERENT = "different"
    """Nothing is missing, but the partner has not told its counts again since."""
    WHOLE = "whole"


@dataclass(frozen=True)
class Day:
    """One day on both sides."""

    day_on: date
    ours: DayTotals
    """As we count now."""
    run: PartnerComparisonRow | None
    """The last comparison."""
    to_send: int
    """Facts that the last run missed there and that were not sent again since."""
    state: DayState


@dataclass(frozen=True)
class Shown:
    """A partner as its operator sees it."""

    standing: Standing
    unanswered: Sequence[PartnerFactRow]
    """Those that wait longest."""
    refused: Sequence[PartnerFactRow]
    days: Sequence[Day]


@dataclass(frozen=True)
class ShownDay:
    """One day, with what is missing on either side."""

    day: Day
    missing_here: Sequence[str]
    missing_there: Sequence[PartnerFactRow]
    lacking_dossiers: Sequence[str]
    """Dossiers that the partner lacks and of which it was told nothing."""
    here_count: int
    there_count: int


def known_partner(code: str) -> str:
    """Return ``code`` if it is a partner's; raise UnknownPartnerError."""
    if code not in PARTNERS:
        raise UnknownPartnerError(f"no partner {code}")
    return code


async def show_partner(session: AsyncSession, code: str, *, now: datetime) -> Shown:
    """Return where the exchange with a partner stands. Raises UnknownPartnerError."""
    known_partner(code)
    today = vietnam_day(now)
    recent = {today - timedelta(days=back) for back in range(_DAYS)}
    stated = set(await days.stated_days(session, code))
    shown = sorted((day for day in recent | stated if day <= today or day in stated), reverse=True)
    return Shown(
        standing=await partner.standing_of(session, code),
        unanswered=await partner.facts_in(
            session, code, (FactState.ESCALATED, FactState.LATE, FactState.SENT), limit=_FACTS
        ),
        refused=await partner.facts_in(session, code, (FactState.REFUSED,), limit=_FACTS),
        days=_worth_showing(await _days(session, code, shown)),
    )


def _worth_showing(shown: Sequence[Day]) -> list[Day]:
    """Leave out earlier days on which nothing happened and of which nothing was told."""
    return [
        day
        for number, day in enumerate(shown)
        if number < _ALWAYS
        or day.state is not DayState.NOT_STATED
        or day.ours.dossier_count
        or day.ours.paid_count
    ]


async def show_day(
    session: AsyncSession, code: str, day_on: date, *, after: str = "", limit: int = 200
) -> ShownDay:
    """Return one day and a page of what is missing on either side, behind ``after``.

    Raises UnknownPartnerError.
    """
    known_partner(code)
    (day,) = await _days(session, code, [day_on])
    run = day.run
    if run is None:
        return ShownDay(day, [], [], [], 0, 0)
    here = [each for each in run.missing_here if each > after][:limit]
    wanted = [each for each in run.missing_facts if str(each) > after][:limit]
    facts = await partner.find_facts(session, wanted)
    told = {fact.dossier_code for fact in facts}
    return ShownDay(
        day=day,
        missing_here=here,
        missing_there=facts,
        lacking_dossiers=[each for each in run.missing_there if each not in told][:limit]
        if len(run.missing_facts) <= limit
        else [],
        here_count=len(run.missing_here),
        there_count=len(run.missing_facts),
    )


async def _days(session: AsyncSession, code: str, wanted: Sequence[date]) -> list[Day]:
    if not wanted:
        return []
    ours = await days.our_totals(session, code, wanted)
    runs = await days.last_comparisons(session, code, wanted)
    stated = set(await days.stated_days(session, code))
    left = {
        day_on: await days.count_not_sent_since(session, run.missing_facts, run.compared_at)
        for day_on, run in runs.items()
        if run.missing_facts
    }
    return [
        Day(
            day_on=day_on,
            ours=ours[day_on],
            run=runs.get(day_on),
            to_send=left.get(day_on, 0),
            state=_state(runs, day_on, is_stated=day_on in stated),
        )
        for day_on in wanted
    ]


def _state(runs: Mapping[date, PartnerComparisonRow], day_on: date, *, is_stated: bool) -> DayState:
    run = runs.get(day_on)
    if run is None:
        return DayState.NOT_COMPARED if is_stated else DayState.NOT_STATED
    if run.missing_here or run.missing_there:
        return DayState.MISSING
    if run.pending:
        return DayState.WAITING
    return DayState.WHOLE if run.ours == run.theirs else DayState.DIFFERENT
