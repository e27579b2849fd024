"""Starts the stack in the order of its needs, and stops it again if that does not succeed."""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from dotenv import dotenv_values
from rich.console import Console

from lephi.servers.kafka import prepare_kafka
from lephi.servers.postgres import ensure_databases, prepare_postgres, read_password
from lephi.servers.process import Program, ServerError
from lephi.stack import migrations, ports
from lephi.stack.layout import BANK, SERVICES, Layout
from lephi.stack.processes import SUPPORT, Process, all_processes
from lephi.stack.supervision import Supervisor, settings_text, write_settings
from lephi.stack.variables import (
    administration_url,
    as_lines,
    database_passwords,
    endpoints,
    ensure_secrets,
    write_endpoints,
)

Say = Callable[[str], None]
_HEALTH_SECONDS: Final = 180
_LOG_LINES: Final = 20


@dataclass(frozen=True)
class Plan:
    """What is to run, with everything that was decided before anything starts."""

    processes: Mapping[str, Process]
    settings: str
    variables: Mapping[str, str]
    keys: Mapping[str, str]
    password: str


@contextmanager
def alone(layout: Layout) -> Iterator[None]:
    """Hold the stack's folder, so that two commands do not start or stop it at once."""
    for folder in (layout.home, layout.run, layout.logs):
        folder.mkdir(parents=True, exist_ok=True)
    with (layout.run / "lock").open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServerError("another lephi up or down is at work in this folder") from None
        yield


def make_plan(layout: Layout) -> Plan:
    """Prepare folders, secrets, servers and settings; downloads Kafka's jars the first time."""
    keys = ensure_secrets(layout)
    variables = write_endpoints(layout, keys)
    servers: dict[str, Program] = {
        "postgres": prepare_postgres(layout.home / "postgres", layout.port_of("postgres")),
        "kafka": prepare_kafka(
            layout.home / "kafka", layout.port_of("kafka"), layout.port_of("kafka-controller")
        ),
    }
    password = read_password(layout.home / "postgres")
    processes = all_processes(layout, servers, {**variables, **keys}, password)
    text = settings_text(layout, processes, as_root=os.geteuid() == 0)
    return Plan({each.name: each for each in processes}, text, variables, keys, password)


def look_at(layout: Layout) -> list[Process]:
    """Return the processes of a stack that has been started, without changing anything."""
    keys = {name: text or "" for name, text in dotenv_values(layout.home / "secrets.env").items()}
    known = {**endpoints(layout, keys), **keys}
    nothing = Program(arguments=())
    password = read_password(layout.home / "postgres")
    return all_processes(layout, {"postgres": nothing, "kafka": nothing}, known, password)


def bring_up(layout: Layout, say: Say) -> Plan:
    """Return when every process is healthy.

    Raises:
        ServerError: A port is taken, or a process did not become healthy; nothing is left running.
    """
    supervisor = Supervisor(layout)
    was_running = supervisor.is_running()
    if not was_running:
        busy = ports.taken(layout.ports())
        if busy:
            hint = "Stop it, or choose another place: LEPHI_PORT=9080 LEPHI_HOME=.lephi2 make up"
            raise ServerError("\n".join([*busy, hint]))
    say("Preparing folders, secrets, PostgreSQL and Kafka")
    plan = make_plan(layout)
    if was_running and _differs(layout, plan):
        say("The settings have changed: stopping what runs")
        supervisor.stop()
        was_running = False
    write_settings(layout, list(plan.processes.values()), plan.settings)
    try:
        if not was_running:
            supervisor.start()
        _start_in_order(layout, supervisor, plan, say)
    except (KeyboardInterrupt, ServerError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # A second Ctrl-C must leave nothing behind.
        say("Stopping what was started")
        supervisor.stop()
        raise
    return plan


def _differs(layout: Layout, plan: Plan) -> bool:
    if (layout.home / "supervisord.conf").read_text(encoding="utf-8") != plan.settings:
        return True
    return any(
        (layout.run / f"{process.name}.env").read_text(encoding="utf-8")
        != as_lines(process.variables)
        for process in plan.processes.values()
    )


def _start_in_order(layout: Layout, supervisor: Supervisor, plan: Plan, say: Say) -> None:
    def start(*names: str) -> None:
        for name in names:
            supervisor.start_process(name, plan.processes[name].group)

    def wait(*names: str) -> None:
        for name in names:
            _wait_healthy(layout, supervisor, plan.processes[name])

    say("Starting PostgreSQL 18 and Kafka 4.3")
    start("postgres", "kafka")
    wait("postgres")
    url = administration_url(layout, plan.password)
    prover = plan.keys["PROVER_DATABASE_PASSWORD"]
    ensure_databases(url, database_passwords(plan.keys), prover_password=prover)
    migrations.bring_up_to_date(layout.home / "migrated", _services(plan), say)
    wait("kafka")
    say("Starting the services")
    start(*SERVICES, BANK, *SUPPORT, "caddy")
    wait(*SUPPORT, BANK, *SERVICES, "caddy")


def _services(plan: Plan) -> dict[str, Process]:
    return {name: plan.processes[name] for name in (*SERVICES, BANK)}


def _wait_healthy(layout: Layout, supervisor: Supervisor, process: Process) -> None:
    deadline = time.monotonic() + _HEALTH_SECONDS
    while not process.is_healthy():
        state = {each.name: each.state for each in supervisor.states()}.get(process.name)
        if state == "FATAL" or time.monotonic() > deadline:
            log = layout.logs / f"{process.name}.log"
            text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            raise ServerError(
                f"{process.name} is not healthy ({state}); the end of {log}:\n{_end_of(text)}"
            )
        time.sleep(0.2)


def _end_of(text: str) -> str:
    return "\n".join(text.splitlines()[-_LOG_LINES:])


def speaker(console: Console) -> Say:
    """Return a function that prints a step with the seconds since now."""
    began = time.monotonic()

    def say(step: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/]  {step}")

    return say


def unhealthy(processes: Sequence[Process]) -> list[str]:
    """Return the names of processes that do not answer now."""
    with ThreadPoolExecutor(max_workers=len(processes)) as workers:
        answers = workers.map(lambda process: process.is_healthy(), processes)
        return [process.name for process, ok in zip(processes, answers, strict=True) if not ok]
