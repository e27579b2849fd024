"""The tables of a service's views: made at start, and made anew when a view has changed."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.db.database import Database
from shared.db.metadata import VIEW_SCHEMA, ViewBase
from shared.db.tables import ViewStateRow
from shared.views import View, signature, tables

_log: Final = structlog.get_logger()


async def prepare_views(database: Database, views: Sequence[View], *, consumer: str) -> None:
    """Make the tables of ``views``; empty, to be folded anew, if their versions changed."""
    wanted = signature(views)
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('views'))"))
        row = await session.get(ViewStateRow, consumer)
        if row is not None and row.signature == wanted:
            return
        await _make(session, views)
        await inbox.forget(session, consumer)
        await session.merge(ViewStateRow(consumer=consumer, signature=wanted))
    _log.info("views.made", consumer=consumer, signature=wanted)


async def _make(session: AsyncSession, views: Sequence[View]) -> None:
    await session.execute(text(f"DROP SCHEMA IF EXISTS {VIEW_SCHEMA} CASCADE"))
    await session.execute(text(f"CREATE SCHEMA {VIEW_SCHEMA}"))
    connection = await session.connection()
    wanted = tables(views)
    await connection.run_sync(lambda sync: ViewBase.metadata.create_all(sync, tables=wanted))
