"""Fresh databases: one migrated template per package, copied for each test."""

import asyncio
import importlib
import pkgutil
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count

import asyncpg
from sqlalchemy import MetaData

from shared.db.migrate import migrate


class Databases:
    """All databases of one test run, on one server."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._templates: set[str] = set()
        self._numbers = count(1)
        self._copier = ThreadPoolExecutor(1, "copier")
        self._next: dict[str, Future[str]] = {}

    async def fresh(self, package: str) -> str:
        """Return the URL of a new database with the tables of ``package``.

        The one after it is copied while this one is used: a copy takes 0.1 s, a run thousands.
        """
        template = f"template_{package}"
        if package not in self._templates:
            await self._run(f'CREATE DATABASE "{template}"')
            url = f"{self._server_url}/{template}"
            await asyncio.to_thread(migrate, url, package, _metadata(package))
            self._templates.add(package)
        ready = self._next.pop(package, None) or self._copier.submit(self._copy, package)
        url = await asyncio.wrap_future(ready)
        self._next[package] = self._copier.submit(self._copy, package)
        return url

    def _copy(self, package: str) -> str:
        name = f"test_{package}_{next(self._numbers)}"
        copied = f'CREATE DATABASE "{name}" TEMPLATE "template_{package}" STRATEGY file_copy'
        asyncio.run(self._run(copied))
        return f"{self._server_url}/{name}"

    async def drop(self, url: str) -> None:
        """Drop the database at ``url``."""
        await self._run(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

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
