"""The clock door: what a worker does at its start, overdue answers, days to compare."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from dossier.adapters.files import tables
from dossier.adapters.province import facts
from dossier.use_cases import days, partner, publish
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.ids import new_id
from shared.jobs import Job

_log: Final = structlog.get_logger()

OVERDUE: Final = "partner-overdue"
COMPARE: Final = "partner-compare"


def all_jobs() -> tuple[Job, ...]:
    """Return what a worker does by the clock."""
    return (
        Job(name=OVERDUE, run=mark_overdue, pause=timedelta(seconds=15)),
        Job(name=COMPARE, run=compare_due_day, pause=timedelta(seconds=5)),
    )


async def mark_overdue(database: Database, _only: UUID | None) -> bool:
    """Let facts that the province did not answer in time grow late; False if there was none."""
    async with database.transaction() as session:
        return await partner.mark_overdue(session, now=utc_now())


async def compare_due_day(database: Database, _only: UUID | None) -> bool:
    """Compare a day of which the province has told; False if none is due."""
    async with database.transaction() as session:
        return await days.compare_due_day(session, facts.send_again, now=utc_now())


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
