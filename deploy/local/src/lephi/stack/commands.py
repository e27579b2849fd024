"""``lephi up | down | status | logs | clean | process``: the embedded stack from a terminal."""

import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import psutil
import typer
from rich.console import Console
from rich.table import Table

from lephi.servers.process import ServerError
from lephi.stack.demonstration import demonstrate, show_addresses
from lephi.stack.layout import Layout, read_layout
from lephi.stack.start import alone, bring_up, look_at, speaker, unhealthy
from lephi.stack.supervision import Supervisor

_INTERRUPTED: Final = 130
_MEBIBYTE: Final = 1024 * 1024


def register(app: typer.Typer) -> None:
    """Add the commands of the stack."""
    for command in (up, down, status, logs, clean, process):
        app.command()(command)


def up() -> None:
    """Start everything, wait until it is healthy, and show one payment (DEMO=0: do not)."""
    layout = read_layout()
    console = Console(highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # To end is to be interrupted.
    with _clear_words("everything is stopped"), alone(layout):
        plan = bring_up(layout, speaker(console))
    with _clear_words("the stack keeps running; make down stops it"):
        if layout.settings.get("DEMO", "1") != "0":
            demonstrate(layout, console)
        show_addresses(layout, plan.variables["PUBLIC_URL"], console)


def down() -> None:
    """Stop everything; the data stay."""
    layout = read_layout()
    with _clear_words(), alone(layout):
        _stop(layout)


def clean(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,  # noqa: FBT002 - flag
) -> None:
    """Stop everything and delete the folder with all its data."""
    layout = read_layout()
    if not layout.home.exists():
        return
    if not (layout.home / "secrets.env").exists() and any(layout.home.iterdir()):
        raise typer.BadParameter(f"{layout.home} does not look like a folder of the stack")
    if not yes and sys.stdin.isatty():
        typer.confirm(f"Delete {layout.home} with all its data?", abort=True)
    with _clear_words(), alone(layout):
        _stop(layout)
        shutil.rmtree(layout.home)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,  # noqa: FBT002
) -> None:
    """Show every process: its state, health and memory; 1 if something is wrong."""
    layout = read_layout()
    states = Supervisor(layout).states()
    if not states:
        typer.echo(f"nothing runs in {layout.home} (make up)")
        raise typer.Exit(1)
    sick = set(unhealthy(look_at(layout)))
    rows = [
        {
            "process": state.name,
            "state": state.state,
            "healthy": state.name not in sick,
            "pid": state.pid,
            "up_seconds": int(time.time() - state.since) if state.pid else 0,
            "memory_mib": _memory_mib(state.pid),
        }
        for state in states
    ]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        table = Table(*rows[0], box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        Console(highlight=False).print(table)
    raise typer.Exit(1 if sick else 0)


def logs(
    names: Annotated[list[str] | None, typer.Argument(help="processes; none: all")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="wait for more")] = False,  # noqa: FBT002
    lines: Annotated[int, typer.Option(help="how many of each")] = 20,
) -> None:
    """Print the end of the logs, and with --follow what comes after."""
    layout = read_layout()
    files = sorted(layout.logs.glob("*.log"))
    files = [file for file in files if not names or file.stem in names]
    positions = {}
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        positions[file] = file.stat().st_size
        _print_log(file, "\n".join(text.splitlines()[-lines:]))
    while follow:
        time.sleep(0.5)
        for file in files:
            positions[file] = _print_since(file, positions[file])


def process(action: str, name: str) -> None:
    """Start, stop or restart one process of the running stack."""
    layout = read_layout()
    with _clear_words():
        supervisor = Supervisor(layout)
        groups = {state.name: state.group for state in supervisor.states()}
        if name not in groups or action not in {"start", "stop", "restart"}:
            raise typer.BadParameter(f"start | stop | restart, of one of: {', '.join(groups)}")
        if action != "start":
            supervisor.stop_process(name, groups[name])
        if action != "stop":
            supervisor.start_process(name, groups[name])


def _stop(layout: Layout) -> None:
    supervisor = Supervisor(layout)
    if supervisor.is_running():
        supervisor.stop()
    typer.echo(f"nothing runs in {layout.home}")


def _print_since(file: Path, position: int) -> int:
    size = file.stat().st_size
    if size > position:
        with file.open("rb") as content:
            content.seek(position)
            _print_log(file, content.read().decode("utf-8", "replace").rstrip("\n"))
    return size  # A smaller file has been rolled over.


def _print_log(file: Path, text: str) -> None:
    for line in text.splitlines():
        typer.echo(f"{file.stem:>15} | {line}")


def _memory_mib(pid: int) -> int:
    """Return what the process and its children hold for themselves, shared pages counted once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return round(sum(_own_memory(each) for each in family) / _MEBIBYTE)
    except (psutil.Error, OSError, ValueError):
        return 0


def _own_memory(member: psutil.Process) -> int:
    try:
        return int(member.memory_full_info().pss)
    except (psutil.Error, AttributeError):
        return int(member.memory_info().rss)


@contextmanager
def _clear_words(left: str = "") -> Iterator[None]:
    """Turn failures into a sentence and a status; ``left`` says what an interruption leaves."""
    try:
        yield
    except ServerError as error:
        typer.echo(f"lephi: {error}", err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        typer.echo(f"lephi: interrupted; {left}", err=True)
        raise typer.Exit(_INTERRUPTED) from None
