"""The receipt register (sổ biên lai): every number of a series, and that none is missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from receipt.domain.daily_tables import SubmissionStatus
from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.series import Series

LISTED_GAPS = 20
"""Missing numbers that the page names one by one; the rest is counted."""


@dataclass(frozen=True)
class Period:
    """Days in Vietnam, both included; None: no bound."""

    first: date | None = None
    last: date | None = None


class Fate(StrEnum):
    """What became of a receipt; a number may be asked for by it."""

    IN_FORCE = "in-force"
    REPLACED = "replaced"
    REPLACEMENT = "replacement"
    NOTICED = "noticed"
    """A notice 04/SS-CTĐT was made of it."""
    REFUNDED = "refunded"
    WITHOUT_FILE = "without-file"


class Reporting(StrEnum):
    """Whether the tax authority has taken the submission that reports a number."""

    UNREPORTED = "unreported"
    REPORTED = "reported"


@dataclass(frozen=True)
class Filter:
    """Which numbers of a series are asked for; None: whatever it is."""

    period: Period = field(default_factory=Period)
    fate: Fate | None = None
    reporting: Reporting | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it leaves no number out."""
        return self == Filter()


@dataclass(frozen=True)
class Other:
    """Another receipt, as a line names it: by serial and number."""

    receipt_id: UUID
    symbol: str


@dataclass(frozen=True)
class Report:
    """The submission of 01/TH-BLĐT that reports a number."""

    table_id: UUID
    day_on: date
    supplement_no: int
    status: SubmissionStatus
    reference: str | None
    """Mã tiếp nhận, once it is accepted."""
    corrected_in: int | None
    """The newest supplement that tells what became of it since."""


@dataclass(frozen=True)
class Entry:
    """One number of the series, with all that became of its receipt."""

    number: int
    receipt_id: UUID
    issued_at: datetime
    dossier_code: str
    names: str
    """Of the phí or lệ phí, as printed."""
    total_vnd: int
    refunded_vnd: int
    """Went back: the mark *đã hoàn*, in full or in part."""
    status: ReceiptStatus
    file_status: FileStatus
    file_error: str | None
    """Why the last try to make the file failed."""
    replaced_by: Other | None
    replaces: Other | None
    notices: str
    """Numbers of its notices 04/SS-CTĐT; empty if there is none."""
    report: Report | None
    """None: it stands in no submission yet."""


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
    """The sums of what was asked for."""

    receipts: int = 0
    total_vnd: int = 0
    refunded_vnd: int = 0
    replaced: int = 0
    noticed: int = 0
    without_file: int = 0
    """Their file is not stored yet."""


@dataclass(frozen=True)
class Overview:
    """The figures above the first page; whoever turns pages has read them."""

    count: Count
    missing: Sequence[int]
    totals: Totals
    unreported: int
    """Numbers of the whole series that the tax authority has not taken yet."""


@dataclass(frozen=True)
class Register:
    """One page of the register of one series."""

    series: Series
    overview: Overview | None
    """None behind the first page: a page costs what its lines cost, not what the series does."""
    entries: Sequence[Entry]
    next_after: int | None


def with_gaps(entries: Iterable[Entry], after: int, wanted: Filter) -> Iterator[Entry | Gap]:
    """Yield ``entries`` in order, and what is missing before each.

    A filter leaves numbers out by itself: of a period only what lies between its entries is
    missing, and of other filters nothing is said.
    """
    if wanted.fate or wanted.reporting:
        yield from entries
        return
    expected = after + 1 if wanted.is_open or after else None
    for entry in entries:
        if expected is not None and entry.number > expected:
            yield Gap(expected, entry.number - 1)
        yield entry
        expected = entry.number + 1
