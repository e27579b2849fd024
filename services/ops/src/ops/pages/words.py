"""The words of the operator's pages, in the language of the request."""

from datetime import datetime

from ops.domain.alarms import Alarm
from ops.domain.figures import WorkKind
from ops.domain.findings import Breach
from ops.domain.timeline import Wait
from shared.web.pages import number, translate


def count_names() -> dict[str, str]:
    """Return the word beside each figure of the proof."""
    return {
        "payments": translate("khoản đã thu"),
        "paid_vnd": translate("đã thu"),
        "receipted_vnd": translate("đã cấp biên lai"),
        "awaiting_number": translate("chờ cấp số"),
        "replaced": translate("đã bị thay thế"),
        "replacements": translate("bản thay thế"),
        "monies": translate("lần tiền đến"),
        "payables": translate("khoản phải thu"),
        "settled": translate("đã thu đủ"),
        "receipts_on_stream": translate("biên lai trên dòng"),
        "receipts_in_table": translate("biên lai trong bảng"),
        "series": translate("dải số"),
        "numbers": translate("số đã cấp"),
        "transactions": translate("bút toán"),
        "refunds": translate("lần hoàn trả"),
        "refunded_vnd": translate("đã hoàn"),
        "in_outboxes": translate("đã ghi"),
        "on_topics": translate("đã phát"),
        "in_archive": translate("đã lưu"),
        "consumers": translate("bên đọc"),
        "deciding_facts": translate("sự kiện quyết định"),
        "subjects": translate("hồ sơ và đối tượng"),
        "facts": translate("sự kiện"),
        "files": translate("tệp"),
        "read_back": translate("đã đọc lại"),
        "repeats": translate("lần lặp lại"),
    }


def work_names() -> dict[WorkKind, str]:
    """Return the words for work of receipt that waits."""
    return {
        WorkKind.SERIES: translate("Dải số năm sau"),
        WorkKind.RECEIPT_NUMBER: translate("Số biên lai"),
        WorkKind.RECEIPT_FILE: translate("Tệp biên lai"),
        WorkKind.DAILY_TABLE: translate("Bảng kê 01/TH-BLĐT"),
    }


def alarm(each: Alarm) -> tuple[str, str, datetime | None]:
    """Return what is late, what to do about it, and since when the oldest waits."""
    titles = {
        WorkKind.SERIES: "Thiếu %(count)s dải số của năm sau",
        WorkKind.RECEIPT_NUMBER: "%(count)s biên lai đã thu tiền mà chưa có số",
        WorkKind.RECEIPT_FILE: "%(count)s biên lai có số mà chưa có tệp quá lâu",
        WorkKind.DAILY_TABLE: "%(count)s bảng kê 01/TH-BLĐT quá một ngày chưa được nhận",
    }
    acts = {
        WorkKind.SERIES: "Báo quản trị mở ở trang Dải số trước ngày 1/1, nếu không biên lai đầu năm phải chờ số.",  # noqa: E501
        WorkKind.RECEIPT_NUMBER: "Báo quản trị mở một dải số ở trang Dải số; các biên lai này được cấp số ngay.",  # noqa: E501
        WorkKind.RECEIPT_FILE: "Xem dịch vụ receipt còn chạy không, kho tệp còn chỗ không, chứng thư số còn hạn không.",  # noqa: E501
        WorkKind.DAILY_TABLE: "Xem đường đến cơ quan thuế; nếu không được tiếp nhận, báo kế toán mở trang Bảng kê.",  # noqa: E501
    }  # fmt: skip
    title = translate(titles[each.kind], count=number(each.count))
    return title, translate(acts[each.kind]), each.since


def statements() -> dict[str, str]:
    """Return what must hold, by invariant, in the language of the request."""
    return {
        "I1": translate("Đã thu bao nhiêu, biên lai đúng bấy nhiêu"),
        "I2": translate("Mỗi bút toán cân, hai bên bằng nhau"),
        "I3": translate("Tiền đã nhận khớp với khoản phải thu"),
        "I5": translate("Mỗi khoản tiền có nhiều nhất một lần hoàn đang mở"),
        "I6": translate("Mỗi khoản đã thu có đúng một biên lai cho mỗi loại"),
        "I7": translate("Số biên lai liên tục từ 1, không thiếu, không trùng"),
        "I8": translate("Tệp biên lai còn nguyên như lúc ký, in lại vẫn đúng từng byte"),
        "I9": translate("Biên lai bị thay thế còn nguyên và có đúng một bản thay"),
        "I11": translate("Điều đã ghi, đã phát và đã lưu là một, từng byte"),
        "I12": translate("Mỗi sự kiện quyết định đã tới nơi phải nghe"),
        "I13": translate("Không thiếu, không đảo thứ tự trong từng hồ sơ"),
    }


def wait_names() -> dict[Wait, str]:
    """Return what is awaited, in words."""
    return {
        Wait.ASSESSMENT: translate("Chờ xác định số phải thu"),
        Wait.TARIFF: translate("Chờ biểu phí hoặc thông tin còn thiếu"),
        Wait.PAYABLE: translate("Chờ mở khoản phải thu"),
        Wait.PAYER: translate("Chờ người nộp thanh toán"),
        Wait.RECEIPT: translate("Chờ cấp số biên lai"),
        Wait.FILE: translate("Chờ tạo tệp biên lai"),
        Wait.PARTNER: translate("Chờ hệ thống tỉnh xác nhận"),
    }


def event_names() -> dict[str, str]:
    """Return the events that people look for, in words."""
    return _names_before_payment() | _names_after_payment()


def _names_before_payment() -> dict[str, str]:
    return {
        "DossierReceived": translate("Tiếp nhận hồ sơ"),
        "DossierChanged": translate("Hồ sơ thay đổi"),
        "DossierWithdrawn": translate("Hồ sơ dừng hoặc rút"),
        "DossierReinstated": translate("Hồ sơ được xử lý tiếp"),
        "DossierClosed": translate("Đã trả kết quả"),
        "PartyRedacted": translate("Đã xóa thông tin cá nhân"),
        "FeeAssessed": translate("Đã xác định số phải thu"),
        "FeePending": translate("Chưa xác định được số phải thu"),
        "FeeExempted": translate("Được miễn"),
        "FeeWithdrawn": translate("Hủy yêu cầu thu"),
        "PaymentRequested": translate("Mở khoản phải thu"),
        "PaymentAmended": translate("Khoản phải thu thay đổi"),
        "PaymentAttempted": translate("Người nộp chọn kênh thanh toán"),
        "PaymentAttemptEnded": translate("Lần thanh toán kết thúc"),
    }


def _names_after_payment() -> dict[str, str]:
    return {
        "PaymentSettled": translate("Đã thu đủ"),
        "PaymentClosed": translate("Đóng khoản phải thu"),
        "MoneyUnmatched": translate("Tiền chưa gán"),
        "MoneyMatched": translate("Tiền đã gán"),
        "RefundProposed": translate("Đề nghị hoàn trả"),
        "RefundSettled": translate("Đã hoàn trả"),
        "ReceiptIssued": translate("Cấp số biên lai"),
        "ReceiptFileReady": translate("Biên lai đã có tệp"),
        "ReceiptReplaced": translate("Biên lai bị thay thế"),
        "NotificationSent": translate("Đã báo cho người nộp"),
        "NotificationFailed": translate("Chưa báo được cho người nộp"),
        "WebhookDelivered": translate("Đã giao cho đối tác"),
        "PartnerFactSent": translate("Đã gửi hệ thống tỉnh"),
        "PartnerFactAcknowledged": translate("Hệ thống tỉnh đã xác nhận"),
        "PartnerFactLate": translate("Hệ thống tỉnh chậm xác nhận"),
        "MessageParked": translate("Tin bị giữ"),
        "MessageReleased": translate("Tin được thả"),
        "MessageDiscarded": translate("Tin bị bỏ"),
    }


def breaches() -> dict[Breach, str]:
    """Return a sentence for each way in which an invariant can be broken."""
    return _breaches_of_money() | _breaches_of_receipts() | _breaches_of_facts()


def _breaches_of_money() -> dict[Breach, str]:
    return {
        Breach.RECEIPT_MISSING: translate("đã thu mà chưa có biên lai"),
        Breach.NUMBER_AWAITED: translate("chờ mở dải số để cấp số"),
        Breach.RECEIPT_SUM_DIFFERS: translate("số tiền biên lai khác số đã thu"),
        Breach.MONEY_PARTS_DIFFER: translate("các phần của số tiền không cộng lại thành nó"),
        Breach.PAYABLE_SUM_DIFFERS: translate("tiền đã gán khác số phải thu"),
        Breach.PAYMENT_SUMS_DIFFER: translate("các số tiền của khoản đã thu không khớp nhau"),
        Breach.PAYMENT_SETTLED_TWICE: translate("một khoản báo thu đủ hai lần"),
        Breach.PAYMENT_NOT_IN_TABLE: translate("đã báo thu đủ mà không có trong bảng"),
        Breach.PAYMENT_NOT_SAID: translate("đã thu đủ trong bảng mà chưa báo lên dòng"),
        Breach.LEDGER_UNBALANCED: translate("bút toán không cân"),
        Breach.REFUND_OPEN_TWICE: translate("một khoản tiền có nhiều lần hoàn đang mở"),
        Breach.REFUND_SUM_DIFFERS: translate("số đã hoàn khác số ghi của khoản tiền"),
        Breach.REFUND_MISSING: translate("tiền phải hoàn mà chưa có đề nghị"),
        Breach.REFUND_NOT_IN_TABLE: translate("đã báo hoàn mà không có trong bảng"),
        Breach.FILE_DAMAGED: translate("tệp biên lai mất hoặc đã bị sửa"),
        Breach.FILE_RENDERS_OTHERWISE: translate("biên lai in lại khác bản đã ký"),
        Breach.FILE_DIFFERS: translate("tệp trong bảng khác tệp đã báo"),
        Breach.FILE_NOT_SAID: translate("tệp đã lưu mà chưa báo lên dòng"),
        Breach.FILE_NOT_IN_TABLE: translate("tệp đã báo mà không có trong bảng"),
        Breach.REFUND_NOT_SAID: translate("đã hoàn trong bảng mà chưa báo lên dòng"),
    }


def _breaches_of_receipts() -> dict[Breach, str]:
    return {
        Breach.RECEIPT_TWICE: translate("một khoản có nhiều biên lai cùng loại"),
        Breach.RECEIPT_WITHOUT_PAYMENT: translate("có biên lai mà không có khoản đã thu"),
        Breach.RECEIPT_NOT_IN_TABLE: translate("đã báo cấp biên lai mà không có trong bảng"),
        Breach.RECEIPT_DIFFERS: translate("biên lai trên dòng và trong bảng khác nhau"),
        Breach.RECEIPT_NOT_SAID: translate("có biên lai trong bảng mà chưa báo lên dòng"),
        Breach.NUMBER_MISSING: translate("thiếu số trong bảng"),
        Breach.NUMBER_TWICE: translate("một số cấp nhiều lần"),
        Breach.NUMBER_BEYOND_COUNTER: translate("số đã cấp vượt bộ đếm"),
        Breach.NUMBER_OUT_OF_TIME: translate("số sau cấp trước số trước"),
        Breach.NUMBER_OF_OTHER_YEAR: translate("số không thuộc năm của dải"),
        Breach.NUMBER_NOT_SAID: translate("thiếu số trên dòng"),
        Breach.REPLACED_TWICE: translate("một biên lai bị thay thế hai lần"),
        Breach.REPLACED_MISSING: translate("biên lai bị thay thế không còn trong bảng"),
        Breach.REPLACED_NOT_MARKED: translate("có bản thay mà chưa đánh dấu đã bị thay thế"),
        Breach.REPLACED_BY_NONE: translate("đánh dấu đã bị thay thế mà không có bản thay"),
        Breach.REPLACED_IN_CIRCLE: translate("các biên lai thay thế nhau thành vòng"),
        Breach.REPLACEMENT_NOT_SAID: translate("thay thế trong bảng mà chưa báo lên dòng"),
        Breach.REPLACEMENT_NOT_IN_TABLE: translate("đã báo thay thế mà không có trong bảng"),
        Breach.SERIES_UNKNOWN: translate("dải số không có trong bảng"),
    }


def _breaches_of_facts() -> dict[Breach, str]:
    return {
        Breach.FACT_UNREADABLE: translate("không đọc được"),
        Breach.FACT_BYTES_DIFFER: translate("nội dung khác với bản đã ghi"),
        Breach.FACT_NOT_SENT: translate("đã ghi mà chưa phát"),
        Breach.FACT_LOST: translate("đánh dấu đã phát mà không có trên dòng"),
        Breach.FACT_NOT_IN_OUTBOX: translate("có trên dòng mà bên nói không ghi"),
        Breach.FACT_NOT_ARCHIVED: translate("đã phát mà chưa lưu"),
        Breach.FACT_NOT_ON_TOPIC: translate("đã lưu mà không có trên dòng"),
        Breach.FACT_NOT_HEARD: translate("chưa tới nơi phải nghe"),
        Breach.CAUSE_MISSING: translate("không có nguyên nhân"),
        Breach.SEQUENCE_BROKEN: translate("thứ tự bị hở hoặc đảo"),
        Breach.REPEAT_DIFFERS: translate("lặp lại với nội dung khác"),
    }
