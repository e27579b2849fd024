"""Statements on days that the province and we both count."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.days import Comparison, DayStatement
from dossier.domain.partner import COUNTS_AS_PAID
from dossier.tables import (
    DossierRow,
    PartnerComparisonRow,
    PartnerDayRow,
    PartnerFactRow,
    PartnerStatementRow,
)
from shared.contracts.parts import DayTotals
from shared.db import driver


async def store_statement(session: AsyncSession, partner: str, told: DayStatement) -> None:
    """Store one part of a telling; told again, the later one stands."""
    key = {
        "partner": partner,
        "day_on": told.day_on,
        "stated_at": told.stated_at,
        "part": told.part,
    }
    values: dict[str, Any] = {
        "parts": told.parts,
        "dossier_count": told.totals.dossier_count,
        "paid_count": told.totals.paid_count,
        "paid_vnd": told.totals.paid_vnd,
        "dossier_codes": list(told.dossier_codes),
        "fact_ids": None if told.fact_ids is None else list(told.fact_ids),
    }
    statement = insert(PartnerStatementRow).values(**key, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


async def parts_of(
    session: AsyncSession, partner: str, day_on: date, *, stated_at: datetime
) -> Sequence[DayStatement]:
    """Return the parts of one telling that are here, in order."""
    statement = (
        select(PartnerStatementRow)
        .where(
            PartnerStatementRow.partner == partner,
            PartnerStatementRow.day_on == day_on,
            PartnerStatementRow.stated_at == stated_at,
        )
        .order_by(PartnerStatementRow.part)
    )
    return [
        DayStatement(
            day_on=row.day_on,
            stated_at=row.stated_at,
            part=row.part,
            parts=row.parts,
            totals=DayTotals(
                dossier_count=row.dossier_count, paid_count=row.paid_count, paid_vnd=row.paid_vnd
            ),
            dossier_codes=row.dossier_codes,
            fact_ids=row.fact_ids,
        )
        for row in await session.scalars(statement)
    ]


async def count_parts(
    session: AsyncSession, partner: str, day_on: date, *, stated_at: datetime
) -> int:
    """Return how many parts of one telling are here."""
    statement = select(func.count()).where(
        PartnerStatementRow.partner == partner,
        PartnerStatementRow.day_on == day_on,
        PartnerStatementRow.stated_at == stated_at,
    )
    return await session.scalar(statement) or 0


async def state_day(
    session: AsyncSession, partner: str, day_on: date, *, stated_at: datetime, due_at: datetime
) -> None:
    """Let the day be compared at ``due_at`` with the telling of ``stated_at``, if it is newer."""
    statement = insert(PartnerDayRow).values(
        partner=partner, day_on=day_on, stated_at=stated_at, last_run=0, due_at=due_at
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[PartnerDayRow.partner, PartnerDayRow.day_on],
            set_={"stated_at": stated_at, "due_at": due_at},
            where=PartnerDayRow.stated_at <= stated_at,
        )
    )


async def drop_superseded(session: AsyncSession, partner: str, day_on: date) -> None:
    """Forget the tellings of a day that are older than the one that stands; runs keep theirs."""
    await driver.execute(
        session,
        "DELETE FROM partner_statement AS s USING partner_day AS d WHERE s.partner = $1"
        " AND s.day_on = $2 AND d.partner = s.partner AND d.day_on = s.day_on"
        " AND s.stated_at < d.stated_at",
        partner,
        day_on,
    )


async def lock_day(session: AsyncSession, partner: str, day_on: date) -> PartnerDayRow | None:
    """Return the day that the province has told of, locked: its runs wait for each other."""
    statement = (
        select(PartnerDayRow)
        .where(PartnerDayRow.partner == partner, PartnerDayRow.day_on == day_on)
        .with_for_update()
    )
    row: PartnerDayRow | None = await session.scalar(statement)
    return row


async def claim_due_day(session: AsyncSession, *, now: datetime) -> PartnerDayRow | None:
    """Return, locked, the day that has been due for comparison longest."""
    statement = (
        select(PartnerDayRow)
        .where(PartnerDayRow.due_at <= now)
        .order_by(PartnerDayRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row: PartnerDayRow | None = await session.scalar(statement)
    return row


async def dossiers_of_day(session: AsyncSession, day_on: date) -> dict[str, datetime]:
    """Return when each dossier of a day was first heard of, by code."""
    statement = select(DossierRow.dossier_code, DossierRow.received_at).where(
        DossierRow.counted_on == day_on
    )
    return {row.dossier_code: row.received_at for row in await session.execute(statement)}


async def unknown_dossiers(session: AsyncSession, codes: Collection[str]) -> Sequence[str]:
    """Return those of ``codes`` of which we hold no dossier."""
    rows = await driver.fetch(
        session,
        "SELECT code FROM unnest($1::text[]) AS w (code)"
        " WHERE NOT EXISTS (SELECT 1 FROM dossier WHERE dossier_code = code)",
        list(codes),
    )
    return [row["code"] for row in rows]


async def never_stated(
    session: AsyncSession, partner: str, codes: Collection[str]
) -> Sequence[str]:
    """Return those of ``codes`` that the province counts in no day that it has told of."""
    rows = await driver.fetch(
        session,
        "SELECT code FROM unnest($1::text[]) AS w (code) EXCEPT SELECT unnest(s.dossier_codes)"
        " FROM partner_statement AS s JOIN partner_day AS d USING (partner, day_on, stated_at)"
        " WHERE s.partner = $2",
        list(codes),
        partner,
    )
    return [row["code"] for row in rows]


async def insert_comparison(
    session: AsyncSession, day: PartnerDayRow, found: Comparison, *, by: str, now: datetime
) -> None:
    """Keep the run ``day.last_run`` of a locked day."""
    session.add(
        PartnerComparisonRow(
            partner=day.partner,
            day_on=day.day_on,
            run=day.last_run,
            compared_at=now,
            compared_by=by,
            stated_at=day.stated_at,
            ours=found.ours.model_dump(),
            theirs=found.theirs.model_dump(),
            missing_here=list(found.missing_here),
            missing_there=list(found.missing_there),
            missing_facts=list(found.missing_facts),
            pending=found.pending,
        )
    )
    await session.flush()


async def last_comparisons(
    session: AsyncSession, partner: str, days: Iterable[date]
) -> dict[date, PartnerComparisonRow]:
    """Return the latest run of each of ``days`` that was compared."""
    statement = (
        select(PartnerComparisonRow)
        .join(
            PartnerDayRow,
            (PartnerDayRow.partner == PartnerComparisonRow.partner)
            & (PartnerDayRow.day_on == PartnerComparisonRow.day_on)
            & (PartnerDayRow.last_run == PartnerComparisonRow.run),
        )
        .where(PartnerComparisonRow.partner == partner, PartnerComparisonRow.day_on.in_(list(days)))
    )
    return {row.day_on: row for row in await session.scalars(statement)}


async def our_totals(
    session: AsyncSession, partner: str, days: Collection[date]
) -> dict[date, DayTotals]:
    """Return what we count now in each of ``days``."""
    first, last = min(days), max(days)
    dossiers = await session.execute(
        select(DossierRow.counted_on, func.count())
        .where(DossierRow.counted_on.between(first, last))
        .group_by(DossierRow.counted_on)
    )
    paid = await session.execute(
        select(
            PartnerFactRow.day_on,
            func.count(),
            func.coalesce(func.sum(PartnerFactRow.amount_vnd), 0),
        )
        .where(
            PartnerFactRow.day_on.between(first, last),
            PartnerFactRow.partner == partner,
            PartnerFactRow.fact_type == COUNTS_AS_PAID.value,
        )
        .group_by(PartnerFactRow.day_on)
    )
    counts = {row[0]: row[1] for row in dossiers}
    sums = {day_on: (count, int(vnd or 0)) for day_on, count, vnd in paid}
    return {
        day: DayTotals(
            dossier_count=counts.get(day, 0),
            paid_count=sums.get(day, (0, 0))[0],
            paid_vnd=sums.get(day, (0, 0))[1],
        )
        for day in days
    }


async def stated_days(session: AsyncSession, partner: str) -> Sequence[date]:
    """Return the days that the province has told of, newest first."""
    statement = (
        select(PartnerDayRow.day_on)
        .where(PartnerDayRow.partner == partner)
        .order_by(PartnerDayRow.day_on.desc())
        .limit(90)
    )
    return (await session.scalars(statement)).all()


async def not_sent_since(
    session: AsyncSession, fact_ids: Collection[UUID], since: datetime, *, limit: int
) -> Sequence[UUID]:
    """Return those of ``fact_ids`` that were not sent again after ``since``, oldest first."""
    statement = (
        select(PartnerFactRow.id)
        .where(*_not_sent(fact_ids, since))
        .order_by(PartnerFactRow.sent_at, PartnerFactRow.id)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def count_not_sent_since(
    session: AsyncSession, fact_ids: Collection[UUID], since: datetime
) -> int:
    """Return how many of ``fact_ids`` were not sent again after ``since``."""
    statement = select(func.count()).select_from(PartnerFactRow)
    return await session.scalar(statement.where(*_not_sent(fact_ids, since))) or 0


def _not_sent(fact_ids: Collection[UUID], since: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        PartnerFactRow.id == any_(literal(list(fact_ids), ARRAY(Uuid))),
        PartnerFactRow.last_sent_at <= since,
    )
