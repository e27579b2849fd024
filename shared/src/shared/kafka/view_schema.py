"""The tables of a service's views: made at start, and made anew when a view has changed."""

from collections.abc import Sequence
from typing import Final

import structlog
from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex

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


async def make_fresh(session: AsyncSession, views: Sequence[View], schema: str) -> None:
    """Make empty tables of ``views`` in ``schema``, without the indexes that slow a load down."""
    await drop_fresh(session, schema)
    await session.execute(text(f"CREATE SCHEMA {schema}"))
    connection = await session.connection()
    for table in _copies(views, schema):
        table.indexes.clear()
        await connection.run_sync(table.create)


async def index_fresh(database: Database, views: Sequence[View], schema: str) -> None:
    """Make the indexes of the tables in ``schema``."""
    async with database.transaction() as session:
        for index in (index for table in _copies(views, schema) for index in table.indexes):
            await session.execute(CreateIndex(index, if_not_exists=True))


async def swap_fresh(session: AsyncSession, views: Sequence[View], schema: str) -> None:
    """Put the tables in ``schema`` in the place of the live ones; readers wait for the commit."""
    for table in tables(views):
        await session.execute(text(f"DROP TABLE {VIEW_SCHEMA}.{table.name}"))
        await session.execute(text(f"ALTER TABLE {schema}.{table.name} SET SCHEMA {VIEW_SCHEMA}"))


async def drop_fresh(session: AsyncSession, schema: str) -> None:
    """Forget the tables in ``schema``."""
    await session.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))


def _copies(views: Sequence[View], schema: str) -> list[Table]:
    metadata = MetaData(naming_convention=ViewBase.metadata.naming_convention)
    return [table.to_metadata(metadata, schema=schema) for table in tables(views)]
