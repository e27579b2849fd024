"""A service's database: a pool, and transactions that a door opens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from weakref import WeakSet

from pydantic_core import from_json
from sqlalchemy import PoolProxiedConnection, event, exc
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.util.concurrency import greenlet_spawn

from shared.db.driver import Reading
from shared.vault import Vault

SAID: Final = "facts_said"
"""Key in ``session.info``: this transaction stored facts that the relay should fetch."""
VAULT: Final = "vault"
"""Key in ``session.info``: locks and opens what is stored encrypted."""
_KEPT: Final = 3
"""Connections of the pool that readings keep between them."""


class Database:
    """One pool on one database."""

    def __init__(
        self, url: str, *, vault: Vault | None = None, pool_size: int = 12, name: str = "lephi"
    ) -> None:
        self.dsn = url
        self._listeners: WeakSet[asyncio.Event] = WeakSet()
        self._kept: list[PoolProxiedConnection] = []
        self.engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=pool_size,
            max_overflow=0,  # What overflows is closed when given back: one connection a request.
            json_deserializer=from_json,
            hide_parameters=True,  # An error names its statement, never a person.
            pool_timeout=10,
            pool_use_lifo=True,  # Few connections are warm rather than all of them cool.
            connect_args={
                "timeout": 5,
                "command_timeout": 60,
                "server_settings": {"application_name": name, "timezone": "UTC"},
            },
        )
        self._sessions = async_sessionmaker(
            self.engine, expire_on_commit=False, info={VAULT: vault}
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_unfit)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction: committed at the end, rolled back if anything is raised."""
        async with self._sessions.begin() as session:
            yield session
        if session.info.pop(SAID, False):
            for each in list(self._listeners):
                each.set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Reading]:
        """Lend a connection for statements that only read: one round trip each, no transaction.

        A few stay with us between readings: to take one from the pool costs as much as to read.
        """
        pooled = await self._lend()
        try:
            yield Reading(pooled.driver_connection)
        except BaseException:
            await greenlet_spawn(pooled.close)
            raise
        if len(self._kept) < _KEPT:
            self._kept.append(pooled)
        else:
            await greenlet_spawn(pooled.close)

    async def _lend(self) -> PoolProxiedConnection:
        while self._kept:
            pooled = self._kept.pop()
            driver: Any = pooled.driver_connection
            if not driver.is_closed():
                return pooled
            await greenlet_spawn(pooled.close)  # The pool opens another in its place.
        return await self.engine.raw_connection()

    def new_facts(self) -> asyncio.Event:
        """Return what is set after each commit of this process that stored a fact.

        Its holder clears it, and need not wait for its next look by the clock.
        """
        listener = asyncio.Event()
        self._listeners.add(listener)
        return listener

    async def close(self) -> None:
        """Close all connections."""
        while self._kept:
            await greenlet_spawn(self._kept.pop().close)
        await self.engine.dispose()


def _refuse_unfit(connection: Any, _record: object, _proxy: object) -> None:  # noqa: ANN401 - SQLAlchemy's adapter has no public type
    """Replace a connection that the server has closed, or that is still in a transaction.

    Who is cancelled during BEGIN leaves it begun and unknown to SQLAlchemy: the next one's
    transaction would be a savepoint in it, and its commit would commit nothing.
    """
    driver = connection.driver_connection
    if driver.is_closed():
        raise exc.DisconnectionError("closed by the server")
    if driver.is_in_transaction() or driver._top_xact is not None:  # noqa: SLF001 - asyncpg keeps it to itself
        raise exc.DisconnectionError("left in the middle of a transaction")


def is_disconnection(error: BaseException) -> bool:
    """Tell whether ``error`` says that the database is away, not that a statement was wrong.

    asyncpg's ``InternalClientError`` counts: it is raised on a broken connection and is neither a
    ``PostgresError`` nor an ``InterfaceError`` (reliability.md 4).
    """
    if isinstance(error, exc.DBAPIError):
        return error.connection_invalidated or _is_away(error.orig)
    return isinstance(error, exc.TimeoutError) or _is_away(error)


def _is_away(error: BaseException | None) -> bool:
    import asyncpg  # noqa: PLC0415 - only here are its classes needed

    causes = (
        OSError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        asyncpg.PostgresConnectionError,
        asyncpg.OperatorInterventionError,
        asyncpg.TooManyConnectionsError,
        asyncpg.CannotConnectNowError,
    )
    while error is not None:
        if isinstance(error, causes):
            return True
        error = error.__cause__
    return False
