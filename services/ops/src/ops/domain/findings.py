"""What the proof says about one invariant: figures, what broke it, what is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

LISTED: Final = 100
"""Violations listed one by one; the rest is counted."""


class Breach(StrEnum):
    """How an invariant is broken; the page has a sentence for each."""

    RECEIPT_MISSING = "receipt-missing"
    NUMBER_AWAITED = "number-awaited"
    RECEIPT_SUM_DIFFERS = "receipt-sum-differs"
    MONEY_PARTS_DIFFER = "money-parts-differ"
    PAYABLE_SUM_DIFFERS = "payable-sum-differs"
    PAYMENT_SUMS_DIFFER = "payment-sums-differ"
    PAYMENT_SETTLED_TWICE = "payment-settled-twice"
    PAYMENT_NOT_IN_TABLE = "payment-not-in-table"
    PAYMENT_NOT_SAID = "payment-not-said"
    LEDGER_UNBALANCED = "ledger-unbalanced"
    REFUND_OPEN_TWICE = "refund-open-twice"
    REFUND_SUM_DIFFERS = "refund-sum-differs"
    REFUND_MISSING = "refund-missing"
    REFUND_NOT_IN_TABLE = "refund-not-in-table"
    REFUND_NOT_SAID = "refund-not-said"
    RECEIPT_TWICE = "receipt-twice"
    RECEIPT_WITHOUT_PAYMENT = "receipt-without-payment"
    RECEIPT_NOT_IN_TABLE = "receipt-not-in-table"
    RECEIPT_DIFFERS = "receipt-differs"
    RECEIPT_NOT_SAID = "receipt-not-said"
    NUMBER_MISSING = "number-missing"
    NUMBER_TWICE = "number-twice"
    NUMBER_BEYOND_COUNTER = "number-beyond-counter"
    NUMBER_OUT_OF_TIME = "number-out-of-time"
    NUMBER_OF_OTHER_YEAR = "number-of-other-year"
    NUMBER_NOT_SAID = "number-not-said"
    REPLACED_TWICE = "replaced-twice"
    REPLACED_MISSING = "replaced-missing"
    REPLACED_NOT_MARKED = "replaced-not-marked"
    REPLACED_BY_NONE = "replaced-by-none"
    REPLACED_IN_CIRCLE = "replaced-in-circle"
    REPLACEMENT_NOT_SAID = "replacement-not-said"
    REPLACEMENT_NOT_IN_TABLE = "replacement-not-in-table"
    SERIES_UNKNOWN = "series-unknown"
    FILE_DAMAGED = "file-damaged"
    FILE_RENDERS_OTHERWISE = "file-renders-otherwise"
    FILE_DIFFERS = "file-differs"
    FILE_NOT_SAID = "file-not-said"
    FILE_NOT_IN_TABLE = "file-not-in-table"
    FACT_UNREADABLE = "fact-unreadable"
    FACT_BYTES_DIFFER = "fact-bytes-differ"
    FACT_NOT_SENT = "fact-not-sent"
    FACT_LOST = "fact-lost"
    FACT_NOT_IN_OUTBOX = "fact-not-in-outbox"
    FACT_NOT_ARCHIVED = "fact-not-archived"
    FACT_NOT_ON_TOPIC = "fact-not-on-topic"
    FACT_NOT_HEARD = "fact-not-heard"
    CAUSE_MISSING = "cause-missing"
    SEQUENCE_BROKEN = "sequence-broken"
    REPEAT_DIFFERS = "repeat-differs"


@dataclass(frozen=True)
class Violation:
    """One thing that must not be, or has been on its way for too long."""

    breach: Breach
    about: str
    """Ids and codes, in the words of the streams; never a person's data."""
    expected: int | None = None
    found: int | None = None
    waiting: timedelta | None = None

    def as_json(self) -> dict[str, Any]:
        """Return its members, absent ones left out."""
        seconds = None if self.waiting is None else round(self.waiting.total_seconds(), 3)
        told = {
            "code": self.breach.value,
            "about": self.about,
            "expected": self.expected,
            "found": self.found,
            "waiting_seconds": seconds,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class Finding:
    """One invariant of reliability, checked."""

    code: str
    statement: str
    counts: Mapping[str, int]
    violations: tuple[Violation, ...]
    on_its_way: tuple[Violation, ...] = ()
    """Too new to be called missing."""
    not_run: tuple[str, ...] = ()
    """Databases that could not be looked at; such a row is never called passed."""

    @property
    def holds(self) -> bool:
        """Tell whether nothing breaks it."""
        return not self.violations

    def as_json(self) -> dict[str, Any]:
        """Return what is stored and what ``verify --json`` prints."""
        ages = [each.waiting for each in self.on_its_way if each.waiting is not None]
        return {
            "invariant": self.code,
            "statement": self.statement,
            "holds": self.holds,
            "counts": dict(self.counts),
            "violations": [each.as_json() for each in self.violations[:LISTED]],
            "violations_total": len(self.violations),
            "on_its_way": len(self.on_its_way),
            "oldest_on_its_way_seconds": round(max(ages, default=timedelta()).total_seconds(), 3),
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
    violations: list[Violation] = field(default_factory=list)
    on_its_way: list[Violation] = field(default_factory=list)

    def violated(
        self, breach: Breach, about: str, *, expected: int | None = None, found: int | None = None
    ) -> None:
        """Note that ``about`` breaks the invariant."""
        self.violations.append(Violation(breach, about, expected, found))

    def missing(
        self, breach: Breach, about: str, *, since: datetime, always_moves: bool = False
    ) -> None:
        """Note that something of ``about`` is not there yet: a violation beyond the grace.

        ``always_moves``: it is said while nothing else happens, so it may be under way even when
        all is quiet.
        """
        age = self.at - since
        late = age > self.grace or (self.quiet and not always_moves)
        (self.violations if late else self.on_its_way).append(Violation(breach, about, waiting=age))

    def waits(self, breach: Breach, about: str, *, since: datetime) -> None:
        """Note that ``about`` waits for a person, in sight: never late, but not quiet either."""
        waiting = Violation(breach, about, waiting=self.at - since)
        (self.violations if self.quiet else self.on_its_way).append(waiting)

    def finding(
        self, code: str, statement: str, counts: Mapping[str, int], not_run: tuple[str, ...] = ()
    ) -> Finding:
        """Return what was found."""
        return Finding(
            code, statement, counts, tuple(self.violations), tuple(self.on_its_way), not_run
        )
