"""The province's messages, written and read by its own hand."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from lephi.province.store import DayTotals, Fact, OwnDossier
from lephi.province.wire import ACKNOWLEDGEMENTS, DOSSIERS, Letter, letter, value_of

DOSSIER: Final = "vn.tthc.HoSo.v1"
PAID: Final = "vn.lephi.tthc.DaThu.v1"
SEND_AGAIN: Final = "vn.lephi.tthc.YeuCauGuiLai.v1"

_CODE: Final = re.compile(r"H\d{2}(\.\d{1,3}){0,3}-\d{6}-\d{4,7}")
_VIETNAM: Final = timedelta(hours=7)
_CODES_PER_PART: Final = 5_000
_IDS_PER_PART: Final = 5_000


def envelope(kind: str, subject: str, data: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Return ``data`` as a whole message."""
    return {
        "specversion": "1.0", "id": str(uuid4()), "source": "/tthc/kontum", "type": kind,
        "subject": subject, "time": now.isoformat(), "datacontenttype": "application/json",
        "data": data,
    }  # fmt: skip


def answer(fact_id: str, code: str, *, reason: str | None, now: datetime) -> Letter:
    """Return the acknowledgement of a fact; with a ``reason`` it is refused."""
    data = {"MaSuKien": fact_id, "KetQua": "ok" if reason is None else "loi", "LyDo": reason}
    return letter(ACKNOWLEDGEMENTS, code, envelope("vn.tthc.XacNhan.v1", code, data, now=now))


def day_totals(day: str, totals: DayTotals, *, now: datetime) -> list[Letter]:
    """Return the counts of a day, in so many parts as their lists need."""
    parts = max(
        -(-len(totals.codes) // _CODES_PER_PART), -(-len(totals.fact_ids) // _IDS_PER_PART), 1
    )
    letters: list[Letter] = []
    for part in range(parts):
        data = {
            "Ngay": day, "SoHoSo": len(totals.codes), "SoDaThu": totals.paid_count,
            "TongTien": totals.paid_vnd, "Phan": part + 1, "SoPhan": parts,
            "MaHoSo": totals.codes[part * _CODES_PER_PART : (part + 1) * _CODES_PER_PART],
            "MaSuKien": totals.fact_ids[part * _IDS_PER_PART : (part + 1) * _IDS_PER_PART],
        }  # fmt: skip
        message = envelope("vn.tthc.TongHopNgay.v1", day, data, now=now)
        letters.append(letter(DOSSIERS, day, message))
    return letters


def own_dossier(value: bytes | None) -> OwnDossier | None:
    """Return the dossier in a message of ours; None where it is none that we could have sent."""
    message = _read(value)
    data = message.get("data")
    if message.get("type") != DOSSIER or not isinstance(data, dict):
        return None
    code, updated = str(data.get("MaHoSo")), str(data.get("NgayCapNhat"))
    try:
        day = vietnam_day(str(data.get("NgayTiepNhan") or data.get("NgayNop")))
        updated = _utc(updated).isoformat()
    except ValueError:
        return None
    if _CODE.fullmatch(code) is None:
        return None
    return OwnDossier(code, day, updated, value or b"")


def stored(message: dict[str, Any]) -> OwnDossier:
    """Return a message that is about to go out as it stands in the books."""
    dossier = own_dossier(value_of(message))
    if dossier is None:
        raise ValueError("a dossier that nobody could send")
    return dossier


def fact_of(value: bytes | None) -> tuple[Fact, dict[str, Any]] | None:
    """Return the fact in a message, and what it says; None where it is none."""
    message = _read(value)
    data = message.get("data")
    kind, fact_id = message.get("type"), message.get("id")
    if not isinstance(data, dict) or not isinstance(kind, str) or not isinstance(fact_id, str):
        return None
    is_paid = kind == PAID
    when = data.get("ThoiGianThanhToan") if is_paid else message.get("time")
    try:
        day, paid_vnd = vietnam_day(str(when)), int(data["SoTien"]) if is_paid else 0
    except (KeyError, TypeError, ValueError):
        return None
    return Fact(fact_id, kind, str(message.get("subject")), day, paid_vnd), data


def vietnam_day(instant: str) -> str:
    """Return the day in Vietnam of an ISO 8601 instant."""
    return (_utc(instant) + _VIETNAM).date().isoformat()


def today(now: datetime) -> str:
    """Return the day in Vietnam."""
    return (now.astimezone(UTC) + _VIETNAM).date().isoformat()


def _utc(instant: str) -> datetime:
    return datetime.fromisoformat(instant).astimezone(UTC)


def _read(value: bytes | None) -> dict[str, Any]:
    try:
        message = json.loads(value or b"")
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
