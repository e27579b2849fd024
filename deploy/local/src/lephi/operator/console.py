"""How commands speak: a table or a sentence to people, one JSON document to machines."""

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.errors import DomainError, Kind

T = TypeVar("T")

FAILED: Final = 1
"""Exit status: the answer is bad news."""
UNAVAILABLE: Final = 2
"""Exit status: there is no answer (no stack, no permission, no such thing)."""

_WIDE: Final = 160
_MISSING: Final = frozenset({Kind.NOT_FOUND})


def out() -> Console:
    """Return the console of standard output, as it is now; wide where nobody's screen limits it."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDE)


def err() -> Console:
    """Return the console of standard error: progress and complaints."""
    return Console(stderr=True, highlight=False)


def show_json(document: object) -> None:
    """Print ``document`` as JSON for machines."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str, indent=2) + "\n")


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; columns whose heading begins with ``#`` or ``+`` stand right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        right = heading[:1] in "#+"
        is_last = heading == headings[-1]
        table.add_column(
            heading.lstrip("#"), justify="right" if right else "left", no_wrap=not is_last
        )
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out().print(table)


def progress() -> Progress:
    """Return a progress display on standard error; it stays silent away from a terminal."""
    console = err()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal)


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Do ``work`` for a command; expected failures end it with a sentence and a status."""
    try:
        return asyncio.run(work())
    except DomainError as error:
        err().print(f"[bold red]{error.code}[/]: {error.detail}")
        status = FAILED if error.kind in _MISSING else UNAVAILABLE
        raise typer.Exit(status) from None
