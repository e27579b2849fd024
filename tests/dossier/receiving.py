"""Dossiers at the door of a service that knows the demonstration's agencies and procedures."""

from pathlib import Path

from dossier import jobs
from dossier.repository import dossiers
from dossier.tables import DossierRow
from shared.contracts.dossier import (
    AgencyPublished,
    DossierChanged,
    DossierReceived,
)
from shared.contracts.party import PartyStated
from shared.db.database import Database
from tests.dossier.builders import CODE
from tests.support.facts import emitted

DATA = Path(__file__).parents[2] / "deploy/local/data"


LATER = "2026-11-22T09:00:00+07:00"


EARLIER = "2026-11-22T07:00:00+07:00"


RECEIVED, CHANGED = DossierReceived.type, DossierChanged.type


PARTY = PartyStated.type


async def publish(database: Database, agencies_file: Path) -> None:
    await jobs.publish_files(
        database, agencies_file=agencies_file, procedures_file=DATA / "procedures.csv"
    )


async def row_of(database: Database, code: str = CODE) -> DossierRow:
    async with database.transaction() as session:
        row = await dossiers.find_dossier(session, code)
    assert row is not None
    return row


async def said(database: Database) -> list[str]:
    return [name for name in await emitted(database) if name != AgencyPublished.type]
