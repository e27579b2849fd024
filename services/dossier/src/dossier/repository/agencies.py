"""Statements on agencies and procedures."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.agency import Agency, Procedure
from dossier.tables import AgencyRow, ProcedureRow
from shared.contracts.parts import Account


async def upsert_agency(session: AsyncSession, agency: Agency) -> bool:
    """Store ``agency``; False if that is what was stored."""
    values = {
        "name": agency.name,
        "parent_code": agency.parent_code,
        "tax_code": agency.tax_code,
        "address": agency.address,
        "phone": agency.phone,
        "territory_code": agency.territory_code,
        "accounts": [account.model_dump(mode="json") for account in agency.accounts],
        "valid_from": agency.valid_from,
        "valid_to": agency.valid_to,
        "succeeded_by": agency.succeeded_by,
    }
    statement = insert(AgencyRow).values(agency_code=agency.agency_code, **values)
    columns = AgencyRow.__table__.c
    differs = [columns[name].is_distinct_from(statement.excluded[name]) for name in values]
    anything = differs[0]
    for each in differs[1:]:
        anything |= each
    stored = statement.on_conflict_do_update(
        index_elements=[AgencyRow.agency_code], set_=values, where=anything
    ).returning(AgencyRow.agency_code)
    return await session.scalar(stored) is not None


async def find_agencies(
    session: AsyncSession, agency_codes: Collection[str]
) -> Mapping[str, Agency]:
    """Return the agencies among ``agency_codes`` that we know, and who succeeded them, by code."""
    named = select(AgencyRow.agency_code, AgencyRow.succeeded_by).where(
        AgencyRow.agency_code.in_(agency_codes)
    )
    chain = named.cte("chain", recursive=True)
    later = select(AgencyRow.agency_code, AgencyRow.succeeded_by).join(
        chain, AgencyRow.agency_code == chain.c.succeeded_by
    )
    codes = select(chain.union(later).c.agency_code)
    statement = select(AgencyRow).where(AgencyRow.agency_code.in_(codes))
    return {row.agency_code: _agency_of(row) for row in await session.scalars(statement)}


async def codes_below(session: AsyncSession, agency_code: str, *, today: date) -> Sequence[str]:
    """Return ``agency_code``, the codes of all agencies below it, and of those they succeeded.

    A merger shows the predecessor's dossiers from the day after its last one, not before.
    """
    top = select(AgencyRow.agency_code).where(AgencyRow.agency_code == agency_code)
    tree = top.cte("tree", recursive=True)
    succeeded = (AgencyRow.succeeded_by == tree.c.agency_code) & (AgencyRow.valid_to < today)
    below = select(AgencyRow.agency_code).join(
        tree, (AgencyRow.parent_code == tree.c.agency_code) | succeeded
    )
    whole = tree.union(below)
    found = set((await session.scalars(select(whole.c.agency_code))).all())
    return sorted(found | {agency_code})


async def upsert_procedure(session: AsyncSession, procedure: Procedure) -> None:
    """Store ``procedure``."""
    values = {
        "name": procedure.name,
        "field_name": procedure.field_name,
        "payment_timing": procedure.payment_timing,
    }
    statement = insert(ProcedureRow).values(procedure_code=procedure.procedure_code, **values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[ProcedureRow.procedure_code], set_=values)
    )


async def find_procedures(
    session: AsyncSession, procedure_codes: Collection[str]
) -> Mapping[str, Procedure]:
    """Return the procedures among ``procedure_codes`` that the list has, by code."""
    statement = select(ProcedureRow).where(ProcedureRow.procedure_code.in_(procedure_codes))
    return {row.procedure_code: _procedure_of(row) for row in await session.scalars(statement)}


async def list_procedures(session: AsyncSession) -> Sequence[Procedure]:
    """Return all procedures by name."""
    rows = await session.scalars(select(ProcedureRow).order_by(ProcedureRow.name))
    return [_procedure_of(row) for row in rows]


def _procedure_of(row: ProcedureRow) -> Procedure:
    return Procedure(
        procedure_code=row.procedure_code,
        name=row.name,
        field_name=row.field_name,
        payment_timing=row.payment_timing,
    )


def _agency_of(row: AgencyRow) -> Agency:
    return Agency(
        agency_code=row.agency_code,
        name=row.name,
        parent_code=row.parent_code,
        tax_code=row.tax_code,
        address=row.address,
        phone=row.phone,
        territory_code=row.territory_code,
        accounts=tuple(Account.model_validate(account) for account in row.accounts),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        succeeded_by=row.succeeded_by,
    )
