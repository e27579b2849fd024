"""The receipt register (sổ biên lai): every number of a series, and that none is missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.series import Series

LISTED_GAPS = 20
"""Missing numbers that the page names one by one; the rest is counted."""


@dataclass(frozen=True)
class Period:
    """Days in Vietnam, both included; None: no bound."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Entry:
    """One number of the series, with all that became of its receipt."""

    number: int
    receipt_id: UUID
    issued_at: datetime
    dossier_code: str
    total_vnd: int
    status: ReceiptStatus
    file_status: FileStatus
    file_error: str | None
    """Why the last try to make the file failed."""
    replaced_by: str | None
    """Serial and number of its successor."""
    replaces: str | None
    """Serial and number of its predecessor."""


@dataclass(frozen=True)
class Gap:
    """Numbers that nobody has, both included."""

    first: int
    last: int


@dataclass(frozen=True)
class Count:
    """What the table holds beside what the counter says, seen at one moment."""

    last_number: int
    receipts: int
    distinct: int
    smallest: int | None
    largest: int | None

    @property
    def is_whole(self) -> bool:
        """Tell whether the numbers are exactly 1 to ``last_number``, each once (I7)."""
        if not self.last_number:
            return not self.receipts
        return (
            self.receipts == self.distinct == self.largest == self.last_number
            and self.smallest == 1
        )

    @property
    def missing(self) -> int:
        """Return how many numbers below the last one nobody has."""
        return max(self.last_number, self.largest or 0) - self.distinct


@dataclass(frozen=True)
class Totals:
    """The sums of a period."""

    receipts: int
    total_vnd: int
    replaced: int
    without_file: int
    """Their file is not stored yet."""


@dataclass(frozen=True)
class Register:
    """One page of the register of one series."""

    series: Series
    count: Count
    missing: Sequence[int]
    totals: Totals
    entries: Sequence[Entry]
    next_after: int | None


def with_gaps(entries: Iterable[Entry], after: int, *, whole: bool) -> Iterator[Entry | Gap]:
    """Yield ``entries`` in order, and what is missing before each; ``whole``: no day is left out.

    A period leaves numbers out by itself: there only what lies between its entries is missing.
    """
    expected = after + 1 if whole or after else None
    for entry in entries:
        if expected is not None and entry.number > expected:
            yield Gap(expected, entry.number - 1)
        yield entry
        expected = entry.number + 1
