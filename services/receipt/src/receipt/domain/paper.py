"""What stands on the paper of a receipt (bản thể hiện): every printed string, in print order.

Mandatory content: NĐ 254/2026 Điều 23.2; arrangement: reference form 01/PLPĐT of TT 91/2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from receipt.domain.names import printable
from receipt.domain.payer import NOT_RECORDED, Payer
from shared.contracts.parts import Explanation, FeeKind, Line, Money, PaymentChannel, PaymentMethod
from shared.contracts.receipt import ReceiptIssued, ReplacedReceipt
from shared.days import in_vietnam
from shared.money import grouped

METHODS: Final[Mapping[PaymentMethod, str]] = {
    PaymentMethod.CASH: "Tiền mặt (TM)",
    PaymentMethod.TRANSFER: "Chuyển khoản (CK)",
    PaymentMethod.BOTH: "Tiền mặt và chuyển khoản (TM+CK)",
}

CHANNELS: Final[Mapping[PaymentChannel, str]] = {
    PaymentChannel.NPSP: "Nền tảng thanh toán quốc gia",
    PaymentChannel.VNPAY: "VNPAY",
    PaymentChannel.MOMO: "MoMo",
    PaymentChannel.ZALOPAY: "ZaloPay",
    PaymentChannel.VIETQR: "VietQR",
    PaymentChannel.CASH: "Tại quầy",
}

KIND_NAMES: Final[Mapping[FeeKind, str]] = {FeeKind.PHI: "phí", FeeKind.LE_PHI: "lệ phí"}

TITLE: Final = "BIÊN LAI THU PHÍ, LỆ PHÍ ĐIỆN TỬ"

_PER_PAGE: Final = (Explanation.TIERS, Explanation.TIERS_CAPPED)
_PER_COPY: Final = (Explanation.PER_COPY, Explanation.WITH_EXTRA)


@dataclass(frozen=True)
class PaperLine:
    """One row of the table."""

    name: str
    legal_basis: str
    quantity: str
    amount: str


@dataclass(frozen=True)
class Paper:
    """A receipt as it is printed; equal papers print equal bytes."""

    template_version: int
    title: str
    issuer_name: str
    issuer_tax_code: str
    issuer_address: str
    issuer_phone: str | None
    form_symbol: str
    serial_symbol: str
    number: str
    day: str
    issued_at: str
    payer_name: str
    payer_address: str | None
    payer_tax_code: str | None
    dossier_code: str
    procedure_name: str
    method: str
    monies: tuple[str, ...]
    fee_column: str
    lines: tuple[PaperLine, ...]
    total: str
    total_in_words: str
    check_url: str
    replaces: str | None
    """Which receipt it replaces, on a replacement."""


def paper_of(issued: ReceiptIssued, payer: Payer | None) -> Paper:
    """Return the paper of ``issued``; a payer who was not known in time stays unnamed."""
    issuer, named = issued.issuer, payer or Payer(NOT_RECORDED)
    on = in_vietnam(issued.issued_at)
    return Paper(
        template_version=issued.template_version,
        title=TITLE,
        issuer_name=printable(issuer.name, limit=300).upper(),
        issuer_tax_code=issuer.tax_code,
        issuer_address=printable(issuer.address, limit=500),
        issuer_phone=issuer.phone,
        form_symbol=issued.form_symbol,
        serial_symbol=issued.serial_symbol,
        number=str(issued.number),
        day=f"Ngày {on:%d} tháng {on:%m} năm {on:%Y}",
        issued_at=f"{on:%d/%m/%Y %H:%M:%S} (+07:00)",
        payer_name=named.name,
        payer_address=named.address,
        payer_tax_code=named.tax_code,
        dossier_code=issued.dossier_code,
        procedure_name=printable(issued.context.procedure_name, limit=500),
        method=METHODS[issued.method],
        monies=tuple(money_in_words(money) for money in issued.monies),
        fee_column=f"Tên {KIND_NAMES[issued.kind]}",
        lines=tuple(_line(line) for line in issued.lines),
        total=grouped(issued.total_vnd),
        total_in_words=issued.total_in_words,
        check_url=issued.check_url,
        replaces=_replaced(issued.replaced),
    )


def money_in_words(money: Money) -> str:
    """Return through which channel a money came, from which bank, under which reference."""
    bank = money.bank_name or money.bank_code
    parts = (CHANNELS[money.channel], bank, money.channel_reference)
    return ", ".join(part for part in parts if part)


def quantity_in_words(line: Line) -> str:
    """Return how many papers a line is for, as a person counts them."""
    copies, pages = line.quantities.copies, line.quantities.pages
    if line.explanation_code in _PER_PAGE:
        return f"{copies} bản, mỗi bản {pages} trang" if copies > 1 else f"{pages} trang"
    return f"{copies} bản" if line.explanation_code in _PER_COPY else "1"


def _replaced(old: ReplacedReceipt | None) -> str | None:
    if old is None:
        return None
    symbols = f"mẫu số {old.form_symbol}, ký hiệu {old.serial_symbol}, số {old.number}"
    return f"Thay thế cho biên lai {symbols}, ngày {in_vietnam(old.issued_at):%d/%m/%Y}"


def _line(line: Line) -> PaperLine:
    return PaperLine(
        name=printable(line.name, limit=500),
        legal_basis=printable(line.legal_basis or "", limit=500),
        quantity=quantity_in_words(line),
        amount=grouped(line.amount_vnd),
    )
