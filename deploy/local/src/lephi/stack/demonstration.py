"""What ``make up`` shows: made-up dossiers once, one payment to its receipt, addresses, people."""

import os
import subprocess
import sys
from typing import Final

from rich.console import Console
from rich.table import Table

from lephi.identity.people import PEOPLE
from lephi.servers.process import ServerError
from lephi.stack.layout import Layout

_DOSSIERS: Final = 200


def demonstrate(layout: Layout, console: Console) -> None:
    """Load the made-up dossiers the first time, then drive one payment to its receipt."""
    loaded = layout.home / "dossiers-loaded"
    if not loaded.exists():
        console.print(f"Loading {_DOSSIERS} made-up dossiers through Kafka")
        _run(layout, "seed", "--dossiers", str(_DOSSIERS))
        loaded.touch()
    console.print("One payment, from the dossier to its receipt:")
    _run(layout, "pay", "--demo")


def show_addresses(layout: Layout, public_url: str, console: Console) -> None:
    """Print where to look, and as whom."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, address in (
        ("Front door", layout.local_url),
        ("On a phone", public_url),
        ("Pay", f"{public_url}/thanh-toan"),
        ("Staff", f"{public_url}/can-bo"),
        ("Mail that was sent", f"{layout.local_url}/thu-thu"),
        ("The made-up province", f"{layout.local_url}/tinh-thu"),
        ("Files for scripts", f"{layout.home}/endpoints.env"),
    ):
        table.add_row(name, address)
    console.print(table)
    people = Table("user = password", "role", "agency", box=None, pad_edge=False)
    for person in PEOPLE.values():
        place = person.agency[0] if person.agency else person.id_number
        people.add_row(person.username, ", ".join(person.roles), place)
    console.print(people)
    if not public_url.startswith("https://"):
        console.print(
            "[yellow]PUBLIC_URL is not https: cookies go without Secure and __Host-.[/] "
            "Fine on one machine, wrong in an office."
        )


def _run(layout: Layout, *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "lephi", *words],
        env={**os.environ, "LEPHI_HOME": str(layout.home), "LEPHI_PORT": str(layout.port)},
        check=False,
    )
    if done.returncode != 0:
        raise ServerError(f"lephi {' '.join(words)} failed (status {done.returncode})")
