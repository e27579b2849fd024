"""Tariffs, and the requests they stand in."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from fee.domain.tariff import (
    Tariff,
    TariffFilter,
    TariffOrigin,
    TariffPhase,
    TariffStatus,
)
from fee.tables import TariffRequestRow, TariffRow
from shared.approvals import ApprovalState
from shared.contracts.fee import Certainty
from shared.db import driver
from shared.db.tables import ApprovalRow, AuditRow

_FIELDS: Final = tuple(field.name for field in fields(Tariff))
_ROWS_PER_INSERT: Final = 500
"""PostgreSQL takes 32,767 values in one statement."""
_BOOK: Final = 0x1E4F1
"""Names the advisory lock on the book of tariffs as a whole."""


async def close_book(session: AsyncSession) -> None:
    """Wait for all who assess, and let nobody begin until the transaction ends.

    Else a dossier could be said to wait, after the dossiers that wait were looked through.
    """
    await driver.execute(session, "SELECT pg_advisory_xact_lock($1)", _BOOK)


async def open_book(session: AsyncSession) -> None:
    """Keep the approved tariffs as they are until the transaction ends.

    Call it before any dossier is locked: who waits here for an approval holds nothing that another
    who assesses could want.
    """
    await driver.execute(session, "SELECT pg_advisory_xact_lock_shared($1)", _BOOK)


async def insert_tariffs(
    session: AsyncSession,
    tariffs: Sequence[tuple[Tariff, str]],
    *,
    status: TariffStatus,
    approved_at: datetime | None = None,
) -> set[str]:
    """Store tariffs with the words they are found by; return the codes of those that were new.

    Left out: whose code, or whose key under another code, is known. Whatever comes as approved
    comes from the published list.
    """
    is_draft = status is TariffStatus.DRAFT
    origin = TariffOrigin.PERSON if is_draft else TariffOrigin.LIST
    values = [
        {name: getattr(tariff, name) for name in _FIELDS}
        | {"status": status, "words": words, "origin": origin, "approved_at": approved_at}
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


async def read_tariff(session: AsyncSession, code: str) -> TariffRow | None:
    """Return the tariff of ``code``."""
    return await session.scalar(select(TariffRow).where(TariffRow.code == code))


async def approved_tariffs(
    session: AsyncSession, fee_codes: Sequence[str]
) -> Mapping[str, Sequence[Tariff]]:
    """Return all approved rows of each of ``fee_codes``, whatever their dates."""
    return await tariffs_of(session, fee_codes, {TariffStatus.APPROVED})


async def tariffs_of(
    session: AsyncSession, fee_codes: Sequence[str], statuses: set[TariffStatus]
) -> Mapping[str, Sequence[Tariff]]:
    """Return the rows of each of ``fee_codes`` that stand in one of ``statuses``."""
    found: dict[str, list[Tariff]] = defaultdict(list)
    rows = await session.scalars(
        select(TariffRow)
        .where(TariffRow.fee_code.in_(fee_codes), TariffRow.status.in_(statuses))
        .order_by(TariffRow.code)
    )
    for row in rows:
        found[row.fee_code].append(to_tariff(row))
    return found


async def keys_of_persons(
    session: AsyncSession, fee_codes: Collection[str]
) -> set[tuple[object, ...]]:
    """Return the keys of ``fee_codes`` that persons have drafted or put in force."""
    rows = await session.scalars(
        select(TariffRow).where(
            TariffRow.fee_code.in_(fee_codes),
            TariffRow.origin == TariffOrigin.PERSON,
            TariffRow.status != TariffStatus.DISCARDED,
        )
    )
    return {to_tariff(row).key for row in rows}


async def list_tariffs(session: AsyncSession, wanted: TariffFilter) -> Sequence[TariffRow]:
    """Return up to ``limit`` + 1 tariffs in the order of their codes."""
    statement = select(TariffRow).order_by(TariffRow.code).limit(wanted.limit + 1)
    statement = statement.where(_in_phase(wanted.phase, wanted.today or date.max))
    for word in wanted.words:
        statement = statement.where(func.strpos(TariffRow.words, word) > 0)
    if wanted.certainty is not None:
        statement = statement.where(TariffRow.certainty == wanted.certainty)
    if wanted.in_force_on is not None:
        statement = statement.where(_holds_on(wanted.in_force_on))
    if wanted.after is not None:
        statement = statement.where(TariffRow.code > wanted.after)
    return (await session.scalars(statement)).all()


async def count_tariffs(session: AsyncSession) -> Mapping[Certainty, int]:
    """Return how many approved tariffs there are of each certainty."""
    rows = await session.execute(
        select(TariffRow.certainty, func.count())
        .where(TariffRow.status == TariffStatus.APPROVED)
        .group_by(TariffRow.certainty)
    )
    return dict(list(rows))


async def highest_number(session: AsyncSession, prefix: str) -> int:
    """Return the largest number after ``prefix`` among all codes; 0 if there is none."""
    sql = "SELECT coalesce(max(substr(code, $2)::bigint), 0) FROM tariff WHERE code ~ $1"
    pattern = f"^{prefix}[0-9]{{1,9}}$"
    return int(await driver.fetchval(session, sql, pattern, len(prefix) + 1))


def insert_links(session: AsyncSession, approval_id: UUID, tariff_ids: Sequence[UUID]) -> None:
    """Remember which tariffs a request is about."""
    session.add_all(TariffRequestRow(approval_id=approval_id, tariff_id=id) for id in tariff_ids)  # noqa: A001 - their ids


async def requested_ids(session: AsyncSession, tariff_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of ``tariff_ids`` stand in a request that waits for its second person."""
    found = await session.scalars(
        select(TariffRequestRow.tariff_id)
        .join(ApprovalRow, ApprovalRow.id == TariffRequestRow.approval_id)
        .where(
            TariffRequestRow.tariff_id.in_(tariff_ids),
            ApprovalRow.state == ApprovalState.REQUESTED,
        )
    )
    return set(found)


async def tariffs_in(session: AsyncSession, approval_id: UUID) -> Sequence[TariffRow]:
    """Return the tariffs that a request is about, in the order of their codes."""
    rows = await session.scalars(
        select(TariffRow)
        .join(TariffRequestRow, TariffRequestRow.tariff_id == TariffRow.id)
        .where(TariffRequestRow.approval_id == approval_id)
        .order_by(TariffRow.code)
    )
    return rows.all()


async def requests_of(session: AsyncSession, tariff_id: UUID) -> Sequence[ApprovalRow]:
    """Return all requests that a tariff ever stood in, the oldest first."""
    rows = await session.scalars(
        select(ApprovalRow)
        .join(TariffRequestRow, TariffRequestRow.approval_id == ApprovalRow.id)
        .where(TariffRequestRow.tariff_id == tariff_id)
        .order_by(ApprovalRow.requested_at, ApprovalRow.id)
    )
    return rows.all()


async def audit_of(session: AsyncSession, code: str, acts: Sequence[str]) -> Sequence[AuditRow]:
    """Return what persons did with the tariff ``code`` beside its requests, the oldest first."""
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.subject == code, AuditRow.act.in_(acts))
        .order_by(AuditRow.at, AuditRow.id)
    )
    return rows.all()


def insert_audit(session: AsyncSession, rows: Sequence[AuditRow]) -> None:
    """Store who did what with the rest of the transaction."""
    session.add_all(rows)


def to_tariff(row: TariffRow) -> Tariff:
    """Return the value that ``row`` stores."""
    return Tariff(**{name: getattr(row, name) for name in _FIELDS})


def fill(row: TariffRow, tariff: Tariff, words: str) -> None:
    """Put everything that ``tariff`` says into a draft's ``row``; its id stays."""
    for name in _FIELDS:
        if name != "id":
            setattr(row, name, getattr(tariff, name))
    row.words = words


def _holds_on(day: date) -> ColumnElement[bool]:
    return and_(TariffRow.valid_from <= day, func.coalesce(TariffRow.valid_to, date.max) >= day)


def _in_phase(phase: TariffPhase | None, today: date) -> ColumnElement[bool]:
    """Tell rows of ``phase``; None: all but those that were discarded."""
    approved = TariffRow.status == TariffStatus.APPROVED
    waits = (
        select(true())
        .select_from(TariffRequestRow)
        .join(ApprovalRow, ApprovalRow.id == TariffRequestRow.approval_id)
        .where(
            TariffRequestRow.tariff_id == TariffRow.id,
            ApprovalRow.state == ApprovalState.REQUESTED,
        )
        .exists()
    )
    draft = TariffRow.status == TariffStatus.DRAFT
    if phase is None:
        return or_(approved, draft)
    return {
        TariffPhase.DRAFT: and_(draft, ~waits),
        TariffPhase.REQUESTED: waits,
        TariffPhase.UPCOMING: and_(approved, TariffRow.valid_from > today),
        TariffPhase.IN_FORCE: and_(approved, _holds_on(today)),
        TariffPhase.ENDED: and_(approved, func.coalesce(TariffRow.valid_to, date.max) < today),
        TariffPhase.DISCARDED: TariffRow.status == TariffStatus.DISCARDED,
    }[phase]
