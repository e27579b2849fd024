"""What can go wrong with receipts, as people and machines are told."""

from datetime import date

from shared.errors import DomainError, Kind


class AmountNotWordableError(DomainError):
    """An amount below zero or of more than fifteen digits has no wording."""

    kind = Kind.INVALID
    code = "amount-not-wordable"
    title = "Số tiền không đọc được bằng chữ"

    def __init__(self, amount_vnd: int) -> None:
        super().__init__(f"no wording for {amount_vnd}", amount_vnd=amount_vnd)


class NoSymbolsError(DomainError):
    """No form and serial symbols are in force on this day; the rules are dated data."""

    kind = Kind.CONFLICT
    code = "receipt-symbols-missing"
    title = "Chưa có ký hiệu biên lai cho ngày này"

    def __init__(self, day: date) -> None:
        super().__init__(f"no receipt symbols in force on {day}")


class SeriesFullError(DomainError):
    """All numbers of the year's series are given (at most eight digits, NĐ 254/2026 Điều 23.2c)."""

    kind = Kind.CONFLICT
    code = "receipt-series-full"
    title = "Dải số biên lai của năm đã dùng hết"

    def __init__(self, serial_symbol: str) -> None:
        super().__init__(f"series {serial_symbol} is full", serial_symbol=serial_symbol)


class ReceiptNotFoundError(DomainError):
    """There is no such receipt, or whoever asks may not know of it; the two look the same."""

    kind = Kind.NOT_FOUND
    code = "receipt-not-found"
    title = "Chưa tìm thấy biên lai này"

    def __init__(self) -> None:
        super().__init__("no receipt for this")


class FileDamagedError(DomainError):
    """A stored file is missing or is not the one that was stored."""

    kind = Kind.UNAVAILABLE
    code = "receipt-file-damaged"
    title = "Tệp biên lai đang được kiểm tra lại"

    def __init__(self, name: str) -> None:
        super().__init__(f"file {name} is missing or altered")


class SignerUnusableError(DomainError):
    """No certificate that is in force signs for this collector; its files wait, unsigned."""

    kind = Kind.UNAVAILABLE
    code = "signer-unusable"
    title = "Chưa có chứng thư số dùng được để ký biên lai"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class SignerUnavailableError(DomainError):
    """The place that keeps the key, or the time-stamp authority, does not answer now."""

    kind = Kind.UNAVAILABLE
    code = "signer-unavailable"
    title = "Chưa ký được biên lai, đang thử lại"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
