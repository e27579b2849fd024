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


class TooManyLinesError(DomainError):
    """A payment of more lines than one receipt prints; its message is parked, nothing is lost."""

    kind = Kind.INVALID
    code = "receipt-too-many-lines"
    title = "Khoản thu có nhiều dòng hơn một biên lai in được"

    def __init__(self, lines: int, most: int) -> None:
        super().__init__(f"{lines} lines, at most {most}", lines=lines, most=most)


class NoSymbolsError(DomainError):
    """No form and serial symbols are in force on this day; the rules are dated data."""

    kind = Kind.CONFLICT
    code = "receipt-symbols-missing"
    title = "Chưa có ký hiệu biên lai cho ngày này"

    def __init__(self, day: date) -> None:
        super().__init__(f"no receipt symbols in force on {day}")


class BadSymbolsError(DomainError):
    """A form or letters that the rule in force does not know (TT 91/2026 Điều 19)."""

    kind = Kind.INVALID
    code = "receipt-symbols-wrong"
    title = "Ký hiệu không đúng quy định"

    def __init__(self, form_symbol: str, ending: str) -> None:
        super().__init__(f"no symbols {form_symbol!r} with {ending!r}")


class FaceValueError(BadSymbolsError):
    """A form with a pre-printed face value (mệnh giá); fee amounts differ, it does not."""

    code = "receipt-face-value"
    title = (
        "Mẫu in sẵn mệnh giá chưa dùng được: mỗi dải số chỉ có một mệnh giá, còn ở đây một dải"
        " cấp cho mọi mức thu. Đăng ký EBL01."
    )


class SeriesNotFoundError(DomainError):
    """There is no such series, or whoever asks may not know of it."""

    kind = Kind.NOT_FOUND
    code = "receipt-series-not-found"
    title = "Chưa tìm thấy dải số này"

    def __init__(self) -> None:
        super().__init__("no such series")


class SeriesKnownError(DomainError):
    """The collector has a series under these symbols already."""

    kind = Kind.CONFLICT
    code = "receipt-series-known"
    title = "Đơn vị đã có dải số với ký hiệu này"

    def __init__(self) -> None:
        super().__init__("these symbols are taken")


class SeriesOpenError(DomainError):
    """Another series of the same collector, kind and year gives numbers."""

    kind = Kind.CONFLICT
    code = "receipt-series-open"
    title = "Đang có một dải số khác mở; đóng dải đó trước"

    def __init__(self) -> None:
        super().__init__("another series of the same kind and year is open")


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


class FileNotKeptError(DomainError):
    """The store of files takes nothing now: no space, no answer."""

    kind = Kind.UNAVAILABLE
    code = "receipt-file-not-kept"
    title = "Chưa lưu được tệp biên lai, đang thử lại"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class RenderDiffersError(DomainError):
    """Printing again gave other bytes: fonts or library changed. What was printed counts."""

    kind = Kind.UNAVAILABLE
    code = "render-differs"
    title = "Bản thể hiện in lại khác bản đã in"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"printed again, it is {sha256}")


class SignerUnusableError(DomainError):
    """No certificate that is in force signs for this collector; its files wait, unsigned."""

    kind = Kind.UNAVAILABLE
    code = "signer-unusable"
    title = "Chưa có chứng thư số dùng được để ký biên lai"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class SignerUnavailableError(DomainError):
    """The place that keeps the key does not answer now."""

    kind = Kind.UNAVAILABLE
    code = "signer-unavailable"
    title = "Chưa ký được biên lai, đang thử lại"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class TimestampUnavailableError(DomainError):
    """The time-stamp authority gives no stamp now, or none that is genuine."""

    kind = Kind.UNAVAILABLE
    code = "timestamp-unavailable"
    title = "Chưa lấy được dấu thời gian cho chữ ký, đang thử lại"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)


class TooManyFilesError(DomainError):
    """More files wait to be checked than can be read in a moment."""

    kind = Kind.LIMITED
    code = "too-many-files"
    title = "Đang có nhiều tệp chờ kiểm tra"

    def __init__(self) -> None:
        super().__init__("too many files wait to be read", retry_after_seconds=10)


class FileMissingError(DomainError):
    """A check was asked for without a file, or with neither a file nor symbols."""

    kind = Kind.INVALID
    code = "file-missing"
    title = "Chưa có tệp để kiểm tra"

    def __init__(self) -> None:
        super().__init__("hand in one file as multipart field 'file', or a place as JSON")


class ReceiptReplacedError(DomainError):
    """A replaced receipt is not corrected any more; its successor is."""

    kind = Kind.CONFLICT
    code = "receipt-replaced"
    title = "Biên lai này đã bị thay thế; sửa trên biên lai thay thế"

    def __init__(self) -> None:
        super().__init__("the receipt has a successor")


class NothingPrintedError(DomainError):
    """What is not printed yet has no wrong print: the notice waits for the receipt's file."""

    kind = Kind.CONFLICT
    code = "receipt-not-printed"
    title = "Tệp biên lai đang được tạo; thông báo sau khi có tệp"

    def __init__(self) -> None:
        super().__init__("the receipt's file is not stored yet")


class NothingLeftError(DomainError):
    """All of the fee went back: there is nothing that a receipt could state."""

    kind = Kind.CONFLICT
    code = "receipt-nothing-left"
    title = "Khoản này đã hoàn hết; không có gì để lập biên lai thay thế"

    def __init__(self) -> None:
        super().__init__("nothing of the receipt's amount is left")


class NoticeNotFoundError(DomainError):
    """There is no such notice, or whoever asks may not know of it."""

    kind = Kind.NOT_FOUND
    code = "notice-not-found"
    title = "Chưa tìm thấy thông báo này"

    def __init__(self) -> None:
        super().__init__("no notice for this")


class NoOpenSeriesError(DomainError):
    """No series of numbers is open for this receipt, or all its numbers are given."""

    kind = Kind.CONFLICT
    code = "receipt-no-open-series"
    title = "Chưa có dải số đang mở cho biên lai này; quản trị mở dải số rồi duyệt lại"

    def __init__(self) -> None:
        super().__init__("no open series has a number left")
