"""What goes to the tax authority, and what it may answer (docs/tax-authority.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.errors import DomainError, Kind


class TaxForm(StrEnum):
    """A form that collectors send to the tax authority."""

    DAILY_TABLE = "01/TH-BLĐT"
    """Bảng tổng hợp dữ liệu biên lai (NĐ 254/2026 Điều 29.3b)."""
    ERROR_NOTICE = "04/SS-CTĐT"
    """Thông báo chứng từ điện tử có sai sót (TT 91/2026 Điều 20.1)."""


@dataclass(frozen=True)
class Acknowledgement:
    """The tax authority has taken it (thông báo tiếp nhận)."""

    reference: str
    """Mã tiếp nhận, which the authority gave."""


@dataclass(frozen=True)
class Sending:
    """A form that is to be sent now."""

    form: TaxForm
    key: UUID
    """Its idempotency key."""
    tax_code: str
    """Whose certificate signs it."""
    body: bytes
    """What it says, as JSON."""
    signed: bytes | None = None
    """What is sent, if it was signed before: equal bytes each time, until they are refused."""


class TaxUnavailableError(DomainError):
    """The tax authority does not answer, or says that it cannot now: later may help."""

    kind = Kind.UNAVAILABLE
    code = "tax-unavailable"
    title = "Cơ quan thuế chưa trả lời"


class TaxRefusedError(DomainError):
    """The tax authority has read it and does not take it as it is."""

    kind = Kind.CONFLICT
    code = "tax-refused"
    title = "Cơ quan thuế không tiếp nhận"

    def __init__(self, reason: str, lines: Mapping[int, Sequence[str]] | None = None) -> None:
        super().__init__(f"the tax authority refused: {reason}", reason=reason)
        self.reason = reason
        """Its codes, with a comma between."""
        self.lines = dict(lines or {})
        """Its codes by line (stt), where it names lines."""


class NothingToRemakeError(DomainError):
    """What was refused would be sent again word for word: the cause has to be mended first."""

    kind = Kind.CONFLICT
    code = "nothing-to-remake"
    title = "Lập lại bây giờ sẽ giống hệt bản không được tiếp nhận. Sửa nguyên nhân trước."

    def __init__(self) -> None:
        super().__init__("the submission made anew equals the refused one")


class TableNotFoundError(DomainError):
    """There is no such daily table, or it is another collector's; the two look the same."""

    kind = Kind.NOT_FOUND
    code = "daily-table-not-found"
    title = "Không có bảng kê này"

    def __init__(self) -> None:
        super().__init__("no daily table for this")
