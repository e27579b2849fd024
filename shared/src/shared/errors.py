"""Expected failures: each has a kind, a stable code for machines and a title for people."""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What a failure means to whoever asked; each door translates it (status, page, parking)."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    LIMITED = "limited"
    WAITING = "waiting"
    """A message must wait for another fact; it is parked until one of its key arrives."""
    UNAVAILABLE = "unavailable"
    """A counterpart does not answer; trying again later may help."""


class DomainError(Exception):
    """A failure that is part of the domain; everything else is a bug.

    ``detail`` is English and for machines and logs, without personal data; ``extra`` become
    members of the problem document (RFC 9457 §3.2).
    """

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **extra: str | int) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra
