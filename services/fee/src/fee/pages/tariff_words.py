"""Words of the book of tariffs: codes, phases and faults as people read them. Pure."""

from typing import Final

from fee.domain.checking import Fault, FaultCode
from fee.domain.tariff import Tariff, TariffPhase
from fee.pages.wording import kind_words
from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.contracts.parts import FeeKind
from shared.web.pages import translate

TAGS: Final = {
    TariffPhase.DRAFT: "neutral",
    TariffPhase.REQUESTED: "waiting",
    TariffPhase.UPCOMING: "selected",
    TariffPhase.IN_FORCE: "done",
    TariffPhase.ENDED: "neutral",
    TariffPhase.DISCARDED: "neutral",
}

Options = list[tuple[str, str]]


def tariff_words(tariff: Tariff) -> dict[str, str]:
    """Return a tariff's codes in words."""
    parts = (
        tariff.variant_name or tariff.variant,
        _channel(tariff.channel),
        group_words(tariff.payer_group) if tariff.payer_group else "",
        translate("thủ tục %(code)s", code=tariff.procedure_code) if tariff.procedure_code else "",
        translate("địa bàn %(code)s", code=tariff.territory_code) if tariff.territory_code else "",
    )
    return {
        "kind": kind_words(tariff.kind),
        "holds_for": " · ".join(part for part in parts if part),
        "per": _per(tariff),
    }


def phase_words(phase: TariffPhase) -> str:
    """Return where a tariff stands, in words."""
    return {
        TariffPhase.DRAFT: translate("Bản nháp"),
        TariffPhase.REQUESTED: translate("Chờ duyệt"),
        TariffPhase.UPCOMING: translate("Sắp có hiệu lực"),
        TariffPhase.IN_FORCE: translate("Đang có hiệu lực"),
        TariffPhase.ENDED: translate("Hết hiệu lực"),
        TariffPhase.DISCARDED: translate("Đã bỏ"),
    }[phase]


def phases() -> Options:
    """Return what the list may be narrowed to."""
    return [("", translate("Tất cả")), *((each.value, phase_words(each)) for each in TariffPhase)]


def certainties() -> Options:
    """Return whether a row was compared with its act."""
    return [
        (Certainty.KNOWN, translate("Đã đối chiếu")),
        (Certainty.TO_CONFIRM, translate("Cần xác minh")),
    ]


def choices() -> dict[str, Options]:
    """Return what the fields of the form offer."""
    return {
        "fee_kind": [(each.value, kind_words(each)) for each in FeeKind],
        "channel": [(each.value, _channel(each)) for each in TariffChannel],
        "rule": [(each.value, rule_words(each)) for each in TariffRule],
        "unit": [(each.value, _unit(each)) for each in TariffUnit],
        "certainty": certainties(),
    }


def rule_words(rule: TariffRule) -> str:
    """Return how a tariff reckons, in words."""
    return {
        TariffRule.FLAT: translate("Một mức cố định"),
        TariffRule.TIER: translate("Theo bậc số trang"),
        TariffRule.CAP_PER_COPY: translate("Mức tối đa cho một bản"),
        TariffRule.EXTRA_FROM: translate("Thu thêm từ bản thứ n"),
    }[rule]


def labels() -> dict[str, str]:
    """Return what each field of a tariff is called; the names are the columns of the file."""
    return {
        "tariff_code": translate("Mã mức thu"),
        "fee_code": translate("Mã khoản thu"),
        "fee_kind": translate("Loại"),
        "fee_name_vi": translate("Tên khoản thu"),
        "procedure_code": translate("Mã thủ tục"),
        "variant_code": translate("Mã biến thể"),
        "variant_name_vi": translate("Tên biến thể"),
        "channel": translate("Cách nộp hồ sơ"),
        "territory_code": translate("Địa bàn"),
        "payer_group": translate("Đối tượng"),
        "rule": translate("Cách tính"),
        "from_quantity": translate("Từ số"),
        "to_quantity": translate("Đến số"),
        "unit": translate("Đơn vị tính"),
        "amount_vnd": translate("Mức thu (đồng)"),
        "valid_from": translate("Có hiệu lực từ ngày"),
        "valid_to": translate("Đến hết ngày"),
        "legal_basis": translate("Căn cứ pháp lý"),
        "certainty": translate("Đối chiếu"),
        "exemption_reason_code": translate("Lý do miễn"),
    }


def fault_words(fault: Fault) -> str:
    """Return what is wrong and how to put it right, for the person who typed it."""
    return _FIELD_FAULTS.get(fault.code, lambda: translate("Chưa đúng."))()


def faults_by_field(faults: tuple[Fault, ...]) -> dict[str, str]:
    """Return the first fault of each field, in words."""
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.field, fault_words(fault))
    return found


_FIELD_FAULTS: Final = {
    FaultCode.REQUIRED: lambda: translate("Cần điền ô này."),
    FaultCode.CODE: lambda: translate("Mã chỉ gồm chữ không dấu, số, dấu chấm và gạch nối."),
    FaultCode.CHOICE: lambda: translate("Chọn một trong các giá trị cho sẵn."),
    FaultCode.SERVICE_PRICE: lambda: translate(
        "Giá dịch vụ (đo đạc, bưu chính…) không phải phí, lệ phí: xuất hóa đơn, không đưa vào "
        "biểu phí."
    ),
    FaultCode.NUMBER: lambda: translate("Ghi số nguyên, như 12000 hoặc 12.000."),
    FaultCode.DATE: lambda: translate("Ghi ngày có thật, như 24/11/2026."),
    FaultCode.TOO_LONG: lambda: translate("Dài quá 500 ký tự."),
    FaultCode.CHARACTERS: lambda: translate("Có ký tự không in được."),
    FaultCode.FORMULA: lambda: translate("Không bắt đầu bằng =, +, - hoặc @."),
    FaultCode.EXTRA_CELLS: lambda: translate("Dòng có nhiều ô hơn số cột."),
    FaultCode.AMOUNT_TOO_LARGE: lambda: translate("Mức thu lớn nhất là 10.000.000.000 đồng."),
    FaultCode.ZERO_NEEDS_REASON: lambda: translate(
        "Mức 0 đồng là miễn thu: ghi mã lý do, như MIEN_THEO_LUAT."
    ),
    FaultCode.REASON_NEEDS_ZERO: lambda: translate("Chỉ mức 0 đồng mới có lý do miễn."),
    FaultCode.DAY_OUT_OF_RANGE: lambda: translate("Ngày từ 01/01/2017 đến 31/12/2099."),
    FaultCode.ENDS_BEFORE_IT_BEGINS: lambda: translate("Ngày cuối sớm hơn ngày đầu."),
    FaultCode.UNIT_OF_RULE: lambda: translate(
        "Cách tính này không dùng đơn vị này: bậc tính theo trang; tối đa và thu thêm theo bản; "
        "cố định theo bản, trường hợp hoặc hồ sơ."
    ),
    FaultCode.FROM_ONE: lambda: translate("Số bắt đầu từ 1."),
    FaultCode.NO_RANGE: lambda: translate("Cách tính này không có khoảng số: để 1, và để trống."),
    FaultCode.RANGE: lambda: translate("Số cuối nhỏ hơn số đầu."),
    FaultCode.CODE_TWICE: lambda: translate("Mã này có hai lần trong tệp."),
    FaultCode.KEY_TWICE: lambda: translate(
        "Trong tệp đã có dòng cùng trường hợp và cùng ngày hiệu lực."
    ),
    FaultCode.KIND_DIFFERS: lambda: translate("Khoản thu này đã có với loại khác (phí, lệ phí)."),
    FaultCode.CODE_KNOWN: lambda: translate("Mã này đã được dùng."),
    FaultCode.KEY_KNOWN: lambda: translate("Đã có mức thu cùng trường hợp và cùng ngày hiệu lực."),
    FaultCode.PUBLISHED: lambda: translate(
        "Mức thu đã công bố không được sửa: thêm mức mới với ngày hiệu lực mới."
    ),
    FaultCode.END_ELSEWHERE: lambda: translate(
        "Ngày kết thúc của mức đã công bố được đề nghị ở trang của mức thu đó."
    ),
    FaultCode.PAGES_LEFT_OPEN: lambda: translate(
        "Các bậc cùng ngày hiệu lực phải nối nhau từ trang 1 đến không giới hạn: gửi duyệt cùng "
        "một lần."
    ),
    FaultCode.NOT_UTF8: lambda: translate("Tệp không ở dạng UTF-8. Lưu lại là “CSV UTF-8”."),
    FaultCode.NOT_CSV: lambda: translate("Tệp không phải CSV: có dấu nháy chưa đóng."),
    FaultCode.NO_ROWS: lambda: translate("Tệp chưa có dòng nào."),
    FaultCode.TOO_MANY_ROWS: lambda: translate("Một tệp có nhiều nhất 1.000 dòng."),
    FaultCode.COLUMN_MISSING: lambda: translate("Tệp thiếu cột này."),
    FaultCode.COLUMN_UNKNOWN: lambda: translate("Biểu phí không có cột này."),
    FaultCode.COLUMN_TWICE: lambda: translate("Cột này có hai lần."),
}


def _channel(channel: TariffChannel) -> str:
    return {
        TariffChannel.BOTH: translate("tại quầy và trực tuyến"),
        TariffChannel.COUNTER: translate("tại quầy"),
        TariffChannel.ONLINE: translate("trực tuyến"),
    }[channel]


def group_words(code: str) -> str:
    """Return a group of payers in words; a code that the list makes anew is shown as it is."""
    return {
        "DTTS_DBKK": translate("dân tộc thiểu số ở xã đặc biệt khó khăn"),
        "HO_NGHEO": translate("hộ nghèo"),
        "HSSV": translate("học sinh, sinh viên"),
        "NGUOI_CAO_TUOI": translate("người cao tuổi"),
        "NGUOI_CO_CONG": translate("người có công với cách mạng"),
        "NGUOI_KHUYET_TAT": translate("người khuyết tật"),
        "THAN_NHAN_LIET_SI": translate("thân nhân liệt sĩ"),
        "TRE_EM": translate("trẻ em"),
    }.get(code, code)


def exemption_words(code: str) -> str:
    """Return why nothing is due, in words; a new code is shown as it is."""
    return {
        "KHONG_THU": translate("không thu"),
        "MIEN_THEO_DOI_TUONG": translate("miễn theo đối tượng"),
        "MIEN_THEO_LUAT": translate("miễn theo luật"),
        "ONLINE_0_DONG": translate("0 đồng khi nộp trực tuyến"),
        "MIEN_THEO_HO_SO": translate("hồ sơ được tiếp nhận theo diện miễn phí"),
    }.get(code, code)


def _per(tariff: Tariff) -> str:
    if tariff.exemption_reason_code is not None:
        return exemption_words(tariff.exemption_reason_code)
    if tariff.rule is TariffRule.CAP_PER_COPY:
        return translate("tối đa một bản")
    if tariff.rule is TariffRule.EXTRA_FROM:
        return translate("thêm mỗi bản, từ bản thứ %(n)s", n=tariff.from_quantity)
    if tariff.rule is TariffRule.TIER:
        if tariff.to_quantity is None:
            return translate("mỗi trang, từ trang thứ %(n)s", n=tariff.from_quantity)
        return translate(
            "mỗi trang, từ trang %(n)s đến %(m)s", n=tariff.from_quantity, m=tariff.to_quantity
        )
    return _unit(tariff.unit)


def _unit(unit: TariffUnit) -> str:
    return {
        TariffUnit.PAGE: translate("mỗi trang"),
        TariffUnit.COPY: translate("mỗi bản"),
        TariffUnit.CASE: translate("mỗi trường hợp"),
        TariffUnit.DOSSIER: translate("mỗi hồ sơ"),
    }[unit]
