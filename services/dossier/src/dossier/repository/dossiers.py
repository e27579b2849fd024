"""Statements on dossiers and their people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import ColumnElement, delete, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.dossier import DossierFacts, Labels, State
from dossier.tables import DossierRow, PartyRow
from shared.contracts.dossier import FeeLine
from shared.contracts.parts import Context, PaidElsewhere, Payee
from shared.contracts.party import PartyStated
from shared.db import driver

_INSERT: Final = """
INSERT INTO dossier (id, dossier_code, code_search, state, stated_at, procedure_code,
  procedure_name, field_name, receiving_agency, receiving_agency_name, deciding_agency,
  deciding_agency_name, collecting_agency, collecting_agency_name, payee, channel, submitted_at,
  due_at, status, territory_code, payment_timing, fee_lines, paid_elsewhere, counted_on,
  received_at, changed_at)
SELECT r.id, r.dossier_code, array_to_tsvector(t.tokens), r.state, r.stated_at, r.procedure_code,
  r.procedure_name, r.field_name, r.receiving_agency, r.receiving_agency_name, r.deciding_agency,
  r.deciding_agency_name, r.collecting_agency, r.collecting_agency_name,
  nullif(r.payee, 'null'::jsonb), r.channel, r.submitted_at, r.due_at, r.status,
  r.territory_code, r.payment_timing, r.fee_lines, nullif(r.paid_elsewhere, 'null'::jsonb),
  r.counted_on, r.received_at, r.changed_at
FROM jsonb_array_elements($1::jsonb) AS e,
  LATERAL jsonb_populate_record(NULL::dossier, e) AS r,
  LATERAL jsonb_to_record(e) AS t (tokens text[])
ON CONFLICT (dossier_code) DO NOTHING RETURNING dossier_code
"""
_UPSERT_PARTIES: Final = """
INSERT INTO party (dossier_code, payer, owner, id_numbers, search, stated_at)
SELECT dossier_code, payer, owner, id_numbers, array_to_tsvector(tokens), stated_at
FROM jsonb_to_recordset($1::jsonb) AS r (dossier_code text, payer jsonb, owner jsonb,
  id_numbers text[], tokens text[], stated_at timestamptz)
ORDER BY dossier_code
ON CONFLICT (dossier_code) DO UPDATE SET payer = excluded.payer, owner = excluded.owner,
  id_numbers = excluded.id_numbers, search = excluded.search, stated_at = excluded.stated_at
WHERE party.payer <> excluded.payer OR party.owner <> excluded.owner
RETURNING dossier_code
"""

_FEE_LINES: TypeAdapter[tuple[FeeLine, ...]] = TypeAdapter(tuple[FeeLine, ...])


async def insert_dossiers(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Store dossiers heard of for the first time; return the codes of those that were new.

    A row is made of ``columns_of`` and ``label_columns``, its id, code, state and instants, and
    its code's endings under ``tokens``.
    """
    stored = await driver.fetch(session, _INSERT, _as_json(rows))
    return {row["dossier_code"] for row in stored}


async def lock_dossiers(session: AsyncSession, codes: Collection[str]) -> dict[str, DossierRow]:
    """Return the known dossiers among ``codes``, by code, locked until the transaction ends."""
    statement = (
        select(DossierRow)
        .where(DossierRow.dossier_code.in_(codes))
        .order_by(DossierRow.dossier_code)
        .with_for_update()
    )
    return {row.dossier_code: row for row in await session.scalars(statement)}


async def lock_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier, locked until the transaction ends."""
    return (await lock_dossiers(session, [dossier_code])).get(dossier_code)


async def forgotten_among(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Return those of ``codes`` whose people are to be forgotten."""
    statement = select(DossierRow.dossier_code).where(
        DossierRow.dossier_code.in_(codes), DossierRow.party_redacted_at.is_not(None)
    )
    return set(await session.scalars(statement))


async def find_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier."""
    statement = select(DossierRow).where(DossierRow.dossier_code == dossier_code)
    row: DossierRow | None = await session.scalar(statement)
    return row


@dataclass(frozen=True)
class Able:
    """Agencies for which a payee can be said now, and those whose territory is known."""

    to_collect: Sequence[str]
    to_decide: Sequence[str]


async def lock_incomplete(session: AsyncSession, able: Able, *, limit: int) -> Sequence[DossierRow]:
    """Return, locked, dossiers that wait for what ``able`` agencies complete."""
    without_payee = DossierRow.payee.is_(None) & DossierRow.collecting_agency.in_(able.to_collect)
    without_territory = DossierRow.territory_code.is_(None) & DossierRow.deciding_agency.in_(
        able.to_decide
    )
    statement = (
        select(DossierRow)
        .where(or_(without_payee, without_territory))
        .order_by(DossierRow.dossier_code)
        .limit(limit)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def upsert_parties(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Store who the people of dossiers are; return the codes of those where that is different.

    A row holds ``payer`` and ``owner``, ``id_numbers``, ``tokens`` to search by, ``stated_at``.
    """
    if not rows:
        return set()
    changed = await driver.fetch(session, _UPSERT_PARTIES, _as_json(rows))
    return {row["dossier_code"] for row in changed}


async def delete_party(session: AsyncSession, dossier_code: str) -> None:
    """Forget the dossier's people, and the words by which they were found."""
    await session.execute(delete(PartyRow).where(PartyRow.dossier_code == dossier_code))


async def find_party(session: AsyncSession, dossier_code: str) -> PartyStated | None:
    """Return the people of the dossier; None before they are stated and after redaction."""
    row = await session.get(PartyRow, dossier_code)
    if row is None:
        return None
    return PartyStated.model_validate(
        {"dossier_code": dossier_code, "payer": row.payer, "owner": row.owner}
    )


async def owner_names(session: AsyncSession, codes: Sequence[str]) -> Mapping[str, str]:
    """Return the owners' names of the dossiers among ``codes`` whose people are known."""
    statement = select(PartyRow.dossier_code, PartyRow.owner["name"].astext.label("name")).where(
        PartyRow.dossier_code.in_(codes)
    )
    names = await session.execute(statement)
    return {row.dossier_code: row.name for row in names}


async def codes_of_citizen(
    session: AsyncSession, id_number: str, *, after: str | None, limit: int
) -> Sequence[str]:
    """Return the codes of the dossiers that ``id_number`` owns or pays, newest filing first."""
    later: ColumnElement[bool] = true()
    if after is not None:
        place = select(DossierRow.submitted_at).where(DossierRow.dossier_code == after)
        later = or_(
            DossierRow.submitted_at < place.scalar_subquery(),
            (DossierRow.submitted_at == place.scalar_subquery())
            & (DossierRow.dossier_code < after),
        )
    statement = (
        select(DossierRow.dossier_code)
        .join(PartyRow, PartyRow.dossier_code == DossierRow.dossier_code)
        .where(PartyRow.id_numbers.contains([id_number]), later)
        .order_by(DossierRow.submitted_at.desc(), DossierRow.dossier_code.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


def facts_of(row: DossierRow) -> DossierFacts:
    """Return what ``row`` holds, as the facts it was made from."""
    return DossierFacts(
        context=Context(
            procedure_code=row.procedure_code,
            procedure_name=row.procedure_name,
            agency_code=row.receiving_agency,
            agency_name=row.receiving_agency_name,
        ),
        receiving_agency=row.receiving_agency,
        deciding_agency=row.deciding_agency,
        payee=None if row.payee is None else Payee.model_validate(row.payee),
        channel=row.channel,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        status=row.status,
        territory_code=row.territory_code,
        payment_timing=row.payment_timing,
        fee_lines=_FEE_LINES.validate_python(row.fee_lines),
        paid_elsewhere=None
        if row.paid_elsewhere is None
        else PaidElsewhere.model_validate(row.paid_elsewhere),
    )


def columns_of(facts: DossierFacts) -> dict[str, Any]:
    """Return ``facts`` as columns of the dossier's table."""
    paid = facts.paid_elsewhere
    return {
        "procedure_code": facts.context.procedure_code,
        "procedure_name": facts.context.procedure_name,
        "receiving_agency": facts.receiving_agency,
        "receiving_agency_name": facts.context.agency_name,
        "deciding_agency": facts.deciding_agency,
        "payee": None if facts.payee is None else facts.payee.model_dump(mode="json"),
        "channel": facts.channel,
        "submitted_at": facts.submitted_at,
        "due_at": facts.due_at,
        "status": facts.status,
        "territory_code": facts.territory_code,
        "payment_timing": facts.payment_timing,
        "fee_lines": [line.model_dump(mode="json") for line in facts.fee_lines],
        "paid_elsewhere": None if paid is None else paid.model_dump(mode="json"),
    }


def label_columns(labels: Labels) -> dict[str, Any]:
    """Return ``labels`` as columns of the dossier's table."""
    return {
        "field_name": labels.field_name,
        "deciding_agency_name": labels.deciding_agency_name,
        "collecting_agency": labels.collecting_agency,
        "collecting_agency_name": labels.collecting_agency_name,
        "counted_on": labels.counted_on,
    }


def store(row: DossierRow, columns: dict[str, Any], *, state: State, now: datetime) -> None:
    """Write ``columns`` and ``state`` to a locked row."""
    for name, value in columns.items():
        setattr(row, name, value)
    row.state = state
    row.changed_at = now


def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    return to_json(rows).decode()
