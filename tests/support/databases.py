"""Fresh databases: one migrated template per package, copied for each test."""

import asyncio
import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count

import asyncpg
from sqlalchemy import MetaData

from shared.db.database import Database
from shared.db.migrate import migrate

Prepare = Callable[[Database], Awaitable[None]]
"""Fills a template once, for all tests that ask for it by this function."""


class Databases:
    """All databases of one test run, on one server."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._templates: set[str] = set()
        self._numbers = count(1)
        self._copier = ThreadPoolExecutor(1, "copier")
        self._next: dict[str, Future[str]] = {}
        self._dropper = ThreadPoolExecutor(1, "dropper")
        self._dropped: list[Future[None]] = []

    async def fresh(self, package: str, prepare: Prepare | None = None) -> str:
        """Return the URL of a new database with the tables of ``package``, filled by ``prepare``.

        The one after it is copied while this one is used: a copy takes 0.1 s, a run thousands.
        """
        kind = package if prepare is None else f"{package}_{prepare.__name__}"
        if kind not in self._templates:
            await self._make_template(kind, package, prepare)
        ready = self._next.pop(kind, None) or self._copier.submit(self._copy, kind)
        url = await asyncio.wrap_future(ready)
        self._next[kind] = self._copier.submit(self._copy, kind)
        return url

    async def _make_template(self, kind: str, package: str, prepare: Prepare | None) -> None:
        await self._run(f'CREATE DATABASE "template_{kind}"')
        url = f"{self._server_url}/template_{kind}"
        await asyncio.to_thread(migrate, url, package, _metadata(package))
        if prepare is not None:
            database = Database(url)
            await prepare(database)
            await database.close()
        self._templates.add(kind)

    def _copy(self, kind: str) -> str:
        name = f"test_{kind}_{next(self._numbers)}"
        copied = f'CREATE DATABASE "{name}" TEMPLATE "template_{kind}" STRATEGY file_copy'
        asyncio.run(self._run(copied))
        return f"{self._server_url}/{name}"

    async def drop(self, url: str) -> None:
        """Drop the database at ``url``."""
        await self._run(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    def forget(self, url: str) -> None:
        """Drop the database at ``url`` while the next test runs; ``close`` says if that failed."""
        self._dropped.append(self._dropper.submit(lambda: asyncio.run(self.drop(url))))

    def close(self) -> None:
        """Wait until all is dropped that was to be forgotten."""
        for each in self._dropped:
            each.result()

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(f"{self._server_url}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def write_without_waiting(server_url: str) -> None:
    """Let a server that lives for one test run leave its pages to the system: no power fails here.

    What is committed survives the death of its process all the same.
    """
    connection = await asyncpg.connect(f"{server_url}/postgres")
    try:
        for name in ("fsync", "full_page_writes"):
            await connection.execute(f"ALTER SYSTEM SET {name} = off")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def _metadata(package: str) -> MetaData:
    if package == "shared":
        return MetaData()
    room = importlib.import_module(f"{package}.tables")
    parts = [each.name for each in pkgutil.iter_modules(getattr(room, "__path__", ()))]
    modules = [importlib.import_module(f"{package}.tables.{part}") for part in parts] or [room]
    found: MetaData = next(vars(each)["Base"] for each in modules if "Base" in vars(each)).metadata
    return found
