"""The words of refunds: reasons, states, and why a channel said no."""

from typing import Final

from payment_gateway.domain.refunds import NO_ANSWER, Refund, Status
from shared.contracts.money import RefundReason
from shared.web.pages import translate

REASONS: Final = {
    RefundReason.OVER: "Nộp thừa",
    RefundReason.DUPLICATE: "Nộp hai lần",
    RefundReason.LATE: "Nộp sau khi khoản thu đã đóng",
    RefundReason.UNKNOWN: "Không rõ của ai",
    RefundReason.WRONG_PAYEE: "Vào sai đơn vị thu",
    RefundReason.ASSESSED_LESS: "Đã thu nhiều hơn số phải thu",
    RefundReason.NOT_ACCEPTED: "Hồ sơ không được tiếp nhận",
    RefundReason.WITHDRAWN: "Công dân rút hồ sơ",
    RefundReason.STOPPED: "Hồ sơ dừng xử lý",
}

RULES: Final = {
    "LP-HOCHIEU": "Lệ phí hộ chiếu chỉ hoàn trả khi người đề nghị không đủ điều kiện cấp.",
    "PHI-THITHUC": "Phí thị thực không hoàn trả.",
    "PHI-LANHSU": "Phí, lệ phí lãnh sự không hoàn trả.",
    "LP-LANHSU": "Phí, lệ phí lãnh sự không hoàn trả.",
    "PHI-THAMDINH-PHIM": "Phí thẩm định phim không hoàn trả khi việc thẩm định đã làm.",
}
"""What the law of a fee says, by the prefix of its rule (domain/refund_rules.py)."""

_STATES: Final = {
    Status.PROPOSED: ("Chờ duyệt", "waiting"),
    Status.APPROVED: ("Đã duyệt", "waiting"),
    Status.DECLINED: ("Không duyệt", "neutral"),
    Status.SENT: ("Đã gửi kênh, chờ kết quả", "waiting"),
    Status.BY_HAND: ("Chờ chi bằng tay", "waiting"),
    Status.SETTLED: ("Đã hoàn", "done"),
    Status.FAILED: ("Kênh từ chối", "wrong"),
}


def state_words(refund: Refund) -> tuple[str, str]:
    """Return the word of a refund's state, and the kind of its tag."""
    if refund.may_have_been_paid:
        return translate("Kênh chưa trả lời dứt khoát"), "wrong"
    words, kind = _STATES[refund.status]
    return translate(words), kind


def error_words(refund: Refund) -> str:
    """Return why the channel's last answer was no; empty where there was none."""
    if refund.error_code is None:
        return ""
    if refund.error_code == NO_ANSWER:
        return translate(
            "Kênh không trả lời dứt khoát trong 3 ngày. Có thể tiền đã hoàn: hãy xem sao kê."
        )
    return translate("Kênh thanh toán từ chối hoàn, mã %(code)s.", code=refund.error_code)
