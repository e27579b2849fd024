"""The words of *sổ biên lai*: its columns, and what becomes of a number."""

from collections.abc import Mapping
from typing import Final

from receipt.domain.daily_tables import SubmissionStatus
from receipt.domain.lifecycles import ReceiptStatus, is_stored
from receipt.domain.register import Entry, Fate, Reporting
from shared.days import in_vietnam
from shared.web.pages import translate

FATES: Final[Mapping[Fate, str]] = {
    Fate.IN_FORCE: "Còn hiệu lực",
    Fate.REPLACED: "Đã bị thay thế",
    Fate.REPLACEMENT: "Thay cho biên lai khác",
    Fate.NOTICED: "Có thông báo sai sót",
    Fate.REFUNDED: "Đã hoàn",
    Fate.WITHOUT_FILE: "Chưa có tệp",
}
REPORTINGS: Final[Mapping[Reporting, str]] = {
    Reporting.UNREPORTED: "Cơ quan thuế chưa nhận",
    Reporting.REPORTED: "Cơ quan thuế đã nhận",
}
REPORTS: Final[Mapping[SubmissionStatus, tuple[str, str]]] = {
    SubmissionStatus.WAITING: ("Chờ tiếp nhận", "waiting"),
    SubmissionStatus.ACCEPTED: ("Đã nhận", "done"),
    SubmissionStatus.REFUSED: ("Không được tiếp nhận", "wrong"),
}
COLUMNS: Final = (
    "Số", "Lập lúc", "Số hồ sơ", "Tên loại phí, lệ phí", "Số tiền", "Đã hoàn", "Trạng thái",
    "Bị thay thế bởi", "Thay cho", "Thông báo sai sót", "Tệp", "Bảng kê ngày", "Lần gửi",
    "Cơ quan thuế", "Mã tiếp nhận", "Mã biên lai",
)  # fmt: skip


def row(entry: Entry) -> tuple[object, ...]:
    """Return one number as the file has it."""
    replaced = entry.status is ReceiptStatus.REPLACED
    report = entry.report
    told: tuple[object, ...] = (None, None, translate("Chưa lập bảng"), None)
    if report is not None:
        told = (
            report.day_on, report.supplement_no, translate(REPORTS[report.status][0]),
            report.reference,
        )  # fmt: skip
    return (
        entry.number, f"{in_vietnam(entry.issued_at):%Y-%m-%d %H:%M:%S}", entry.dossier_code,
        entry.names, entry.total_vnd, entry.refunded_vnd or None,
        translate("Đã bị thay thế") if replaced else translate("Đã cấp"),
        entry.replaced_by and entry.replaced_by.symbol, entry.replaces and entry.replaces.symbol,
        entry.notices, translate("Đã có") if is_stored(entry.file_status) else translate("Chưa có"),
        *told, entry.receipt_id,
    )  # fmt: skip
