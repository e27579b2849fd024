"""Our use of supervisord: one settings file, one daemon, its XML-RPC over a Unix socket."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from lephi.servers.process import ServerError
from lephi.stack.layout import Layout
from lephi.stack.processes import Process
from lephi.stack.variables import write_private

_ALREADY: Final = frozenset({60, 70})
"""Faults ALREADY_STARTED and NOT_RUNNING: the wish was already true."""
_STOP_SECONDS: Final = 60
_STOP_ORDER: Final = ("door", "support", "services", "servers")
_HEAD: Final = """; Written by `lephi up`; what you change here is lost.
[supervisord]
logfile={home}/logs/supervisord.log
pidfile={home}/run/supervisord.pid
childlogdir={home}/logs
directory={home}
umask=022
{user}
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://{socket}
"""
_PROGRAM: Final = """
[program:{name}]
command={command}
directory={directory}
autostart=false
autorestart=true
startsecs=1
startretries=100
stopsignal={stop_signal}
stopwaitsecs=15
redirect_stderr=true
stdout_logfile={home}/logs/{name}.log
stdout_logfile_maxbytes=20MB
stdout_logfile_backups=2
"""


@dataclass(frozen=True)
class State:
    """What the supervisor says of one process."""

    name: str
    state: str
    pid: int
    since: int
    group: str


class Supervisor:
    """One running supervisord, or none."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @property
    def settings_file(self) -> Path:
        """Return the generated settings."""
        return self._layout.home / "supervisord.conf"

    def start(self) -> None:
        """Start the daemon; it starts no process by itself."""
        socket = self._layout.socket
        socket.unlink(missing_ok=True)
        words = [str(Path(sys.executable).with_name("supervisord")), "-c", str(self.settings_file)]
        done = subprocess.run(  # noqa: S603 - our own words
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ServerError(f"supervisord did not start:\n{done.stdout}{done.stderr}")
        deadline = time.monotonic() + 10
        while not self.is_running():
            if time.monotonic() > deadline:
                raise ServerError(f"supervisord does not answer on {socket}")
            time.sleep(0.05)

    def is_running(self) -> bool:
        """Say whether the daemon answers."""
        try:
            with self._connection() as daemon:
                return bool(daemon.getState()["statename"] == "RUNNING")
        except (OSError, HTTPException):
            return False

    def states(self) -> list[State]:
        """Return the state of every process; none if the daemon does not run."""
        try:
            with self._connection() as daemon:
                found = daemon.getAllProcessInfo()
        except (OSError, HTTPException):
            return []
        return [
            State(each["name"], each["statename"], each["pid"], each["start"], each["group"])
            for each in found
        ]

    def start_process(self, name: str, group: str) -> None:
        """Start one process, if it does not run; do not wait for it."""
        self._ask("startProcess", f"{group}:{name}", False)  # noqa: FBT003 - wire

    def stop_process(self, name: str, group: str) -> None:
        """Stop one process until somebody starts it again."""
        self._ask("stopProcess", f"{group}:{name}", True)  # noqa: FBT003 - wire

    def stop(self) -> None:
        """Stop everything, those first that need others, and the daemon at last."""
        pid_file = self._layout.run / "supervisord.pid"
        present = {state.group for state in self.states()}
        for group in _STOP_ORDER:
            if group in present:
                self._ask("stopProcessGroup", group)
        with self._connection() as daemon:
            daemon.shutdown()
        deadline = time.monotonic() + _STOP_SECONDS
        while pid_file.exists() or self.is_running():
            if time.monotonic() > deadline:
                raise ServerError(f"supervisord is still running; see {self._layout.logs}")
            time.sleep(0.1)
        for file in self._layout.run.glob("*.pid"):
            file.unlink()

    def _ask(self, method: str, *arguments: object) -> None:
        try:
            with self._connection() as daemon:
                getattr(daemon, method)(*arguments)
        except Fault as fault:
            if fault.faultCode not in _ALREADY:
                raise ServerError(f"{method} {arguments[0]}: {fault.faultString}") from fault

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._layout.socket}")
        proxy = ServerProxy("http://localhost", transport=transport)
        try:
            yield proxy.supervisor
        finally:
            transport.close()


def settings_text(layout: Layout, processes: Sequence[Process], *, as_root: bool) -> str:
    """Return supervisord's settings: one program per process, and groups to stop at once."""
    user = "user=root\n" if as_root else ""
    text = _HEAD.format(home=_escaped(layout.home), socket=_escaped(layout.socket), user=user)
    for process in processes:
        command = process.program.command(
            parent_file=layout.run / "supervisord.pid",
            pid_file=layout.run / f"{process.name}.pid",
            variables_file=layout.run / f"{process.name}.env",
        )
        text += _PROGRAM.format(
            name=process.name,
            command=" ".join(f'"{_escaped(word)}"' for word in command),
            directory=_escaped(layout.home),
            stop_signal=process.stop_signal,
            home=_escaped(layout.home),
        )
    groups = dict.fromkeys(process.group for process in processes)
    for number, group in enumerate(groups):
        names = ",".join(each.name for each in processes if each.group == group)
        text += f"\n[group:{group}]\nprograms={names}\npriority={number + 1}\n"
    return text


def write_settings(layout: Layout, processes: Sequence[Process], text: str) -> None:
    """Write the daemon's settings, and for each process the variables that only it may read."""
    settings = layout.home / "supervisord.conf"
    settings.touch(mode=0o600)
    settings.write_text(text, encoding="utf-8")
    for process in processes:
        write_private(layout.run / f"{process.name}.env", process.variables)


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")
