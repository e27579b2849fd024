"""Which forms the authority reads, and what makes it refuse one. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_TAX_CODE: Final = r"^(\d{10}(-\d{3})?|\d{12,13})$"
Place = tuple[str, str, str, int]
"""Tax code, form, serial and number of a receipt."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Collector(_Part):
    """Who reports."""

    ma_so_thue: Annotated[str, Field(pattern=_TAX_CODE)]
    ma_don_vi: str
    ten: str


class Line(_Part):
    """One of the table's lines: its thirteen columns."""

    stt: int
    ky_hieu_mau: str
    ky_hieu: str
    so: Annotated[int, Field(ge=1, le=99_999_999)]
    ngay_lap: str
    ten_loai: Annotated[str, Field(min_length=1)]
    so_tien: Annotated[int, Field(ge=0)]
    ty_gia: None = None
    trang_thai: Literal["moi", "thay_the", "bi_thay_the", "giai_trinh"]
    ky_dieu_chinh: str | None = None
    bien_lai_lien_quan: str | None = None
    giai_trinh: str | None = None
    ghi_chu: str | None = None


class Table(_Part):
    """01/TH-BLĐT."""

    mau: Literal["01/TH-BLĐT"]
    ma: str
    ky: str
    lan_bo_sung: Annotated[int, Field(ge=0)]
    thay_cho: str | None = None
    to_chuc_thu: Collector
    lap_luc: str
    don_vi_tien: Literal["VND"]
    so_dong: int
    tong_tien: int
    dong: list[Line]


class Notice(BaseModel):
    """04/SS-CTĐT: what of it the authority insists on."""

    model_config = ConfigDict(extra="allow")

    mau: Literal["04/SS-CTĐT"]
    ma: str
    to_chuc_thu: Collector
    ky_hieu_mau: str
    ky_hieu: str
    so: Annotated[int, Field(ge=1, le=99_999_999)]


@dataclass
class Known:
    """What was taken so far."""

    supplements: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """By tax code, agency and day: the last number of a table."""
    numbers: set[Place] = field(default_factory=set)

    def learn(self, table: Table) -> None:
        """Remember a table that was taken."""
        self.supplements[_day_of(table)] = table.lan_bo_sung
        self.numbers |= {_place(table, each) for each in table.dong}


def read(form: str, key: str, said: Mapping[str, Any]) -> tuple[Table | Notice | None, list[str]]:
    """Return what was sent, or the codes for which it is refused."""
    try:
        sent = _FORMS[form].model_validate(said)
    except ValidationError as error:
        places = {str(each["loc"][0]) if each["loc"] else "XML" for each in error.errors()}
        return None, [f"SAI_{re.sub('[^A-Za-z_]', '', place).upper()}" for place in sorted(places)]
    return sent, [] if sent.ma == key else ["SAI_MA"]


def refusals(table: Table, known: Known) -> list[str]:
    """Return why a table is refused; empty if it is taken."""
    return [code for code, is_wrong in _RULES.items() if is_wrong(table, known)]


def line_refusals(table: Table, known: Known, unexplained: Collection[int]) -> dict[int, list[str]]:
    """Return why single lines are refused, by their ``stt``.

    ``unexplained``: numbers of which the authority wants an explanation (giải trình).
    """
    found: dict[int, list[str]] = {}
    for line in table.dong:
        is_known = _place(table, line) in known.numbers
        wrong = {
            "TRUNG_SO": is_known and line.ky_dieu_chinh is None,
            "CHUA_CO_SO": not is_known and line.ky_dieu_chinh is not None,
            "SAI_NGAY": line.ngay_lap != table.ky,
            "THIEU_GIAI_TRINH": line.so in unexplained and not line.giai_trinh,
        }
        codes = [code for code, is_wrong in wrong.items() if is_wrong]
        if codes:
            found[line.stt] = codes
    return found


def _day_of(table: Table) -> tuple[str, str, str]:
    return table.to_chuc_thu.ma_so_thue, table.to_chuc_thu.ma_don_vi, table.ky


def _place(table: Table, line: Line) -> Place:
    return table.to_chuc_thu.ma_so_thue, line.ky_hieu_mau, line.ky_hieu, line.so


def _first(table: Table) -> Sequence[Place]:
    return [_place(table, each) for each in table.dong if each.ky_dieu_chinh is None]


def _corrected(table: Table) -> Sequence[Place]:
    return [_place(table, each) for each in table.dong if each.ky_dieu_chinh is not None]


def _is_out_of_turn(table: Table, known: Known) -> bool:
    return table.lan_bo_sung != known.supplements.get(_day_of(table), -1) + 1


def _has_wrong_days(table: Table, _: Known) -> bool:
    try:
        days = {date.fromisoformat(each.ngay_lap) for each in table.dong}
        return days != {date.fromisoformat(table.ky)}
    except ValueError:
        return True


def _repeats(places: Collection[Place], known: Known) -> bool:
    return len(set(places)) != len(places) or not known.numbers.isdisjoint(places)


_FORMS: Final[Mapping[str, type[Table] | type[Notice]]] = {
    "bang-tong-hop": Table,
    "thong-bao-sai-sot": Notice,
}
_RULES: Final[dict[str, Callable[[Table, Known], bool]]] = {
    "SAI_SO_DONG": lambda t, _: not t.dong or t.so_dong != len(t.dong),
    "SAI_TONG_TIEN": lambda t, _: t.tong_tien != sum(each.so_tien for each in t.dong),
    "SAI_STT": lambda t, _: [each.stt for each in t.dong] != list(range(1, len(t.dong) + 1)),
    "SAI_LAN": _is_out_of_turn,
    "SAI_NGAY": _has_wrong_days,
    "TRUNG_SO": lambda t, known: _repeats(_first(t), known),
    "CHUA_CO_SO": lambda t, known: not known.numbers.issuperset(_corrected(t)),
}


def summary(sent: Table | Notice) -> dict[str, Any]:
    """Return what a list of received forms shows."""
    shown = {"mau": sent.mau, "ma_so_thue": sent.to_chuc_thu.ma_so_thue}
    if isinstance(sent, Notice):
        return {**shown, "ky_hieu": sent.ky_hieu, "so": sent.so}
    return {
        **shown, "ma_don_vi": sent.to_chuc_thu.ma_don_vi, "ky": sent.ky,
        "lan_bo_sung": sent.lan_bo_sung, "so_dong": sent.so_dong, "tong_tien": sent.tong_tien,
    }  # fmt: skip
