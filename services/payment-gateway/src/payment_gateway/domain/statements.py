"""Settlement files and bank statements (sao kê): what a channel says of one day."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from payment_gateway.domain.monies import CreditedAccount
from shared.errors import DomainError, Kind


class Source(StrEnum):
    """From whom a file comes."""

    BANK = "bank"
    """Fetched by us from the channel's own address."""
    PERSON = "person"
    """Handed in by an accountant."""


class FileFault(StrEnum):
    """Why a whole file is not believed; it is kept, and the version before stays in force."""

    TOO_LARGE = "too-large"
    ENCODING = "encoding"
    BASE64 = "base64"
    BROKEN = "broken"
    """No table can be read from it."""
    HEAD = "head"
    """Its columns are not those of the channel's form."""
    TOO_MANY_LINES = "too-many-lines"
    TOTALS_MISSING = "totals-missing"
    """It ends before its last line: cut off on the way."""
    TOTALS_DIFFER = "totals-differ"
    OTHER_DAY = "other-day"
    """None of its lines is of the day."""


class RowFault(StrEnum):
    """Why one row is set apart; the others count."""

    CELLS = "cells"
    """Not as many cells as the form has columns."""
    FORMULA = "formula"
    """A cell that a spreadsheet would run."""
    CONTROL = "control"
    """A cell holds characters that cannot be seen."""
    REFERENCE = "reference"
    AMOUNT = "amount"
    DEBIT = "debit"
    """Money that left the account."""
    CURRENCY = "currency"
    TIME = "time"
    OTHER_DAY = "other-day"
    STATUS = "status"
    """Not a success."""


@dataclass(frozen=True)
class StatementLine:
    """One payment as the channel's file lists it."""

    line_no: int
    channel_reference: str
    reference: str
    """Ours, as the channel repeats it; in a transfer, what its words hold of it."""
    amount_vnd: int
    bank_code: str | None
    booked_at: datetime
    account: CreditedAccount | None = None


@dataclass(frozen=True)
class KeptRow:
    """A row that is set apart (dòng giữ riêng), as it came, with the exact reason."""

    line_no: int
    fault: RowFault
    raw: str
    channel_reference: str | None = None
    """Where the row still names one."""
    debit_vnd: int | None = None
    """What left the account, where the row says no more than that."""


@dataclass(frozen=True)
class Sheet:
    """What is read of a file."""

    lines: tuple[StatementLine, ...]
    kept: tuple[KeptRow, ...]

    @property
    def sum_vnd(self) -> int:
        """Return what the lines that count sum to."""
        return sum(line.amount_vnd for line in self.lines)


class StatementUnusableError(DomainError):
    """A file as a whole is not believed."""

    kind = Kind.INVALID
    code = "statement-unusable"
    title = "Tệp đối soát không dùng được"

    def __init__(self, fault: FileFault) -> None:
        super().__init__(f"the file is not believed: {fault}", fault=fault.value)
        self.fault = fault


class StatementUnavailableError(DomainError):
    """The channel does not hand out its file now."""

    kind = Kind.UNAVAILABLE
    code = "statement-unavailable"
    title = "Kênh thanh toán chưa trả tệp đối soát"
