"""Statements on dossiers and their people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.dossier import DossierFacts, Labels, State
from dossier.tables import DossierRow, PartyRow
from shared.contracts.dossier import FeeLine
from shared.contracts.parts import Context, PaidElsewhere, Payee
from shared.contracts.party import PartyStated

_FEE_LINES: TypeAdapter[tuple[FeeLine, ...]] = TypeAdapter(tuple[FeeLine, ...])


async def insert_dossier(
    session: AsyncSession, dossier_id: UUID, dossier_code: str, *, columns: dict[str, Any]
) -> bool:
    """Store a dossier heard of for the first time; False if it is known already.

    ``columns`` come from ``columns_of`` and ``label_columns``, with its state and instants; its
    code's endings go in under ``tokens``.
    """
    tokens = columns.pop("tokens")
    statement = (
        insert(DossierRow)
        .values(id=dossier_id, dossier_code=dossier_code, code_search=_vector(tokens), **columns)
        .on_conflict_do_nothing(index_elements=[DossierRow.dossier_code])
        .returning(DossierRow.id)
    )
    return await session.scalar(statement) is not None


async def lock_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier, locked until the transaction ends."""
    statement = select(DossierRow).where(DossierRow.dossier_code == dossier_code).with_for_update()
    row: DossierRow | None = await session.scalar(statement)
    return row


async def find_dossier(session: AsyncSession, dossier_code: str) -> DossierRow | None:
    """Return the dossier."""
    statement = select(DossierRow).where(DossierRow.dossier_code == dossier_code)
    row: DossierRow | None = await session.scalar(statement)
    return row


async def lock_incomplete(
    session: AsyncSession, agency_codes: Sequence[str], *, limit: int
) -> Sequence[DossierRow]:
    """Return, locked, dossiers that wait for what one of ``agency_codes`` completes."""
    without_payee = DossierRow.payee.is_(None) & DossierRow.collecting_agency.in_(agency_codes)
    without_territory = DossierRow.territory_code.is_(None) & DossierRow.deciding_agency.in_(
        agency_codes
    )
    statement = (
        select(DossierRow)
        .where(or_(without_payee, without_territory))
        .order_by(DossierRow.dossier_code)
        .limit(limit)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def upsert_party(
    session: AsyncSession,
    party: PartyStated,
    *,
    tokens: Sequence[str],
    id_numbers: Sequence[str],
    now: datetime,
) -> bool:
    """Store who the dossier's people are; False if that is what was stored."""
    values = {
        "payer": party.payer.model_dump(mode="json"),
        "owner": party.owner.model_dump(mode="json"),
        "id_numbers": list(id_numbers),
        "search": _vector(tokens),
        "stated_at": now,
    }
    statement = insert(PartyRow).values(dossier_code=party.dossier_code, **values)
    changed = statement.on_conflict_do_update(
        index_elements=[PartyRow.dossier_code],
        set_=values,
        where=or_(
            PartyRow.payer != statement.excluded.payer, PartyRow.owner != statement.excluded.owner
        ),
    ).returning(PartyRow.dossier_code)
    return await session.scalar(changed) is not None


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
    }


def store(row: DossierRow, columns: dict[str, Any], *, state: State, now: datetime) -> None:
    """Write ``columns`` and ``state`` to a locked row."""
    for name, value in columns.items():
        setattr(row, name, value)
    row.state = state
    row.changed_at = now


def _vector(tokens: Sequence[str]) -> ColumnElement[object]:
    return func.array_to_tsvector(literal(list(tokens), ARRAY(TEXT)))
