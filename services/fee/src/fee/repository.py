"""Every statement on fee's decision tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.assessment import AssessmentStatus
from fee.domain.tariff import Tariff, TariffFilter, TariffStatus
from fee.tables import AssessmentRow, DossierRow, TariffRow, VersionRow
from shared.contracts.fee import Certainty

_FIELDS: Final = tuple(field.name for field in fields(Tariff))
_ROWS_PER_INSERT: Final = 500
"""PostgreSQL takes 32,767 values in one statement."""


async def insert_tariffs(
    session: AsyncSession, tariffs: Sequence[tuple[Tariff, str]], *, status: TariffStatus
) -> set[str]:
    """Store tariffs with the words they are found by; return the codes of those that were new.

    Left out: whose code, or whose key under another code, is known.
    """
    values = [
        {name: getattr(tariff, name) for name in _FIELDS} | {"status": status, "words": words}
        for tariff, words in tariffs
    ]
    new: set[str] = set()
    for start in range(0, len(values), _ROWS_PER_INSERT):
        some = insert(TariffRow).values(values[start : start + _ROWS_PER_INSERT])
        statement = some.on_conflict_do_nothing().returning(TariffRow.code)
        new.update(await session.scalars(statement))
    return new


async def lock_tariffs(session: AsyncSession, codes: Sequence[str]) -> Mapping[str, TariffRow]:
    """Return the tariffs of ``codes``, locked in their order until the transaction ends."""
    rows = await session.scalars(
        select(TariffRow)
        .where(TariffRow.code.in_(codes))
        .order_by(TariffRow.code)
        .with_for_update()
    )
    return {row.code: row for row in rows}


async def approved_tariffs(
    session: AsyncSession, fee_codes: Sequence[str]
) -> Mapping[str, Sequence[Tariff]]:
    """Return all approved rows of each of ``fee_codes``, whatever their dates."""
    found: dict[str, list[Tariff]] = defaultdict(list)
    rows = await session.scalars(
        select(TariffRow)
        .where(TariffRow.fee_code.in_(fee_codes), TariffRow.status == TariffStatus.APPROVED)
        .order_by(TariffRow.code)
    )
    for row in rows:
        found[row.fee_code].append(to_tariff(row))
    return found


async def list_tariffs(session: AsyncSession, wanted: TariffFilter) -> Sequence[Tariff]:
    """Return up to ``limit`` + 1 tariffs in the order of their codes."""
    statement = select(TariffRow).order_by(TariffRow.code).limit(wanted.limit + 1)
    for word in wanted.words:
        statement = statement.where(func.strpos(TariffRow.words, word) > 0)
    if wanted.certainty is not None:
        statement = statement.where(TariffRow.certainty == wanted.certainty)
    if wanted.in_force_on is not None:
        statement = statement.where(
            TariffRow.valid_from <= wanted.in_force_on,
            func.coalesce(TariffRow.valid_to, date.max) >= wanted.in_force_on,
        )
    if wanted.after is not None:
        statement = statement.where(TariffRow.code > wanted.after)
    return [to_tariff(row) for row in await session.scalars(statement)]


async def count_tariffs(session: AsyncSession) -> Mapping[Certainty, int]:
    """Return how many tariffs there are of each certainty."""
    rows = await session.execute(
        select(TariffRow.certainty, func.count()).group_by(TariffRow.certainty)
    )
    return dict(list(rows))


def to_tariff(row: TariffRow) -> Tariff:
    """Return the value that ``row`` stores."""
    return Tariff(**{name: getattr(row, name) for name in _FIELDS})


async def insert_dossiers(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Store dossiers; return the codes of those that are first heard of."""
    ordered = sorted(rows, key=lambda row: str(row["dossier_code"]))
    statement = (
        insert(DossierRow)
        .values(ordered)
        .on_conflict_do_nothing(index_elements=["dossier_code"])
        .returning(DossierRow.dossier_code)
    )
    return set(await session.scalars(statement))


async def lock_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier, locked until the transaction ends."""
    return await session.scalar(
        select(DossierRow).where(DossierRow.dossier_code == dossier_code).with_for_update()
    )


async def read_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier as it was last heard."""
    return await session.get(DossierRow, dossier_code)


async def latest_assessment(session: AsyncSession, dossier_code: str) -> AssessmentRow | None:
    """Return the dossier's newest assessment, ended or not."""
    return await session.scalar(
        select(AssessmentRow)
        .where(AssessmentRow.dossier_code == dossier_code)
        .order_by(AssessmentRow.ordinal.desc())
        .limit(1)
    )


async def version_of(session: AsyncSession, assessment: AssessmentRow) -> VersionRow | None:
    """Return what was last said about ``assessment``."""
    return await session.get(VersionRow, (assessment.id, assessment.version))


async def pending_dossiers(session: AsyncSession, *, after: str, limit: int) -> Sequence[str]:
    """Return codes of dossiers that wait for a tariff or an agency, in order, past ``after``."""
    found = await session.scalars(
        select(AssessmentRow.dossier_code)
        .where(AssessmentRow.status == AssessmentStatus.PENDING, AssessmentRow.dossier_code > after)
        .order_by(AssessmentRow.dossier_code)
        .limit(limit)
    )
    return found.all()


async def insert_assessments(session: AsyncSession, rows: Sequence[AssessmentRow]) -> None:
    """Store new assessments, so that their versions may refer to them."""
    session.add_all(rows)
    await session.flush()


def insert_versions(session: AsyncSession, rows: Sequence[VersionRow]) -> None:
    """Store what is said with the rest of the transaction."""
    session.add_all(rows)
