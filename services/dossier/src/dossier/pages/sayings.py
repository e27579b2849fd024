"""Each fact of a dossier in the words of its timeline."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from dossier.pages import words
from shared.web.pages import amount, for_display, translate

Details = Mapping[str, Any]
Said = tuple[str, str, str]
"""Title, note, state."""


def _money(details: Details, name: str = "amount_vnd") -> str:
    return amount(details[name])


def _changed(details: Details) -> Said:
    names = {
        "context": translate("thủ tục"),
        "receiving_agency": translate("cơ quan tiếp nhận"),
        "deciding_agency": translate("cơ quan giải quyết"),
        "payee": translate("đơn vị thu"),
        "channel": translate("cách nộp"),
        "submitted_at": translate("ngày nộp"),
        "due_at": translate("ngày hẹn trả"),
        "status": translate("trạng thái"),
        "territory_code": translate("địa bàn"),
        "payment_timing": translate("hình thức thu"),
        "fee_lines": translate("khoản phí, lệ phí"),
        "paid_elsewhere": translate("khoản tỉnh đã thu"),
    }
    changed = ", ".join(names[name] for name in details["changed"] if name in names)
    note = changed
    if "status" in details:
        note = translate("trạng thái: %(status)s", status=words.status_word(details["status"]))
    return translate("Hồ sơ thay đổi"), note, "done"


def _told(details: Details) -> Said:
    fact = words.fact_word(details["fact_type"])
    if details.get("again"):
        return translate("Gửi lại hệ thống tỉnh: %(fact)s", fact=fact), "", "done"
    return translate("Báo hệ thống tỉnh: %(fact)s", fact=fact), "", "done"


def _overdue(details: Details) -> Said:
    fact = words.fact_word(details["fact_type"])
    title = translate("Hệ thống tỉnh chưa xác nhận: %(fact)s", fact=fact)
    if details["level"] == "escalated":
        return title, translate("quá 24 giờ"), "wrong"
    return title, translate("quá 15 phút"), "wrong"


def _acknowledged(details: Details) -> Said:
    fact = words.fact_word(details["fact_type"])
    if details["result"] == "ok":
        return translate("Hệ thống tỉnh xác nhận: %(fact)s", fact=fact), "", "done"
    title = translate("Hệ thống tỉnh báo lỗi: %(fact)s", fact=fact)
    return title, words.reason_word(details.get("reason_code")), "wrong"


def _attempt_ended(details: Details) -> Said:
    titles = {
        "succeeded": (translate("Giao dịch thành công"), "done"),
        "failed": (translate("Giao dịch không thành"), "wrong"),
        "superseded": (translate("Giao dịch được thay bằng lần khác"), "done"),
        "given_up": (translate("Thôi hỏi về giao dịch"), "wrong"),
    }
    title, state = titles[details["outcome"]]
    return title, "", state


def _assessed(details: Details) -> Said:
    filed_on = datetime.fromisoformat(details["filed_on"]).date()
    title = translate("Xác định mức thu %(amount)s", amount=_money(details, "total_vnd"))
    return title, translate("theo ngày nộp %(day)s", day=for_display(filed_on)), "done"


def _paid_through(details: Details) -> Said:
    way = words.channel_word(details["channel"], details.get("bank_code"))
    return translate("Đã thanh toán qua %(way)s", way=way), _money(details), "done"


def _receipt(details: Details) -> Said:
    name = f"{details['serial_symbol']}-{details['number']}"
    return translate("Biên lai %(name)s", name=name), _money(details, "total_vnd"), "done"


def _notified(details: Details) -> Said:
    ways = {
        "email": translate("Đã gửi thư điện tử cho người nộp"),
        "sms": translate("Đã nhắn tin cho người nộp"),
        "zalo": translate("Đã nhắn Zalo cho người nộp"),
    }
    return ways[details["channel"]], "", "done"


SAYINGS: Final[Mapping[str, Callable[[Details], Said]]] = {
    "DossierReceived": lambda _: (translate("Tiếp nhận từ hệ thống tỉnh"), "", "done"),
    "DossierChanged": _changed,
    "DossierWithdrawn": lambda d: (
        translate("Hồ sơ dừng lại"), words.status_word(d["status"]), "done",
    ),
    "DossierReinstated": lambda d: (
        translate("Hồ sơ được xử lý lại"), words.status_word(d["status"]), "done",
    ),
    "DossierClosed": lambda _: (translate("Đã trả kết quả"), "", "done"),
    "PartyRedacted": lambda _: (translate("Đã xóa thông tin cá nhân"), "", "done"),
    "PartnerFactSent": _told,
    "PartnerFactAcknowledged": _acknowledged,
    "PartnerFactLate": _overdue,
    "PartnerDayCompared": lambda d: (
        translate("Hệ thống tỉnh thiếu tin về hồ sơ này"),
        translate(
            "so sánh ngày %(day)s", day=for_display(datetime.fromisoformat(d["day_on"]).date())
        ),
        "wrong",
    ),
    "FeeAssessed": _assessed,
    "FeePending": lambda d: (
        translate("Chưa xác định được mức thu"), words.reason_word(d["reason_code"]), "wrong",
    ),
    "FeeExempted": lambda _: (translate("Được miễn phí, lệ phí"), "", "done"),
    "FeeWithdrawn": lambda d: (translate("Thôi thu"), words.reason_word(d["reason"]), "done"),
    "PaymentRequested": lambda d: (
        translate("Mở khoản thu %(amount)s", amount=_money(d)), "", "done",
    ),
    "PaymentAmended": lambda d: (
        translate("Khoản thu đổi thành %(amount)s", amount=_money(d)), "", "done",
    ),
    "PaymentAttempted": lambda d: (
        translate(
            "Người nộp chọn %(way)s", way=words.channel_word(d["channel"], d.get("bank_code"))
        ),
        _money(d), "done",
    ),
    "PaymentAttemptEnded": _attempt_ended,
    "PaymentSettled": _paid_through,
    "PaymentClosed": lambda d: (
        translate("Đóng khoản thu"), words.reason_word(d["reason"]), "done",
    ),
    "MoneyUnmatched": lambda d: (
        translate("Tiền chưa gán %(amount)s", amount=_money(d)),
        words.reason_word(d["kind"]), "wrong",
    ),
    "MoneyMatched": lambda _: (translate("Đã gán tiền vào khoản thu"), "", "done"),
    "RefundProposed": lambda d: (
        translate("Đề nghị hoàn trả %(amount)s", amount=_money(d)), "", "done",
    ),
    "RefundApproved": lambda _: (translate("Đã duyệt hoàn trả"), "", "done"),
    "RefundDeclined": lambda _: (translate("Không duyệt hoàn trả"), "", "done"),
    "RefundSettled": lambda d: (
        translate("Đã hoàn trả %(amount)s", amount=_money(d)), "", "done",
    ),
    "RefundFailed": lambda _: (translate("Hoàn trả chưa thành"), "", "wrong"),
    "CaseOpened": lambda _: (translate("Có việc cần kế toán xử lý"), "", "wrong"),
    "CaseClosed": lambda _: (translate("Kế toán đã xử lý xong"), "", "done"),
    "ReceiptIssued": _receipt,
    "ReceiptFileReady": lambda _: (translate("Biên lai đã có bản PDF"), "", "done"),
    "ReceiptReplaced": lambda _: (translate("Biên lai được thay thế"), "", "done"),
    "ReceiptRefunded": lambda d: (
        translate("Biên lai đã hoàn %(amount)s", amount=_money(d)), "", "done",
    ),
    "ReceiptErrorNoticed": lambda _: (translate("Đã thông báo biên lai sai sót"), "", "done"),
    "NotificationSent": _notified,
    "NotificationFailed": lambda d: (
        translate("Chưa báo được cho người nộp"), d["error_code"], "wrong",
    ),
    "WebhookDelivered": lambda _: (translate("Đã chuyển tin cho đối tác"), "", "done"),
    "WebhookFailed": lambda _: (translate("Chưa chuyển được tin cho đối tác"), "", "wrong"),
}  # fmt: skip
