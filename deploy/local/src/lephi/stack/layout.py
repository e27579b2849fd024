"""Where a copy of the stack lives: its folder, its ports, its address."""

import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

import lephi

LOOPBACK: Final = "127.0.0.1"
EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - inside a container
SERVICES: Final = ("dossier", "fee", "payment-gateway", "receipt", "notifier", "ops")
BANK: Final = "mock-bank"
_OFFSETS: Final = {
    "caddy": 0,
    **{name: number for number, name in enumerate(SERVICES, start=1)},
    BANK: 7,
    "identity": 8,
    "mail-smtp": 9,
    "mail": 10,
    "postgres": 11,
    "kafka": 12,
    "kafka-controller": 13,
    "province": 14,
}
_CONTAINER_PORTS: Final = {"caddy": 8080, "postgres": 5432, "kafka": 9092, "mail-smtp": 8025}
_USUAL_PORT: Final = 8080
_SOCKET_PATH_LIMIT: Final = 100
"""A Unix socket's path may have 107 bytes, and supervisord appends its process id at first."""


@dataclass(frozen=True)
class Layout:
    """One copy of the stack; another one has another home and another port."""

    home: Path
    port: int
    settings: Mapping[str, str] = field(repr=False)
    """What the person who starts it has set: the environment."""
    in_containers: bool = False
    """Each process in a container of its own, named as the process."""

    @property
    def bind_host(self) -> str:
        """Return the address on which the processes listen."""
        return EVERYWHERE if self.in_containers else LOOPBACK

    def port_of(self, name: str) -> int:
        """Return the port of a process."""
        if self.in_containers:
            return _CONTAINER_PORTS.get(name, 8000)
        return self.port + _OFFSETS[name]

    def address_of(self, name: str) -> str:
        """Return where other processes reach a process: host and port."""
        host = name.removesuffix("-smtp") if self.in_containers else LOOPBACK
        return f"{host}:{self.port_of(name)}"

    def ports(self) -> dict[str, int]:
        """Return every port that the stack listens on."""
        return {name: self.port_of(name) for name in _OFFSETS}

    @property
    def run(self) -> Path:
        """Return the folder of process ids, sockets and generated settings."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Return the folder with a log per process."""
        return self.home / "logs"

    @property
    def socket(self) -> Path:
        """Return the supervisor's socket."""
        usual = self.run / "supervisor.sock"
        if len(os.fsencode(usual)) <= _SOCKET_PATH_LIMIT:
            return usual
        name = sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lephi-{os.getuid()}-{name}.sock"

    @property
    def local_url(self) -> str:
        """Return the front door as this machine reaches it."""
        return f"http://localhost:{self.port}"

    @property
    def public_url(self) -> str:
        """Return the front door as a phone on the same network reaches it."""
        given = self.settings.get("PUBLIC_URL", "").rstrip("/")
        return given or f"http://{_lan_address()}:{self.port}"


def read_layout() -> Layout:
    """Return the copy that LEPHI_HOME and LEPHI_PORT name.

    The usual folder is ``.lephi``; the usual port is the one of the folder's last start, else 8080.
    """
    settings = dict(os.environ)
    home = Path(settings.get("LEPHI_HOME") or ".lephi").absolute()
    remembered = dotenv_values(home / "endpoints.env").get("LEPHI_PORT")
    return Layout(home, int(settings.get("LEPHI_PORT") or remembered or _USUAL_PORT), settings)


def data_folder() -> Path:
    """Return the demonstration's data (deploy/local/data)."""
    return Path(lephi.__file__).parents[2] / "data"


def caddy_folder() -> Path:
    """Return the front door's settings (deploy/caddy)."""
    return Path(lephi.__file__).parents[3] / "caddy"


def _lan_address() -> str:
    """Return this machine's address on its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that belongs to nobody.
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])
