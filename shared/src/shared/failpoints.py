"""Places where a test may make the process die, fail or hang (FAILPOINT=name:action:nth)."""

import os
import time
from collections import Counter
from typing import Final

_HITS: Final[Counter[str]] = Counter()


class FailpointError(Exception):
    """The failpoint's action was ``raise``."""


def forget() -> None:
    """Count the hits anew, as a new process would."""
    _HITS.clear()


def hit(name: str) -> None:
    """Do what FAILPOINT asks at its nth hit of ``name``; do nothing when it is unset."""
    wanted = os.environ.get("FAILPOINT")
    if not wanted:
        return
    place, action, nth = wanted.split(":")
    if place != name:
        return
    _HITS[name] += 1
    if _HITS[name] != int(nth):
        return
    if action == "exit":
        os._exit(137)
    if action == "raise":
        raise FailpointError(name)
    while action == "hang":
        time.sleep(3600)
