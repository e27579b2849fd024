"""Facts of ``lephi.receipt``: series, receipts, their files, and what becomes of them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.envelope import Code, DossierFact, Event, Part
from shared.contracts.parts import (
    AgencyCode,
    Context,
    Count,
    FeeKind,
    Line,
    Money,
    Payee,
    PaymentMethod,
    Sha256,
    StaffId,
    TaxCode,
)
from shared.money import PositiveVnd, Vnd

TOPIC: Final = "lephi.receipt"
SOURCE: Final = "/lephi/receipt"

FormSymbol = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z-]{1,10}$")]
"""Ký hiệu mẫu, for example ``EBL01``; formats are dated data, not constants (domain.md 6)."""

SerialSymbol = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z/-]{1,9}$")]
"""Ký hiệu biên lai, for example ``26TAA``."""

ReceiptNumber = Annotated[int, Field(strict=True, ge=1, le=99_999_999)]
"""At most eight digits, from 1, without a gap, per (collector, form, serial, year)."""

Year = Annotated[int, Field(strict=True, ge=2016, le=9999)]

CheckUrl = Annotated[
    str,
    Field(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~-]+)*$", max_length=300),
]
"""The public check page that the receipt's QR opens; no capability."""

_DIGITS: Final = "không|một|hai|ba|bốn|tư|năm|lăm|sáu|bảy|tám|chín|mười|mươi|mốt|linh|lẻ"
_WORD: Final = f"{_DIGITS}|trăm|nghìn|ngàn|triệu|tỷ|tỉ"
_FIRST: Final = "Không|Một|Hai|Ba|Bốn|Năm|Sáu|Bảy|Tám|Chín|Mười"

AmountInWords = Annotated[
    str,
    Field(pattern=rf"^({_FIRST})( ({_WORD}))* đồng( chẵn)?$", max_length=300),
]
"""Số tiền bằng chữ (NĐ 254/2026 Điều 23.2đ), fixed at issue (domain.md 10)."""


class ReplacementReason(StrEnum):
    """Why a receipt is replaced (TT 91/2026 Điều 20.2)."""

    WRONG_AMOUNT = "wrong_amount"
    WRONG_TAX_CODE = "wrong_tax_code"


class PrintedField(StrEnum):
    """A field of a receipt that a notice of error corrects (TT 91/2026 Điều 20.1)."""

    PAYER_NAME = "payer_name"
    PAYER_ADDRESS = "payer_address"
    TOTAL_IN_WORDS = "total_in_words"
    OTHER = "other"


class ReplacedReceipt(Part):
    """What is printed of the receipt that another one replaces."""

    form_symbol: FormSymbol
    serial_symbol: SerialSymbol
    number: ReceiptNumber
    issued_at: AwareDatetime


class _SeriesFact(Event):
    """What both facts of a series (dải số) carry."""

    series_id: UUID
    tax_code: TaxCode
    form_symbol: FormSymbol
    serial_symbol: SerialSymbol
    year: Year
    kind: FeeKind | None = None
    """What the series counts; absent in facts from before it was said."""

    @property
    def subject(self) -> str:
        """Return the series' code: collector, form and serial."""
        return f"{self.tax_code}/{self.form_symbol}/{self.serial_symbol}"


class SeriesOpened(_SeriesFact):
    """Numbers of this series can be given from now on; heard by ops."""

    type: ClassVar[str] = "vn.lephi.SeriesOpened.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class SeriesClosed(_SeriesFact):
    """No number of this series is given any more; heard by ops."""

    type: ClassVar[str] = "vn.lephi.SeriesClosed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE


class ReceiptIssued(DossierFact):
    """The number is given, before any file exists (biên lai).

    Said once per receipt; heard by dossier, payment-gateway, notifier and ops. A payment has
    exactly one receipt per kind of its lines that replaces none.
    """

    type: ClassVar[str] = "vn.lephi.ReceiptIssued.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    receipt_id: UUID
    payment_id: UUID
    kind: FeeKind
    context: Context
    issuer: Payee
    series_id: UUID
    form_symbol: FormSymbol
    serial_symbol: SerialSymbol
    number: ReceiptNumber
    monies: tuple[Money, ...]
    check_url: CheckUrl
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    total_vnd: PositiveVnd
    total_in_words: AmountInWords
    issued_at: AwareDatetime
    paid_at: AwareDatetime
    method: PaymentMethod
    template_version: Annotated[int, Field(strict=True, ge=1)]
    replaces: UUID | None = None
    replaced: ReplacedReceipt | None = None
    """What is printed of ``replaces``; both are there, or neither."""


class ReceiptFileReady(DossierFact):
    """The receipt's file is stored; heard by dossier, payment-gateway, notifier and ops."""

    type: ClassVar[str] = "vn.lephi.ReceiptFileReady.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    receipt_id: UUID
    render_sha256: Sha256
    """Of the file before it is signed; rendering again gives the same."""
    pdf_sha256: Sha256
    xml_sha256: Sha256 | None = None
    """Absent, like the two below, where the collector has no signing certificate yet."""
    signed_at: AwareDatetime | None = None
    certificate_serial: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{1,64}$")] | None = None


class ReceiptReplaced(DossierFact):
    """A receipt has a successor and keeps its number (biên lai thay thế); heard by all."""

    type: ClassVar[str] = "vn.lephi.ReceiptReplaced.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    receipt_id: UUID
    replaced_by: UUID
    reason_code: ReplacementReason
    approved_by: StaffId


class ReceiptRefunded(DossierFact):
    """A mark beside a receipt: its fee went back, wholly or in part. Heard by dossier and ops."""

    type: ClassVar[str] = "vn.lephi.ReceiptRefunded.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    receipt_id: UUID
    refund_id: UUID
    amount_vnd: PositiveVnd


class ReceiptErrorNoticed(DossierFact):
    """Notice 04/SS-CTĐT was made (thông báo sai sót): same receipt, same number.

    Heard by dossier, notifier and ops. Which fields were wrong, never what they say.
    """

    type: ClassVar[str] = "vn.lephi.ReceiptErrorNoticed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    receipt_id: UUID
    notice_id: UUID
    fields: Annotated[tuple[PrintedField, ...], Field(min_length=1)]
    notice_number: Annotated[int, Field(strict=True, ge=1)] | None = None
    """Of the collector and year; this and the rest are for whoever tells the payer."""
    noticed_on: date | None = None
    kind: FeeKind | None = None
    context: Context | None = None
    issuer: Payee | None = None
    form_symbol: FormSymbol | None = None
    serial_symbol: SerialSymbol | None = None
    number: ReceiptNumber | None = None


class DailyReceiptTableSent(Event):
    """01/TH-BLĐT of a day was accepted by the tax authority; heard by ops."""

    type: ClassVar[str] = "vn.lephi.DailyReceiptTableSent.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    agency_code: AgencyCode
    day_on: date
    count: Count
    total_vnd: Vnd
    reference: Code

    @property
    def subject(self) -> str:
        """Return the collecting agency's code."""
        return self.agency_code
