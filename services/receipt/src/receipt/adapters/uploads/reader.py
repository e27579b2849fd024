"""Read a stranger's file in a child with limits; what it says is read like what people type."""

import contextlib
import json
from datetime import date
from typing import Any, Final

from receipt.domain.errors import TooManyFilesError
from receipt.domain.places import Place, read_place
from receipt.domain.uploads import Problem, Seal, Told
from shared.child import Child, ChildError, ChildLateError, ChildLimits

MAX_FILE_BYTES: Final = 1_000_000
"""Ten times a receipt with its data and signature; what is larger is not read at all."""

_LIMITS: Final = ChildLimits(
    cpu_seconds=1.2, memory_bytes=600_000_000, idle_seconds=120, requests=200
)
_WALL_SECONDS: Final = 10.0
"""A busy machine says that it is busy: only what a file costs speaks against the file."""
_WAITING: Final = 8
"""More than these wait for minutes behind files that are costly on purpose."""


_MAX_DIGITS: Final = 20


class FileReader:
    """Reads one file at a time; never raises for what stands in it."""

    def __init__(self) -> None:
        self._child = Child("receipt.adapters.uploads.reading", _LIMITS, wall_seconds=_WALL_SECONDS)
        self._waiting = 0

    async def read(self, content: bytes) -> Told:
        """Return what the file says of itself; raise TooManyFilesError when too many wait."""
        if not content:
            return Told(problem=Problem.EMPTY)
        if self._waiting >= _WAITING:
            raise TooManyFilesError
        self._waiting += 1
        try:
            return _told(json.loads(await self._child.ask(content)))
        except ChildLateError as error:
            raise TooManyFilesError from error
        except ChildError:
            return Told(problem=Problem.TOO_COSTLY)
        finally:
            self._waiting -= 1

    async def warm(self) -> None:
        """Start the child for whoever has just been shown where to hand a file in."""
        await self._child.warm()

    async def close(self) -> None:
        """End the child, if there is one."""
        await self._child.close()


def _told(read: dict[str, Any]) -> Told:
    if read["problem"] is not None:
        return Told(problem=Problem(read["problem"]))
    place = read_place(read["tax_code"], read["form_symbol"], read["serial_symbol"], read["number"])
    if not isinstance(place, Place):
        return Told(problem=Problem.NO_NUMBER)
    return Told(
        place=place,
        total_vnd=_amount(read["total_vnd"]),
        issued_on=_day(read["issued_on"]),
        is_data=read["is_data"],
        seal=Seal(read["seal"]),
        certificate=read["certificate"],
    )


def _amount(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None


def _day(text: str) -> date | None:
    with contextlib.suppress(ValueError):
        return date.fromisoformat(text)
    return None
