"""Tab *Lệ phí*: each fee, its receipt and the way its money took, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dossier.pages import words
from dossier.views.fees import FeeLine, fee_table
from dossier.views.money import ReceiptRow
from dossier.views.search import Folded
from shared.web.pages import translate

MenuItem = dict[str, Any]


@dataclass(frozen=True)
class ShownReceipt:
    """One receipt, and what may be done with it."""

    symbols: str
    number: int
    kind: str
    total_vnd: int
    issued_at: datetime | None
    state: words.Tag
    menu: list[MenuItem]
    """Empty while its file is being made."""


@dataclass(frozen=True)
class ShownFee:
    """One line of the table."""

    name: str
    note: str
    amount_vnd: int
    is_uncertain: bool
    way: str | None
    paid_at: datetime | None
    receipt: ShownReceipt | None
    waits_for_receipt: bool


@dataclass(frozen=True)
class ShownFees:
    """The table and its sum."""

    lines: list[ShownFee]
    total_vnd: int
    refunded_vnd: int


def fees_to_show(folded: Folded) -> ShownFees:
    """Return the table of fees in words."""
    table = fee_table(folded)
    return ShownFees([_fee(line) for line in table.lines], table.total_vnd, table.refunded_vnd)


def receipts_to_show(folded: Folded) -> list[ShownReceipt]:
    """Return all receipts of the dossier, replaced ones too."""
    return [_receipt(row) for row in folded.receipts]


def _fee(line: FeeLine) -> ShownFee:
    return ShownFee(
        name=line.name,
        note=" · ".join(_notes(line)),
        amount_vnd=line.amount_vnd,
        is_uncertain=line.is_uncertain,
        way=None if line.way is None else words.channel_word(line.way.channel, line.way.bank_code),
        paid_at=None if line.way is None else line.way.received_at,
        receipt=None if line.receipt is None else _receipt(line.receipt),
        waits_for_receipt=line.way is not None and line.receipt is None,
    )


def _notes(line: FeeLine) -> list[str]:
    notes: list[str] = []
    if line.pages > 1:
        notes.append(translate("%(count)d trang", count=line.pages))
    if line.copies > 1:
        notes.append(translate("%(count)d bản", count=line.copies))
    if line.exemption_reason is not None:
        reason = words.exemption_word(line.exemption_reason)
        notes.append(translate("miễn: %(reason)s", reason=reason))
    if line.explanation == "declared":
        notes.append(translate("theo khai báo của hệ thống tỉnh"))
    notes.append(line.legal_basis or translate("chưa có biểu phí"))
    return notes


def _receipt(row: ReceiptRow) -> ShownReceipt:
    return ShownReceipt(
        symbols=f"{row.form_symbol} {row.serial_symbol}",
        number=row.number or 0,
        kind=words.kind_word(row.kind or ""),
        total_vnd=row.total_vnd or 0,
        issued_at=row.issued_at,
        state=_state(row),
        menu=[] if row.file_ready_at is None else _menu(row),
    )


def _state(row: ReceiptRow) -> words.Tag:
    if row.replaced_by is not None:
        return translate("Đã bị thay thế"), "wrong"
    if row.refunded_vnd:
        is_part = row.refunded_vnd < (row.total_vnd or 0)
        return translate("Đã hoàn một phần") if is_part else translate("Đã hoàn trả"), "neutral"
    if row.file_ready_at is None:
        return translate("Đang được tạo"), "waiting"
    return translate("Đã cấp"), "done"


def _menu(row: ReceiptRow) -> list[MenuItem]:
    pdf = f"/can-bo/bien-lai/{row.receipt_id}/pdf"
    items: list[MenuItem] = [
        {"label": translate("Xem biên lai"), "href": pdf, "new_tab": True},
        {"label": translate("Tải PDF"), "href": pdf, "download": True},
    ]
    if row.has_xml:
        xml = f"/can-bo/bien-lai/{row.receipt_id}/xml"
        items.append({"label": translate("Tải XML"), "href": xml, "download": True})
    return items
