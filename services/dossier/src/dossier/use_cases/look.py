"""What doors show of decision tables: a dossier, its people, what the province was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.agency import Agency, Procedure
from dossier.domain.dossier import DossierNotFoundError
from dossier.repository import agencies, audit, dossiers, partner
from dossier.tables import DossierRow, PartnerFactRow
from shared.contracts.party import PartyStated
from shared.days import vietnam_day
from shared.db.tables import AuditRow
from shared.ids import new_id


@dataclass(frozen=True)
class Shown:
    """A dossier as its staff see it."""

    dossier: DossierRow
    party: PartyStated | None
    """Absent after redaction."""
    partner_facts: Sequence[PartnerFactRow]


async def agencies_of(
    session: AsyncSession, agency_code: str | None, *, now: datetime
) -> Sequence[str]:
    """Return the agencies whose dossiers staff of ``agency_code`` may see.

    It, those below it, and those that any of them succeeded. Staff without an agency see none.
    """
    if agency_code is None:
        return []
    return await agencies.codes_below(session, agency_code, today=vietnam_day(now))


async def show_dossier(
    session: AsyncSession, dossier_code: str, *, visible: Sequence[str]
) -> Shown:
    """Return the dossier if one of ``visible`` received or collects it.

    Raises DossierNotFoundError, the same for another agency's dossier and for none.
    """
    row = await find_visible(session, dossier_code, visible=visible)
    return Shown(
        dossier=row,
        party=await dossiers.find_party(session, dossier_code),
        partner_facts=await partner.facts_of_dossier(session, dossier_code),
    )


async def note_people_shown(
    session: AsyncSession, dossier_code: str, *, act: str, by: str, now: datetime
) -> None:
    """Record that a member of staff saw the people of a dossier (domain: audit)."""
    row = AuditRow(
        id=new_id(), at=now, actor=by, act=act, subject=dossier_code, reason=None, details={}
    )
    audit.insert_audit(session, row)


async def find_visible(
    session: AsyncSession, dossier_code: str, *, visible: Sequence[str]
) -> DossierRow:
    """Return the dossier's row alone; raise DossierNotFoundError as ``show_dossier`` does."""
    row = await dossiers.find_dossier(session, dossier_code)
    if row is None or not {row.receiving_agency, row.collecting_agency} & set(visible):
        raise DossierNotFoundError(dossier_code)
    return row


async def owner_names(session: AsyncSession, codes: Sequence[str]) -> Mapping[str, str]:
    """Return the names of the owners of ``codes``, for staff who need them."""
    return await dossiers.owner_names(session, codes)


async def codes_of_citizen(
    session: AsyncSession, id_number: str | None, *, after: str | None, limit: int
) -> Sequence[str]:
    """Return the codes of the dossiers that a citizen owns or pays; none without an id number."""
    if id_number is None:
        return []
    return await dossiers.codes_of_citizen(session, id_number, after=after, limit=limit)


async def procedures(session: AsyncSession) -> Sequence[Procedure]:
    """Return the procedures that we know, by name."""
    return await agencies.list_procedures(session)


async def find_agency(session: AsyncSession, agency_code: str) -> Agency | None:
    """Return an agency as it was last entered; None if we do not know it."""
    return (await agencies.find_agencies(session, [agency_code])).get(agency_code)
