"""A notice of error 04/SS-CTĐT (thông báo biên lai có sai sót), and its paper."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from receipt.domain.corrections import Correction
from receipt.domain.lifecycles import NoticeStatus, ReportStatus
from receipt.domain.names import printable
from receipt.domain.payer import NOT_RECORDED, Payer
from receipt.domain.tax import TaxForm
from shared.contracts.envelope import Cause
from shared.contracts.receipt import PrintedField, ReceiptErrorNoticed, ReceiptIssued
from shared.days import in_vietnam, vietnam_day

MAKE_NOTICE: Final = "make-notice"
"""The job that prints a notice."""

REPORT_NOTICE: Final = "report-notice"
"""The job that tells the tax authority of a notice."""

FIELD_NAMES: Final[Mapping[PrintedField, str]] = {
    PrintedField.PAYER_NAME: "Họ tên người nộp",
    PrintedField.PAYER_ADDRESS: "Địa chỉ người nộp",
    PrintedField.TOTAL_IN_WORDS: "Số tiền bằng chữ",
    PrintedField.OTHER: "Nội dung khác",
}


@dataclass(frozen=True)
class Notice:
    """One notice of error."""

    notice_id: UUID
    receipt: ReceiptIssued
    payer: Payer | None
    """As printed on the receipt."""
    year: int
    number: int
    """Of the collector, from 1 each year."""
    noticed_at: datetime
    corrections: tuple[Correction, ...]
    reason: str
    status: NoticeStatus
    pdf_name: str | None
    pdf_sha256: str | None
    report_status: ReportStatus
    report_error: str | None
    """Why the tax authority does not have it yet."""
    report_reference: str | None
    reported_at: datetime | None
    cause: Cause
    agency_code: str
    """The receiving agency."""

    @property
    def is_stored(self) -> bool:
        """Tell whether its paper can be read."""
        return self.status is NoticeStatus.STORED

    @property
    def symbol(self) -> str:
        """Return its number as people write it."""
        return f"{self.number}/{self.year}"

    @property
    def field_names(self) -> tuple[str, ...]:
        """Return which fields are wrong, in Vietnamese; no personal data."""
        return tuple(FIELD_NAMES[each.field] for each in self.corrections)


@dataclass(frozen=True)
class NoticePaper:
    """A notice as it is printed; equal papers print equal bytes."""

    issuer_name: str
    issuer_tax_code: str
    issuer_address: str
    symbol: str
    day: str
    payer_name: str
    form_symbol: str
    serial_symbol: str
    number: str
    issued_on: str
    dossier_code: str
    rows: tuple[tuple[str, str, str], ...]
    """Per field: its name, what is printed, what it should read."""
    reason: str
    noticed_at: str


def notice_paper(notice: Notice) -> NoticePaper:
    """Return the paper of ``notice``."""
    fact, on = notice.receipt, in_vietnam(notice.noticed_at)
    return NoticePaper(
        issuer_name=printable(fact.issuer.name, limit=300).upper(),
        issuer_tax_code=fact.issuer.tax_code,
        issuer_address=printable(fact.issuer.address, limit=500),
        symbol=notice.symbol,
        day=f"Ngày {on:%d} tháng {on:%m} năm {on:%Y}",
        payer_name=NOT_RECORDED if notice.payer is None else notice.payer.name,
        form_symbol=fact.form_symbol,
        serial_symbol=fact.serial_symbol,
        number=str(fact.number),
        issued_on=f"{in_vietnam(fact.issued_at):%d/%m/%Y}",
        dossier_code=fact.dossier_code,
        rows=tuple((FIELD_NAMES[c.field], c.printed, c.right) for c in notice.corrections),
        reason=printable(notice.reason, limit=500),
        noticed_at=f"{on:%d/%m/%Y %H:%M:%S} (+07:00)",
    )


def noticed_fact(notice: Notice) -> ReceiptErrorNoticed:
    """Return the fact of a notice: which fields, never what they say."""
    fact = notice.receipt
    return ReceiptErrorNoticed(
        dossier_code=fact.dossier_code,
        receipt_id=fact.receipt_id,
        notice_id=notice.notice_id,
        fields=tuple(each.field for each in notice.corrections),
        notice_number=notice.number,
        noticed_on=vietnam_day(notice.noticed_at),
        kind=fact.kind,
        context=fact.context,
        issuer=fact.issuer,
        form_symbol=fact.form_symbol,
        serial_symbol=fact.serial_symbol,
        number=fact.number,
    )


def report_body(notice: Notice) -> bytes:
    """Return 04/SS-CTĐT as the tax authority takes it (docs/tax-authority.md); equal each time."""
    fact = notice.receipt
    form = {
        "mau": TaxForm.ERROR_NOTICE.value,
        "ma": str(notice.notice_id),
        "so_thong_bao": notice.symbol,
        "lap_luc": in_vietnam(notice.noticed_at).isoformat(timespec="seconds"),
        "to_chuc_thu": {
            "ma_so_thue": fact.issuer.tax_code,
            "ma_don_vi": fact.issuer.agency_code,
            "ten": fact.issuer.name,
        },
        "ky_hieu_mau": fact.form_symbol,
        "ky_hieu": fact.serial_symbol,
        "so": fact.number,
        "ngay_lap": vietnam_day(fact.issued_at).isoformat(),
        "noi_dung": [
            {"truong": FIELD_NAMES[each.field], "da_in": each.printed, "dung": each.right}
            for each in notice.corrections
        ],
        "ly_do": notice.reason,
    }
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()
