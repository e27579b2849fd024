"""Where the running stack is: its files of addresses and secrets, else the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.dossier_code import allow_ordinals
from shared.errors import DomainError, Kind

FILES: Final = ("endpoints.env", "secrets.env")


class NotConfiguredError(DomainError):
    """The command needs an address that neither the stack's files nor the environment give."""

    kind = Kind.UNAVAILABLE
    code = "not-configured"
    title = "Chưa biết địa chỉ của hệ thống"


@dataclass(frozen=True)
class Stack:
    """The variables of one stack, and the folder they came from."""

    home: Path
    variables: Mapping[str, str]

    def need(self, name: str) -> str:
        """Return a variable; NotConfiguredError if nobody set it."""
        value = self.variables.get(name)
        if not value:
            raise NotConfiguredError(
                f"{name} is set neither in {self.home}/{FILES[0]} nor in the environment; "
                "is the stack up (make up)?"
            )
        return value

    @property
    def kafka(self) -> str:
        """Return Kafka's bootstrap address."""
        return self.need("KAFKA_BOOTSTRAP")

    @property
    def front_door(self) -> str:
        """Return the front door as this machine reaches it, without a trailing slash.

        The loopback address is preferred: look-ups from there are not limited.
        """
        port = self.variables.get("LEPHI_PORT")
        here = self.variables.get("FRONT_DOOR_URL") or (port and f"http://127.0.0.1:{port}")
        return (here or self.need("PUBLIC_URL")).rstrip("/")


def read_stack() -> Stack:
    """Return the stack of LEPHI_HOME (default ``.lephi``); its files outrank the environment."""
    home = Path(os.environ.get("LEPHI_HOME", ".lephi")).absolute()
    variables = dict(os.environ)
    for name in FILES:
        variables.update(_read(home / name))
    if digits := variables.get("DOSSIER_CODE_DIGITS"):
        allow_ordinals(int(digits))
    return Stack(home, variables)


def _read(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}
