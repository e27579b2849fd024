"""01/TH-BLĐT: when a day is closed, what its lines say, until when it is due (ADR 19)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from receipt.domain.tax import TaxForm
from receipt.domain.working_days import add_working_days
from shared.contracts.receipt import PrintedField
from shared.days import VIETNAM, in_vietnam, start_of_day, vietnam_day
from shared.lifecycle import Lifecycle, Step

SECOND_CUT: Final = time(23, 50)
"""What came after the evening's close still goes the same day."""
GRACE: Final = timedelta(minutes=1)
"""Between a cut and its run: what was numbered just before it has committed by then."""
LAST_MINUTES: Final = timedelta(hours=1)
"""After midnight: what was issued in a day's last minutes cannot be sent before it."""
OUTAGE_DAYS: Final = 3
"""Working days after recovery within which what an outage held up is sent (Điều 27.3)."""

LEASE: Final = timedelta(seconds=90)
"""Longer than a call can take: a dead worker's row comes back by itself."""
PAUSES: Final = tuple(timedelta(seconds=s) for s in (10, 30, 60, 300, 900))
"""Between tries while the authority is away; the last one repeats for ever."""
REFUSED_PAUSE: Final = timedelta(hours=1)
"""Between tries of what was refused: somebody has to see to it first."""


class SubmissionStatus(StrEnum):
    """How far one submission of a table has come; its bytes never change."""

    WAITING = "waiting"
    """On its way, or what became of its last try is not known."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The authority's last word, and nothing was sent since."""
    REMADE = "remade"
    """Another stands in its place (đã lập lại); kept, and never sent again."""


class SubmissionTrigger(StrEnum):
    """What happens to it; the authority's silence says nothing, and it is tried again."""

    SEND = "send"
    ACCEPT = "accept"
    REFUSE = "refuse"
    REMAKE = "remake"
    """Two people put another in its place (ADR 25)."""


LIFECYCLE: Final = Lifecycle(
    initial=SubmissionStatus.WAITING,
    steps=(
        Step(SubmissionStatus.WAITING, SubmissionTrigger.SEND, SubmissionStatus.WAITING),
        Step(SubmissionStatus.WAITING, SubmissionTrigger.ACCEPT, SubmissionStatus.ACCEPTED),
        Step(SubmissionStatus.WAITING, SubmissionTrigger.REFUSE, SubmissionStatus.REFUSED),
        Step(SubmissionStatus.REFUSED, SubmissionTrigger.SEND, SubmissionStatus.WAITING),
        Step(SubmissionStatus.REFUSED, SubmissionTrigger.ACCEPT, SubmissionStatus.ACCEPTED),
        Step(SubmissionStatus.REFUSED, SubmissionTrigger.REFUSE, SubmissionStatus.REFUSED),
        Step(SubmissionStatus.REFUSED, SubmissionTrigger.REMAKE, SubmissionStatus.REMADE),
        # No step from WAITING to REMADE: the authority may have taken what is on its way.
    ),
)


class LineState(StrEnum):
    """Trạng thái of a line, as it is written; the law's own values are to be confirmed."""

    NEW = "moi"
    REPLACES = "thay_the"
    REPLACED = "bi_thay_the"
    EXPLAINED = "giai_trinh"


_FIELDS: Final = {
    PrintedField.PAYER_NAME: "tên người nộp",
    PrintedField.PAYER_ADDRESS: "địa chỉ người nộp",
    PrintedField.TOTAL_IN_WORDS: "số tiền bằng chữ",
    PrintedField.OTHER: "nội dung khác",
}


@dataclass(frozen=True)
class TableKey:
    """Whose table of which day: a collector under its tax code."""

    collector_code: str
    tax_code: str
    day_on: date


@dataclass(frozen=True)
class Place:
    """Where a receipt stands: its symbols, number and day, as other lines name it."""

    form_symbol: str
    serial_symbol: str
    number: int
    issued_on: date

    def __str__(self) -> str:
        return (
            f"{self.form_symbol} {self.serial_symbol} số {self.number}"
            f" ngày {self.issued_on:%d/%m/%Y}"
        )


@dataclass(frozen=True)
class Line:
    """One line of the table: its columns, STT apart, and which receipt it is about."""

    receipt_id: UUID
    series_id: UUID
    place: Place
    names: str
    total_vnd: int
    state: LineState = LineState.NEW
    adjusts: date | None = None
    """The day whose data it changes; None where it reports a number for the first time."""
    related: str | None = None
    explanation: str | None = None
    note: str | None = None

    def said(self, order: int) -> dict[str, Any]:
        """Return the thirteen columns as they are sent (docs/tax-authority.md)."""
        return {
            "stt": order,
            "ky_hieu_mau": self.place.form_symbol,
            "ky_hieu": self.place.serial_symbol,
            "so": self.place.number,
            "ngay_lap": self.place.issued_on.isoformat(),
            "ten_loai": self.names,
            "so_tien": self.total_vnd,
            "ty_gia": None,
            "trang_thai": self.state.value,
            "ky_dieu_chinh": self.adjusts and self.adjusts.isoformat(),
            "bien_lai_lien_quan": self.related,
            "giai_trinh": self.explanation,
            "ghi_chu": self.note,
        }

    @classmethod
    def read(cls, said: dict[str, Any], *, receipt_id: UUID, series_id: UUID) -> "Line":
        """Return a line that was sent before."""
        issued_on = date.fromisoformat(said["ngay_lap"])
        adjusts = said["ky_dieu_chinh"]
        return cls(
            receipt_id=receipt_id,
            series_id=series_id,
            place=Place(said["ky_hieu_mau"], said["ky_hieu"], said["so"], issued_on),
            names=said["ten_loai"],
            total_vnd=said["so_tien"],
            state=LineState(said["trang_thai"]),
            adjusts=adjusts and date.fromisoformat(adjusts),
            related=said["bien_lai_lien_quan"],
            explanation=said["giai_trinh"],
            note=said["ghi_chu"],
        )

    def replacing(self, old: Place) -> "Line":
        """Return the line of a receipt that stands in for ``old``."""
        return replace(self, state=LineState.REPLACES, related=str(old))

    def replaced_by(self, new: Place) -> "Line":
        """Return the line of a receipt for which ``new`` stands in; its own origin stays named."""
        related = "; ".join(each for each in (self.related, str(new)) if each)
        return replace(self, state=LineState.REPLACED, related=related)

    def explained(self, notice_id: UUID, fields: Iterable[str]) -> "Line":
        """Return the line of a receipt about which a notice 04/SS-CTĐT was made."""
        words = ", ".join(_FIELDS[PrintedField(each)] for each in fields)
        said = f"Thông báo {TaxForm.ERROR_NOTICE}: {words}"
        state = LineState.EXPLAINED if self.state is LineState.NEW else self.state
        explanation = "; ".join(each for each in (self.explanation, said) if each)
        return replace(self, state=state, explanation=explanation, note=str(notice_id))

    def saying(self, words: str) -> "Line":
        """Return the line with what the collector explains to the authority."""
        explanation = "; ".join(each for each in (self.explanation, words) if each)
        return replace(self, explanation=explanation)

    def correcting(self) -> "Line":
        """Return the same line as it stands in a supplement: it changes its own day's data."""
        return replace(self, adjusts=self.place.issued_on)


@dataclass(frozen=True)
class Submission:
    """What is sent once: a table's first submission (0), or its n-th supplement."""

    id: UUID
    key: TableKey
    collector_name: str
    supplement_no: int
    lines: Sequence[Line]
    made_at: datetime
    replaces: UUID | None = None
    """The refused one in whose place it stands, under the same number of supplement."""

    @property
    def total_vnd(self) -> int:
        """Return the sum of its lines."""
        return sum(line.total_vnd for line in self.lines)

    @property
    def body(self) -> str:
        """Return what is sent and stored, byte for byte (docs/tax-authority.md)."""
        said = {
            "mau": TaxForm.DAILY_TABLE,
            "ma": str(self.id),
            "ky": self.key.day_on.isoformat(),
            "lan_bo_sung": self.supplement_no,
            "thay_cho": self.replaces and str(self.replaces),
            "lap_luc": in_vietnam(self.made_at).isoformat(timespec="seconds"),
            "to_chuc_thu": {
                "ma_so_thue": self.key.tax_code,
                "ma_don_vi": self.key.collector_code,
                "ten": self.collector_name,
            },
            "don_vi_tien": "VND",
            "so_dong": len(self.lines),
            "tong_tien": self.total_vnd,
            "dong": [line.said(order) for order, line in enumerate(self.lines, start=1)],
        }
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def last_cut(now: datetime, closes_at: time) -> datetime:
    """Return the latest cut whose run is due: what was issued before it belongs in a submission.

    Each day is cut in the evening (``closes_at``, Vietnam's clock), shortly before midnight for
    what came after that, and at midnight for the last minutes.
    """
    today = vietnam_day(now)
    cuts = [
        start_of_day(today),
        datetime.combine(today, closes_at, VIETNAM),
        datetime.combine(today, SECOND_CUT, VIETNAM),
    ]
    passed = [cut for cut in cuts if cut + GRACE <= now]
    yesterday = today - timedelta(days=1)
    return max(passed, default=datetime.combine(yesterday, SECOND_CUT, VIETNAM))


def is_past(day: date, now: datetime) -> bool:
    """Tell whether what was due on ``day`` is late."""
    return now >= start_of_day(day + timedelta(days=1)) + LAST_MINUTES


def due_on(lines_day: date, *, outage_ended_at: datetime | None) -> date:
    """Return the last day to send: the lines' own day; after an outage three working days more."""
    if outage_ended_at is None:
        return lines_day
    return max(lines_day, add_working_days(vietnam_day(outage_ended_at), OUTAGE_DAYS))


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after the ``attempts``-th try in vain."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]
