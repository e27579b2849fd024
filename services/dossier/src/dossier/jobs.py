"""The clock door: what a worker does at its start."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from dossier.adapters.files import tables
from dossier.use_cases import publish
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.ids import new_id

_log: Final = structlog.get_logger()


async def publish_files(
    database: Database, *, agencies_file: Path | None, procedures_file: Path | None
) -> None:
    """Load procedures, and publish each agency that differs from what was published."""
    if procedures_file is not None:
        text = await asyncio.to_thread(procedures_file.read_text, encoding="utf-8")
        async with database.transaction() as session:
            await publish.load_procedures(session, tables.read_procedures(text))
    if agencies_file is not None:
        text = await asyncio.to_thread(agencies_file.read_text, encoding="utf-8")
        await _publish_agencies(database, text)


async def _publish_agencies(database: Database, text: str) -> None:
    agencies = tables.read_agencies(text)
    started = new_id()
    cause = Cause(correlation_id=started, causation_id=started)
    for agency in agencies:
        async with database.transaction() as session:
            published = await publish.publish_agency(session, agency, cause=cause, now=utc_now())
        if published:
            _log.info("agency.published", agency_code=agency.agency_code)
    codes = [agency.agency_code for agency in agencies]
    more = True
    while more:
        async with database.transaction() as session:
            more = await publish.complete_dossiers(session, codes, cause=cause, now=utc_now())
