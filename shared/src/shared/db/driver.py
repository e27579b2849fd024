"""Plain SQL on the driver, inside the session's transaction; for statements that are measured.

A lone reading needs no transaction: ``Database.reading`` gives what stands in a session's place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Reading:
    """A connection for statements that change nothing; each sees what is committed by then."""

    connection: asyncpg.Connection


async def connection_of(session: AsyncSession | Reading) -> asyncpg.Connection:
    """Return the session's asyncpg connection, its transaction begun.

    SQLAlchemy begins a transaction with its own first statement; a statement sent past it would
    otherwise commit by itself.
    """
    if isinstance(session, Reading):
        return session.connection
    raw = await (await session.connection()).get_raw_connection()
    adapter = cast("Any", raw.dbapi_connection)
    if adapter._transaction is None:  # noqa: SLF001 - there is no public way to begin
        await adapter._start_transaction()  # noqa: SLF001
    return raw.driver_connection


async def fetch(
    session: AsyncSession | Reading, sql: str, *arguments: object
) -> Sequence[asyncpg.Record]:
    """Return all rows of ``sql`` with its ``$1, $2, …``."""
    return cast(
        "Sequence[asyncpg.Record]", await (await connection_of(session)).fetch(sql, *arguments)
    )


async def fetchrow(
    session: AsyncSession | Reading, sql: str, *arguments: object
) -> asyncpg.Record | None:
    """Return the first row, None if there is none."""
    return await (await connection_of(session)).fetchrow(sql, *arguments)


async def fetchval(session: AsyncSession | Reading, sql: str, *arguments: object) -> Any:  # noqa: ANN401 - what the statement selects
    """Return the first column of the first row, None if there is none."""
    return await (await connection_of(session)).fetchval(sql, *arguments)


async def execute(session: AsyncSession, sql: str, *arguments: object) -> str:
    """Run ``sql``; return PostgreSQL's command tag, for example ``UPDATE 1``."""
    return cast("str", await (await connection_of(session)).execute(sql, *arguments))
