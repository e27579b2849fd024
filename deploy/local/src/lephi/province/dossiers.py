"""Made-up dossiers: pure functions of a seed, a day and a number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from lephi.province.people import (
    CITIZEN,
    CITIZEN_2,
    Person,
    make_organisation,
    make_person,
)
from lephi.province.procedures import (
    CERTIFIED_COPY,
    CORRECTION,
    FREE_COPY,
    POLICE_RECORD,
    PROCEDURES,
    SIGNATURE,
    SINGLE_STATUS,
    Procedure,
)
from shared.days import VIETNAM

AGENCIES: Final = {
    "H34.10": "Trung tâm Phục vụ hành chính công tỉnh",
    "H34.22.08": "Ủy ban nhân dân phường Kon Tum",
    "H48.05": "Ủy ban nhân dân phường Nghĩa Lộ",
}
EXAMPLE_ORDINAL: Final = 7
"""``H34.10-<day>-0007``: 60 certified pages, 62.000 ₫, whose payer has an e-mail address."""

_TURNS: Final = (
    "H34.10", "H34.22.08", "H34.10", "H48.05", "H34.10", "H34.10", "H34.22.08", "H34.10",
    "H48.05", "H34.10",
)  # fmt: skip
"""Who receives the next dossier: the province's centre six times of ten."""

_LIVING: Final = ("1", "2", "2", "2", "4", "4", "4", "5", "6", "6", "6", "9", "9")
_REFUSED: Final = ("3", "7", "8")
_REFUSED_SHARE: Final = 0.05
_RETURNED_SHARE: Final = 0.3
_ONLINE_SHARE: Final = 0.35
_COMPANY_SHARE: Final = 0.08
_OTHER_PAYER_SHARE: Final = 0.1
_ELSEWHERE_SHARE: Final = 0.12


@dataclass(frozen=True)
class Chosen:
    """What a dossier of the demonstration must be, whatever the seed."""

    procedure: Procedure
    owner: Person
    status: str = "6"
    channel: str = "truc_tuyen"
    quantities: dict[str, int] = field(default_factory=dict)


CHOSEN: Final = {
    EXAMPLE_ORDINAL: Chosen(
        CERTIFIED_COPY, CITIZEN, "2", "truc_tiep", {"SoLuong": 1, "SoBan": 1, "SoTrang": 60}
    ),
    11: Chosen(POLICE_RECORD, CITIZEN),
    12: Chosen(CORRECTION, CITIZEN, "2"),
    13: Chosen(SINGLE_STATUS, CITIZEN, "4"),
    14: Chosen(SIGNATURE, CITIZEN, "9", "truc_tiep"),
    15: Chosen(POLICE_RECORD, CITIZEN_2),
    16: Chosen(CERTIFIED_COPY, CITIZEN_2, "2", "truc_tiep"),
}
"""Ordinals at ``H34.10``: the journeys' example and the dossiers of the two citizens."""


@dataclass(frozen=True)
class Dossier:
    """One message for ``tthc.dossier``."""

    code: str
    message: dict[str, Any]


def example_code(day: date) -> str:
    """Return the code of the journeys' example on ``day``."""
    return dossier_code("H34.10", day, EXAMPLE_ORDINAL)


def dossier_code(agency_code: str, day: date, ordinal: int) -> str:
    """Return a dossier code in the present grammar (TT 03/2025/TT-VPCP)."""
    return f"{agency_code}-{day:%y%m%d}-{ordinal:04d}"


def make_dossiers(count: int, *, seed: int, now: datetime) -> Iterator[Dossier]:
    """Yield ``count`` dossiers received today in Vietnam; the same for the same seed and day."""
    local = now.astimezone(VIETNAM)
    opened_at = datetime.combine(local.date(), _opening(local), VIETNAM)
    for number, (agency_code, ordinal) in enumerate(islice(_places(), count)):
        yield _Maker(seed, opened_at, agency_code, ordinal, number).make()


def _opening(local: datetime) -> time:
    """Return when the counters opened; before half past seven nothing is in the future either."""
    return time(7) if (local.hour, local.minute) >= (7, 30) else time(0)


def _places() -> Iterator[tuple[str, int]]:
    for ordinal in CHOSEN:
        yield "H34.10", ordinal
    last = dict.fromkeys(AGENCIES, 0)
    while True:
        for agency_code in _TURNS:
            last[agency_code] += 1
            while agency_code == "H34.10" and last[agency_code] in CHOSEN:
                last[agency_code] += 1
            yield agency_code, last[agency_code]


class _Maker:
    """Draws one dossier; every draw depends on the seed and the code alone."""

    def __init__(
        self, seed: int, opened_at: datetime, agency_code: str, ordinal: int, number: int
    ) -> None:
        self.code = dossier_code(agency_code, opened_at.date(), ordinal)
        self.random = Random(f"{seed}:{self.code}")  # noqa: S311 (made-up data, no secret)
        self.seed, self.agency_code, self.number = seed, agency_code, number
        self.received_at = opened_at + timedelta(seconds=self.random.randint(60, 25 * 60))
        self.updated_at = self.received_at + timedelta(seconds=self.random.randint(5, 240))
        self.chosen = CHOSEN.get(ordinal) if agency_code == "H34.10" else None
        self.procedure = self._draw_procedure()
        self.online = self._draw_online()

    def make(self) -> Dossier:
        """Return the whole message: CloudEvents around the province's national field names."""
        instant = self.updated_at.isoformat()
        identity = f"tthc:{self.seed}:{self.code}:{instant}"
        message = {
            "specversion": "1.0",
            "id": str(uuid5(NAMESPACE_URL, identity)),
            "source": "/tthc/kontum",
            "type": "vn.tthc.HoSo.v1",
            "subject": self.code,
            "time": instant,
            "datacontenttype": "application/json",
            "data": self._data(),
        }
        return Dossier(self.code, message)

    def _data(self) -> dict[str, Any]:
        status, fees = self._draw_status(), self._fees()
        agency = _agency(self.agency_code)
        return {
            "MaHoSo": self.code,
            "MaTTHC": self.procedure.code,
            "TenTTHC": self.procedure.name,
            "LinhVuc": self.procedure.field,
            "NgayCapNhat": self.updated_at.isoformat(),
            "CoQuanTiepNhan": agency,
            "CoQuanGiaiQuyet": agency,
            "DonViThu": agency,
            "MaDiaBan": None,
            "KenhTiepNhan": "truc_tuyen" if self.online else "truc_tiep",
            "NgayNop": self._submitted_at().isoformat(),
            "NgayTiepNhan": self.received_at.isoformat(),
            "NgayHenTra": self._due_at().isoformat(),
            "TrangThaiHoSo": status,
            "HinhThucThu": self.procedure.timing,
            "ChuHoSo": self._owner().as_sent(),
            "NguoiNop": self._payer(),
            "DaNop": self._collected(status, fees),
            "DanhSachLePhi": fees,
        }

    def _draw_procedure(self) -> Procedure:
        return self.chosen.procedure if self.chosen else self.random.choice(PROCEDURES)

    def _draw_online(self) -> bool:
        if self.chosen:
            return self.chosen.channel == "truc_tuyen"
        return self.procedure is not SIGNATURE and self.random.random() < _ONLINE_SHARE

    def _draw_status(self) -> str:
        if self.chosen:
            return self.chosen.status
        if self.procedure is FREE_COPY and self.random.random() < _RETURNED_SHARE:
            return "10"
        if self.random.random() < _REFUSED_SHARE:
            return self.random.choice(_REFUSED)
        return self.random.choice(_LIVING)

    def _fees(self) -> list[dict[str, Any]]:
        return [
            {
                "MaPhiLePhi": fee.code, "TenPhiLePhi": None, "LoaiPhiLePhi": fee.kind,
                "BienThe": self.random.choice(fee.variants),
                **self._quantities(fee.most_copies, fee.most_pages),
                "DoiTuong": None if self.chosen else self.random.choice(fee.groups),
                "Gia": None, "CanCu": None, "MinhChung": None,
            }
            for fee in self.procedure.fees
        ]  # fmt: skip

    def _quantities(self, most_copies: int, most_pages: int) -> dict[str, int]:
        copies = self.random.randint(1, most_copies)
        drawn = {"SoLuong": copies, "SoBan": copies, "SoTrang": self.random.randint(1, most_pages)}
        return {**drawn, **self.chosen.quantities} if self.chosen else drawn

    def _collected(self, status: str, fees: list[dict[str, Any]]) -> dict[str, Any] | None:
        """Return DaNop: now and then the province has taken the money itself."""
        unit_vnd = self.procedure.unit_vnd
        drawn = self.random.random() < _ELSEWHERE_SHARE
        if self.chosen or unit_vnd is None or status in _REFUSED or not drawn:
            return None
        return {
            "SoTien": unit_vnd * fees[0]["SoBan"],
            "NgayThu": self.updated_at.date().isoformat(),
            "SoChungTu": f"PT-{self.updated_at:%y%m%d}-{self.number:05d}",
        }

    def _owner(self) -> Person:
        if self.chosen:
            return self.chosen.owner
        make = make_organisation if self.random.random() < _COMPANY_SHARE else make_person
        return make(self.random, 2 * self.number, self.agency_code)

    def _payer(self) -> dict[str, str | None] | None:
        if self.chosen or self.random.random() >= _OTHER_PAYER_SHARE:
            return None
        return make_person(self.random, 2 * self.number + 1, self.agency_code).as_sent()

    def _submitted_at(self) -> datetime:
        """Return the filing: at the counter a few minutes before, online the evening before."""
        if self.online:
            evening = datetime.combine(self.received_at.date(), time(19, 30), VIETNAM)
            return evening - timedelta(days=1) + timedelta(seconds=self.random.randint(0, 9_000))
        return self.received_at - timedelta(seconds=self.random.randint(30, 55))

    def _due_at(self) -> datetime:
        day = self.received_at.date()
        for _ in range(self.procedure.days):
            day = _next_working_day(day)
        return datetime.combine(day, time(17), VIETNAM)


def _agency(agency_code: str) -> dict[str, str]:
    return {"Ma": agency_code, "Ten": AGENCIES[agency_code]}


def _next_working_day(day: date) -> date:
    day += timedelta(days=1)
    saturday = 5
    while day.weekday() >= saturday:
        day += timedelta(days=1)
    return day
