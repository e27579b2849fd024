"""What the proof says about one invariant: figures, what broke it, what is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

LISTED: Final = 100
"""Violations listed one by one; the rest is counted."""


@dataclass(frozen=True)
class OnItsWay:
    """Something too new to be called missing."""

    what: str
    age: timedelta


@dataclass(frozen=True)
class Finding:
    """One invariant of reliability.md, checked."""

    code: str
    statement: str
    counts: Mapping[str, int]
    violations: tuple[str, ...]
    on_its_way: tuple[OnItsWay, ...] = ()
    not_run: tuple[str, ...] = ()
    """Databases that could not be looked at; such a row is never called passed."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing breaks it."""
        return not self.violations

    def as_json(self) -> dict[str, Any]:
        """Return what is stored and what ``verify --json`` prints."""
        oldest = max((wait.age for wait in self.on_its_way), default=timedelta())
        return {
            "invariant": self.code,
            "statement": self.statement,
            "holds": self.holds,
            "counts": dict(self.counts),
            "violations": list(self.violations[:LISTED]),
            "violations_total": len(self.violations),
            "on_its_way": len(self.on_its_way),
            "oldest_on_its_way_seconds": round(oldest.total_seconds(), 3),
            "not_run": list(self.not_run),
        }


@dataclass
class Check:
    """Collects what one invariant's check finds.

    What is newer than the grace is on its way; with ``quiet`` nothing may be.
    """

    at: datetime
    grace: timedelta
    quiet: bool
    violations: list[str] = field(default_factory=list)
    on_its_way: list[OnItsWay] = field(default_factory=list)

    def violated(self, what: str) -> None:
        """Note that ``what`` breaks the invariant."""
        self.violations.append(what)

    def missing(self, what: str, *, since: datetime, always_moves: bool = False) -> None:
        """Note that ``what`` is not there yet: a violation once it is older than the grace.

        ``always_moves``: it is said while nothing else happens, so it may be under way even when
        all is quiet.
        """
        age = self.at - since
        if age > self.grace or (self.quiet and not always_moves):
            self.violations.append(f"{what} (waiting for {age.total_seconds():.0f} s)")
        else:
            self.on_its_way.append(OnItsWay(what, age))

    def finding(
        self, code: str, statement: str, counts: Mapping[str, int], not_run: tuple[str, ...] = ()
    ) -> Finding:
        """Return what was found."""
        return Finding(
            code,
            statement,
            {**counts, "on_its_way": len(self.on_its_way)},
            tuple(self.violations),
            tuple(self.on_its_way),
            not_run,
        )
