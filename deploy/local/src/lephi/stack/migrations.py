"""Migrates the databases before their services start; skipped when nothing can have changed."""

import importlib.util
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import asyncpg

from lephi.servers.probe import in_loop
from lephi.servers.process import ServerError
from lephi.stack.processes import Process
from lephi.stack.variables import prefix_of, role_of


def bring_up_to_date(
    stamp: Path, services: Mapping[str, Process], say: Callable[[str], None]
) -> None:
    """Migrate every database.

    ``stamp`` holds a digest of all migrations and of the versions that the databases had after
    them: a database put back from an older copy has other versions, and is migrated.
    """
    if stamp.exists() and stamp.read_text(encoding="ascii") == _digest(services):
        return
    say("Migrating the databases")
    _migrate_all(services)
    stamp.write_text(_digest(services), encoding="ascii")


def _migrate_all(services: Mapping[str, Process]) -> None:
    # Imported when needed: they take longer than most commands.
    from alembic.util.exc import CommandError  # noqa: PLC0415
    from sqlalchemy import MetaData  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from shared.db.migrate import migrate  # noqa: PLC0415

    for name, process in services.items():
        try:
            # Going upwards needs no tables of the service, so that one process does it for all.
            migrate(process.variables[f"{prefix_of(name)}_DATABASE_URL"], role_of(name), MetaData())
        except (CommandError, SQLAlchemyError, OSError) as error:
            raise ServerError(f"{name}: migrate failed: {error}") from error


def _digest(services: Mapping[str, Process]) -> str:
    known = sha256()
    for name, process in services.items():
        for file in (*_files(role_of(name)), *_files("shared")):
            known.update(file.read_bytes())
        versions = in_loop(_versions(process.variables[f"{prefix_of(name)}_DATABASE_URL"]))
        known.update(repr((name, versions)).encode())
    return known.hexdigest()


def _files(package: str) -> list[Path]:
    """Return the migrations of a package, found without importing it."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    return sorted(
        file for folder in folders or () for file in Path(folder).rglob("migrations/**/*.py")
    )


async def _versions(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT version_num FROM alembic_version ORDER BY 1")
    except asyncpg.UndefinedTableError:
        return []
    finally:
        await connection.close()
    return [row["version_num"] for row in rows]
