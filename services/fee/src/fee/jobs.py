"""The clock door: what fee does when it starts."""

import asyncio
from pathlib import Path
from typing import Final

import structlog

from fee.schemas import read_tariffs
from fee.use_cases import assess, tariffs
from shared.clock import utc_now
from shared.contracts.envelope import Cause
from shared.db.database import Database
from shared.ids import new_id

_PAGE: Final = 200
_log: Final = structlog.get_logger()


async def load_tariffs(database: Database, *, path: Path | None) -> None:
    """Publish what is new in the file at ``path``, then look again at dossiers that waited for it.

    Safe to repeat, and to break off: both parts do only what is left.
    """
    if path is None:
        return
    rows = read_tariffs(await asyncio.to_thread(path.read_text, encoding="utf-8"))
    load_id = new_id()
    cause = Cause(correlation_id=load_id, causation_id=load_id)
    async with database.transaction() as session:
        published = await tariffs.publish_tariffs(session, rows, cause=cause, now=utc_now())
    _log.info("tariffs.loaded", rows=len(rows), published=published)
    await _reassess_waiting(database, cause)


async def _reassess_waiting(database: Database, cause: Cause) -> None:
    after = ""
    while True:
        async with database.transaction() as session:
            codes = await assess.waiting_dossiers(session, after=after, limit=_PAGE)
        for dossier_code in codes:
            async with database.transaction() as session:
                await assess.reassess(
                    session, dossier_code, causation_id=cause.causation_id, now=utc_now()
                )
        if len(codes) < _PAGE:
            return
        after = codes[-1]
