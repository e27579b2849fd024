"""*Biểu phí*: the published tariffs, for administrators, supervisors and auditors."""

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse

from fee.domain.tariff import Tariff, TariffFilter
from fee.pages.wording import kind_words
from fee.use_cases.tariffs import list_tariffs
from shared.contracts.fee import Certainty, TariffChannel, TariffRule, TariffUnit
from shared.web.identity import Role, allow
from shared.web.pages import render, translate
from shared.web.request import Transaction

router: Final = APIRouter()

_PATH: Final = "/can-bo/bieu-phi"
_PAGE: Final = 50


class TariffQuery(BaseModel):
    """What is asked of the list; unknown words of a filter mean no filter."""

    model_config = ConfigDict(extra="ignore")

    tim: Annotated[str, Field(max_length=200)] = ""
    xac_minh: Annotated[str, Field(max_length=20)] = ""
    ngay: Annotated[str, Field(max_length=20)] = ""
    sau: Annotated[str, Field(max_length=64)] = ""

    def url(self, *, after: str) -> str:
        """Return the address of the page that begins after the tariff ``after``."""
        asked = self.model_dump() | {"sau": after}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{_PATH}?{query}" if query else _PATH


@router.get(_PATH, dependencies=[allow(Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR)])
async def show_tariffs(
    request: Request, session: Transaction, asked: Annotated[TariffQuery, Query()]
) -> HTMLResponse:
    """Show the list with each row's law, dates and certainty."""
    day = _day(asked.ngay)
    certainty = asked.xac_minh if asked.xac_minh in set(Certainty) else None
    wanted = TariffFilter(
        certainty=Certainty(certainty) if certainty else None,
        in_force_on=day,
        after=asked.sau or None,
        limit=_PAGE,
    )
    page = await list_tariffs(session, wanted, typed=asked.tim)
    return render(
        request,
        "tariffs.html",
        asked=asked,
        day_error=translate("Ghi ngày như 2026-11-24.") if asked.ngay and day is None else "",
        to_confirm=page.counts.get(Certainty.TO_CONFIRM, 0),
        total=sum(page.counts.values()),
        rows=[(tariff, _words(tariff)) for tariff in page.tariffs],
        certainties=_certainties(),
        next_url=asked.url(after=page.next_after) if page.next_after else None,
        first_url=asked.url(after="") if asked.sau else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _certainties() -> list[tuple[str, str]]:
    return [
        ("", translate("Tất cả")),
        (Certainty.KNOWN, translate("Đã đối chiếu")),
        (Certainty.TO_CONFIRM, translate("Cần xác minh")),
    ]


def _words(tariff: Tariff) -> dict[str, str]:
    """Return a tariff's codes in words."""
    parts = (
        tariff.variant_name or tariff.variant,
        _channel(tariff.channel),
        _group(tariff.payer_group) if tariff.payer_group else "",
        translate("thủ tục %(code)s", code=tariff.procedure_code) if tariff.procedure_code else "",
        translate("địa bàn %(code)s", code=tariff.territory_code) if tariff.territory_code else "",
    )
    return {
        "kind": kind_words(tariff.kind),
        "holds_for": " · ".join(part for part in parts if part),
        "per": _per(tariff),
    }


def _channel(channel: TariffChannel) -> str:
    return {
        TariffChannel.BOTH: translate("tại quầy và trực tuyến"),
        TariffChannel.COUNTER: translate("tại quầy"),
        TariffChannel.ONLINE: translate("trực tuyến"),
    }[channel]


def _group(code: str) -> str:
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


def _exemption(code: str) -> str:
    return {
        "KHONG_THU": translate("không thu"),
        "MIEN_THEO_DOI_TUONG": translate("miễn theo đối tượng"),
        "MIEN_THEO_LUAT": translate("miễn theo luật"),
        "ONLINE_0_DONG": translate("0 đồng khi nộp trực tuyến"),
    }.get(code, code)


def _per(tariff: Tariff) -> str:
    if tariff.exemption_reason_code is not None:
        return _exemption(tariff.exemption_reason_code)
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
    return {
        TariffUnit.PAGE: translate("mỗi trang"),
        TariffUnit.COPY: translate("mỗi bản"),
        TariffUnit.CASE: translate("mỗi trường hợp"),
        TariffUnit.DOSSIER: translate("mỗi hồ sơ"),
    }[tariff.unit]
