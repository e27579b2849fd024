"""The clock door: what fee does when it starts, and after tariffs were approved."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from fee.schemas.tariff_lines import read_tariffs
from fee.use_cases import assess, publishing, waiting
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.ids import new_id
from shared.jobs import Job

_log: Final = structlog.get_logger()


async def load_tariffs(database: Database, *, path: Path | None) -> None:
    """Publish what is new in the file at ``path``. Safe to repeat."""
    if path is None:
        return
    rows = read_tariffs(await asyncio.to_thread(path.read_bytes))
    load_id = new_id()
    cause = Cause(correlation_id=load_id, causation_id=load_id)
    async with database.transaction() as session:
        taken = await publishing.publish_list(session, rows, cause=cause, now=utc_now())
    _log.info("tariffs.loaded", rows=len(rows), published=taken.published, left=taken.left)


async def reassess_waiting(database: Database, only: UUID | None) -> bool:
    """Do one step through the dossiers that wait for an approved fee; False when none is due.

    Each dossier is a transaction of its own; dying between two repeats a step, and what was said
    already is not said again.
    """
    async with database.transaction() as session:
        step = await waiting.take_step(session, only, now=utc_now())
    if step is None:
        return False
    for dossier_code in step.codes:
        async with database.transaction() as session:
            await assess.reassess(
                session, dossier_code, causation_id=step.causation_id, now=utc_now()
            )
    async with database.transaction() as session:
        await waiting.finish_step(session, step, now=utc_now())
    return True


REASSESS_WAITING: Final = Job(
    name="reassess-waiting", run=reassess_waiting, pause=timedelta(seconds=1)
)
