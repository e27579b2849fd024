"""Know a dossier's people, as long as that is needed."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.payer import party_of
from receipt.repository import files, people
from shared import parked
from shared.contracts.party import PartyStated


async def know_party(
    session: AsyncSession, stated: PartyStated, *, sequence: int, now: datetime
) -> None:
    """Keep whom a receipt of this dossier will name; files that waited for it become due."""
    party = party_of(stated)
    if await people.store_party(session, stated.dossier_code, party, sequence=sequence):
        await files.wake_files_of(session, stated.dossier_code, now=now)


async def forget_party(session: AsyncSession, dossier_code: str, *, by: str, now: datetime) -> None:
    """Forget these people for good; what is printed stays, by law (ADR 7)."""
    await people.redact_party(session, dossier_code)
    await parked.delete_bodies_of(session, dossier_code, by=by, now=now)
