"""Migrates the databases before their services start; skipped when nothing can have changed."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final

import asyncpg

from lephi.servers.probe import in_loop
from lephi.servers.process import ServerError
from lephi.stack.processes import Process
from lephi.stack.variables import prefix_of, role_of

_LOG_LINES: Final = 20


def bring_up_to_date(
    stamp: Path, services: Mapping[str, Process], say: Callable[[str], None]
) -> None:
    """Migrate every database, two at a time.

    ``stamp`` holds a digest of all migrations and of the versions that the databases had after
    them: a database put back from an older copy has other versions, and is migrated.
    """
    if stamp.exists() and stamp.read_text(encoding="ascii") == _digest(services):
        return
    say("Migrating the databases")
    with ThreadPoolExecutor(max_workers=2) as workers:
        for name, done in zip(services, workers.map(_migrate, services.values()), strict=True):
            if done.returncode != 0:
                lines = (done.stdout + done.stderr).splitlines()
                raise ServerError("\n".join([f"{name}: migrate failed", *lines[-_LOG_LINES:]]))
    stamp.write_text(_digest(services), encoding="ascii")


def _migrate(process: Process) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", role_of(process.name), "migrate"],
        env={**os.environ, **process.variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


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
