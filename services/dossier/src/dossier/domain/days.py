"""A day on both sides: the province's totals beside ours, and what is missing on either."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from dossier.domain.partner import COUNTS_AS_PAID, FactState
from shared.contracts.parts import DayTotals
from shared.errors import DomainError, Kind

MAX_NAMED: Final = 10_000
"""So many codes a PartnerDayCompared names; the rest is counted, and the next run names it."""


@dataclass(frozen=True)
class DayStatement:
    """One part of the province's own counts of a day (TongHopNgay)."""

    day_on: date
    stated_at: datetime
    """Which telling it is part of; the latest one that is whole counts."""
    part: int
    parts: int
    totals: DayTotals
    dossier_codes: Sequence[str]
    fact_ids: Sequence[UUID] | None
    """Ids of our facts that the province holds of the day; None where it does not say."""


@dataclass(frozen=True)
class TheirDay:
    """All parts of one telling together."""

    stated_at: datetime
    totals: DayTotals
    dossier_codes: frozenset[str]
    fact_ids: frozenset[UUID] | None


@dataclass(frozen=True)
class OurFact:
    """One fact that we told the province, as the comparison needs it."""

    id: UUID
    dossier_code: str
    fact_type: str
    amount_vnd: int | None
    state: FactState
    sent_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class OurDay:
    """What we hold of a day."""

    dossiers: Mapping[str, datetime]
    """When each was first heard of, by code."""
    facts: Sequence[OurFact]


@dataclass(frozen=True)
class Comparison:
    """What one run found."""

    ours: DayTotals
    theirs: DayTotals
    missing_here: tuple[str, ...]
    missing_there: tuple[str, ...]
    """Dossiers that the province lacks, or of which it lacks a fact."""
    missing_facts: tuple[UUID, ...]
    pending: int
    """Facts that are on their way: neither held there nor overdue."""

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing on either side."""
        return not self.missing_here and not self.missing_there and not self.pending


class NotStatedError(DomainError):
    """The province has not told its counts of this day, or not all of their parts."""

    kind = Kind.CONFLICT
    code = "day-not-stated"
    title = "Hệ thống tỉnh chưa gửi tổng hợp của ngày này"


def joined(parts: Sequence[DayStatement]) -> TheirDay:
    """Return the parts of one telling as one."""
    told = [part.fact_ids for part in parts if part.fact_ids is not None]
    return TheirDay(
        stated_at=parts[0].stated_at,
        totals=parts[0].totals,
        dossier_codes=frozenset(code for part in parts for code in part.dossier_codes),
        fact_ids=frozenset(one for ids in told for one in ids) if told else None,
    )


def heard_by_then(ours: OurDay, theirs: TheirDay) -> OurDay:
    """Leave out what is newer than the telling, unless the province has it all the same."""
    held = theirs.fact_ids or frozenset()
    return OurDay(
        dossiers={
            code: at
            for code, at in ours.dossiers.items()
            if at <= theirs.stated_at or code in theirs.dossier_codes
        },
        facts=[fact for fact in ours.facts if fact.sent_at <= theirs.stated_at or fact.id in held],
    )


def lacking_there(ours: OurDay, theirs: TheirDay) -> set[str]:
    """Return our dossiers of the day that the province's list does not name, if it has one."""
    return set(ours.dossiers) - theirs.dossier_codes if theirs.dossier_codes else set()


def compare(
    ours: OurDay,
    theirs: TheirDay,
    *,
    unknown_here: Iterable[str],
    unknown_there: AbstractSet[str],
    about_them: Sequence[OurFact],
) -> Comparison:
    """Return what is missing on either side.

    ``unknown_here`` of their dossiers are not ours, ``unknown_there`` of ours are not theirs, and
    ``about_them`` are all our facts about those.
    """
    totals = _totals(ours)
    candidates = [fact for fact in ours.facts if not _is_held(fact, theirs, totals)]
    missing = [fact for fact in candidates if _is_lost(fact)]
    facts = {fact.id: fact for fact in (*missing, *(one for one in about_them if _is_lost(one)))}
    codes = {fact.dossier_code for fact in facts.values()} | unknown_there
    return Comparison(
        ours=totals,
        theirs=theirs.totals,
        missing_here=tuple(sorted(unknown_here)),
        missing_there=tuple(sorted(codes)),
        missing_facts=tuple(sorted(facts)),
        pending=sum(fact.state is FactState.SENT for fact in candidates),
    )


def _totals(ours: OurDay) -> DayTotals:
    paid = [fact.amount_vnd or 0 for fact in ours.facts if fact.fact_type == COUNTS_AS_PAID.value]
    return DayTotals(dossier_count=len(ours.dossiers), paid_count=len(paid), paid_vnd=sum(paid))


def _is_held(fact: OurFact, theirs: TheirDay, totals: DayTotals) -> bool:
    """Tell whether the province has ``fact``: by its list, or by an answer since.

    A province that lists no facts is taken by its sums: where they differ, any payment of the day
    may be the lost one, and sending all of them again doubles none.
    """
    if fact.state is FactState.ACKNOWLEDGED and (fact.answered_at or fact.sent_at) > (
        theirs.stated_at
    ):
        return True
    if theirs.fact_ids is not None:
        return fact.id in theirs.fact_ids
    agree = (totals.paid_count, totals.paid_vnd) == (
        theirs.totals.paid_count,
        theirs.totals.paid_vnd,
    )
    return agree or fact.fact_type != COUNTS_AS_PAID.value


def _is_lost(fact: OurFact) -> bool:
    """Tell whether it must be sent again; a refused one has its own list, with its reason."""
    return fact.state not in {FactState.SENT, FactState.REFUSED}


def first_named(codes: Collection[str]) -> tuple[str, ...]:
    """Return so many of ``codes`` as a fact may name."""
    return tuple(sorted(codes)[:MAX_NAMED])
