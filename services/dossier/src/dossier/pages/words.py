"""Codes of facts in the words that people read."""

from collections.abc import Mapping

from dossier.adapters.files.banks import bank_names
from dossier.views.standing import Standing
from shared.web.pages import translate

Tag = tuple[str, str]
"""A word and the state of its tag."""


def standing_tag(standing: Standing) -> Tag:
    """Return where the money of a dossier stands."""
    tags: Mapping[Standing, Tag] = {
        Standing.AWAITING_FEE: (translate("Chờ xác định mức thu"), "neutral"),
        Standing.NO_TARIFF: (translate("Chưa có biểu phí"), "wrong"),
        Standing.EXEMPT: (translate("Miễn phí"), "neutral"),
        Standing.DUE: (translate("Chờ thanh toán"), "waiting"),
        Standing.PAID: (translate("Đã thanh toán"), "done"),
        Standing.REFUNDED: (translate("Đã hoàn trả"), "neutral"),
        Standing.PAID_ELSEWHERE: (translate("Hệ thống tỉnh đã thu"), "done"),
        Standing.CLOSED: (translate("Không thu"), "neutral"),
    }
    return tags[standing]


def standing_tag_of_citizen(standing: Standing) -> Tag:
    """Return where the money stands; what only we can mend is simply awaited."""
    awaited = standing is Standing.NO_TARIFF
    return standing_tag(Standing.AWAITING_FEE if awaited else standing)


def status_word(status: int | None) -> str:
    """Return the national status of a dossier."""
    return _statuses().get(status or 0, translate("Chưa rõ trạng thái"))


def statuses() -> list[tuple[str, str]]:
    """Return every national status with its words, for a list to choose from."""
    return [(str(status), words) for status, words in _statuses().items()]


def _statuses() -> Mapping[int, str]:
    return {
        1: translate("Mới đăng ký"),
        2: translate("Được tiếp nhận"),
        3: translate("Không được tiếp nhận"),
        4: translate("Đang xử lý"),
        5: translate("Yêu cầu bổ sung giấy tờ"),
        6: translate("Yêu cầu thực hiện nghĩa vụ tài chính"),
        7: translate("Công dân yêu cầu rút hồ sơ"),
        8: translate("Dừng xử lý"),
        9: translate("Đã xử lý xong"),
        10: translate("Đã trả kết quả"),
    }


def channel_word(channel: str, bank_code: str | None) -> str:
    """Return through which bank or channel money came."""
    words = {
        "npsp": translate("Nền tảng thanh toán quốc gia"),
        "vnpay": "VNPAY",
        "momo": "MoMo",
        "zalopay": "ZaloPay",
        "vietqr": translate("Chuyển khoản VietQR"),
        "cash": translate("Tiền mặt"),
    }
    return bank_names().get(bank_code or "") or words.get(channel, channel)


def kind_word(kind: str) -> str:
    """Return phí or lệ phí."""
    return translate("Lệ phí") if kind == "le_phi" else translate("Phí")


def filing_word(channel: str) -> str:
    """Return how a dossier was filed."""
    return translate("Trực tuyến") if channel == "online" else translate("Trực tiếp tại quầy")


def timing_word(timing: str) -> str:
    """Return when the fee is due (hình thức thu)."""
    words = {
        "before": translate("Thu trước"),
        "after": translate("Thu sau"),
        "free": translate("Đối tượng miễn phí"),
    }
    return words[timing]


def person_kind_word(kind: str) -> str:
    """Return whether a party is a person or an organisation."""
    return translate("Tổ chức") if kind == "organisation" else translate("Cá nhân")


def reason_word(code: str | None) -> str:
    """Return why something waits, ended or failed; an unknown code as it is."""
    words = {
        "no_tariff": translate("chưa có biểu phí cho khoản này"),
        "agency_incomplete": translate("đơn vị thu chưa đủ thông tin"),
        "procedure_incomplete": translate("thủ tục chưa đủ thông tin"),
        "refused": translate("hồ sơ không được tiếp nhận"),
        "withdrawn": translate("hồ sơ đã rút"),
        "stopped": translate("hồ sơ dừng xử lý"),
        "paid_elsewhere": translate("hệ thống tỉnh đã thu"),
        "exempted": translate("được miễn"),
        "short": translate("nộp thiếu"),
        "over": translate("nộp thừa"),
        "duplicate": translate("nộp hai lần"),
        "late": translate("đến sau khi đã đóng"),
        "unknown": translate("không rõ hồ sơ"),
        "wrong_payee": translate("nhầm đơn vị thu"),
    }
    return words.get(code or "", code or "")


def fact_word(fact_type: str) -> str:
    """Return what a fact for the province tells."""
    facts = {
        "PhaiThu": translate("phải thu"),
        "MienThu": translate("miễn thu"),
        "DaThu": translate("đã thu"),
        "BienLai": translate("biên lai"),
        "BienLaiThayThe": translate("biên lai thay thế"),
        "HoanTra": translate("hoàn trả"),
        "BiTuChoi": translate("tin bị từ chối"),
        "YeuCauGuiLai": translate("yêu cầu gửi lại"),
    }
    name = fact_type.split(".")[-2]
    return facts.get(name, name)


def exemption_word(code: str) -> str:
    """Return why nothing is due; a code that has no words yet as it is."""
    words = {
        "KHONG_THU": translate("không thu theo danh mục công bố"),
        "MIEN_THEO_DOI_TUONG": translate("miễn cho đối tượng được hưởng"),
        "MIEN_THEO_LUAT": translate("miễn theo luật"),
        "ONLINE_0_DONG": translate("0 đồng khi nộp trực tuyến"),
    }
    return words.get(code, code)
