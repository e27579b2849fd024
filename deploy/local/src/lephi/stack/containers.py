"""What docker-compose.yml needs before services start: ``python -m lephi.stack.containers``."""

import os
import secrets
import sys
from pathlib import Path
from typing import Final

from lephi.servers.postgres import ensure_databases
from lephi.stack import migrations
from lephi.stack.layout import BANK, SERVICES, Layout
from lephi.stack.processes import our_processes
from lephi.stack.variables import (
    administration_url,
    database_passwords,
    ensure_secrets,
    write_endpoints,
    write_private,
)

_ANYBODY_READS: Final = 0o644


def make_secrets(layout: Layout, password_file: Path) -> None:
    """Make up what is secret, once, and write what each container is told.

    ``password_file`` is in a volume that only PostgreSQL and the migration see.
    """
    layout.run.mkdir(parents=True, exist_ok=True)
    keys = ensure_secrets(layout)
    known = {**write_endpoints(layout, keys), **keys}
    for process in our_processes(layout, known):
        write_private(layout.run / f"{process.name}.env", process.variables)
    if not password_file.exists():
        password_file.write_text(secrets.token_hex(32), encoding="ascii")
        password_file.chmod(_ANYBODY_READS)  # PostgreSQL's image reads it as another user.


def migrate(layout: Layout, password_file: Path) -> None:
    """Make roles and databases, and migrate them."""
    keys = ensure_secrets(layout)
    url = administration_url(layout, password_file.read_text(encoding="ascii"))
    prover = keys["PROVER_DATABASE_PASSWORD"]
    ensure_databases(url, database_passwords(keys), prover_password=prover)
    known = {**write_endpoints(layout, keys), **keys}
    processes = {each.name: each for each in our_processes(layout, known)}
    services = {name: processes[name] for name in (*SERVICES, BANK)}
    migrations.bring_up_to_date(layout.home / "migrated", services, print)


def main() -> None:
    """Do what the first word says: ``secrets`` or ``migrate``."""
    home = Path(os.environ["LEPHI_HOME"])
    layout = Layout(home, int(os.environ["LEPHI_PORT"]), dict(os.environ), in_containers=True)
    work = {"secrets": make_secrets, "migrate": migrate}[sys.argv[1]]
    work(layout, Path(os.environ["POSTGRES_PASSWORD_FILE"]))


if __name__ == "__main__":
    main()
