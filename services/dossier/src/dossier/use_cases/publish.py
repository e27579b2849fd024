"""Publish agencies and procedures: data of the administrator, not of the code."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.agency import Agency, Procedure, in_force, payee_of, publication_of
from dossier.domain.dossier import DossierFacts, difference
from dossier.repository import agencies, dossiers
from dossier.tables import DossierRow
from dossier.use_cases.versions import changed
from shared.contracts.envelope import Cause
from shared.days import vietnam_day
from shared.outbox import Emission, emit_all

PAGE: Final = 200
"""Dossiers completed in one transaction."""


async def publish_agency(
    session: AsyncSession, agency: Agency, *, cause: Cause, now: datetime
) -> bool:
    """Store ``agency`` and say so if it differs; False if it is as it was.

    An incomplete agency is stored and shown for completion, but not said: nobody could be paid.
    """
    if not await agencies.upsert_agency(session, agency):
        return False
    published = publication_of(agency)
    if published is not None:
        emission = Emission(published, cause, agency.agency_code)
        await emit_all(session, [emission], now=now)
    return True


async def load_procedures(session: AsyncSession, procedures: Sequence[Procedure]) -> None:
    """Store ``procedures``; those that are not named stay as they are."""
    for procedure in procedures:
        await agencies.upsert_procedure(session, procedure)


async def complete_dossiers(
    session: AsyncSession, agency_codes: Sequence[str], *, cause: Cause, now: datetime
) -> bool:
    """Give some waiting dossiers the payee and territory that ``agency_codes`` can give now.

    False when none waits any more; otherwise call again in a new transaction.
    """
    known, today = await agencies.find_agencies(session, agency_codes), vietnam_day(now)
    able = dossiers.Able(
        to_collect=[code for code in known if payee_of(in_force(code, known, today=today))],
        to_decide=[code for code, agency in known.items() if agency.territory_code is not None],
    )
    rows = await dossiers.lock_incomplete(session, able, limit=PAGE)
    emissions: list[Emission] = []
    for row in rows:
        old = dossiers.facts_of(row)
        new = _completed(row, old, known, today=today)
        change = difference(old, new)
        dossiers.store(row, dossiers.columns_of(new), state=row.state, now=now)
        emissions.append(Emission(changed(row, change.values), cause, row.receiving_agency))
    await emit_all(session, emissions, now=now)
    return len(rows) == PAGE


def _completed(
    row: DossierRow, old: DossierFacts, known: Mapping[str, Agency], *, today: date
) -> DossierFacts:
    collecting = in_force(row.collecting_agency, known, today=today)
    deciding = known.get(row.deciding_agency)
    return replace(
        old,
        payee=old.payee or payee_of(collecting),
        territory_code=old.territory_code or (deciding.territory_code if deciding else None),
    )
