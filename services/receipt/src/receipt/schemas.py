"""Bodies of receipt's JSON and forms."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.receipt import Receipt
from shared.contracts.parts import FeeKind, PaymentMethod

_NUMBER: Final = re.compile(r"0{0,9}[1-9][0-9]{0,7}", re.ASCII)
_SYMBOL: Final = re.compile(r"[0-9A-Z][0-9A-Z/-]{1,10}", re.ASCII)
_TAX_CODE: Final = re.compile(r"\d{10}(-\d{3})?|\d{12,13}", re.ASCII)


class Issuer(BaseModel):
    """Who collected, as printed."""

    name: str
    tax_code: str
    address: str


class PrintedLine(BaseModel):
    """One fee of the receipt."""

    name: str
    legal_basis: str | None
    amount_vnd: int


class ReceiptAnswer(BaseModel):
    """Facts of one receipt for its holder; the payer's name stands in the file only."""

    kind: FeeKind
    form_symbol: str
    serial_symbol: str
    number: int
    status: ReceiptStatus
    dossier_code: str
    procedure_name: str
    issuer: Issuer
    lines: list[PrintedLine]
    total_vnd: int
    total_in_words: str
    method: PaymentMethod
    paid_at: datetime
    issued_at: datetime
    check_url: str
    file_status: FileStatus
    pdf_url: str


class FileInTheMaking(BaseModel):
    """The answer 202: the file is being made, ask again after ``Retry-After`` seconds."""

    file_status: FileStatus


class Verdict(StrEnum):
    """What the public check of a receipt says."""

    VALID = "valid"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


class Place(BaseModel):
    """The symbols and the number of a receipt, as they are printed."""

    model_config = ConfigDict(extra="forbid")

    issuer_tax_code: Annotated[str, Field(max_length=30)]
    form_symbol: Annotated[str, Field(max_length=30)]
    serial_symbol: Annotated[str, Field(max_length=30)]
    number: Annotated[int, Field(ge=1, le=99_999_999)]


class Verification(BaseModel):
    """What is public of a receipt: no name, no dossier."""

    result: Verdict
    issuer_name: str | None = None
    kind: FeeKind | None = None
    total_vnd: int | None = None
    issued_at: datetime | None = None
    pdf_sha256: str | None = None


def answer_of(receipt: Receipt, *, pdf_url: str) -> ReceiptAnswer:
    """Return the facts of ``receipt`` for its holder."""
    fact = receipt.fact
    return ReceiptAnswer(
        kind=fact.kind,
        form_symbol=fact.form_symbol,
        serial_symbol=fact.serial_symbol,
        number=fact.number,
        status=receipt.status,
        dossier_code=fact.dossier_code,
        procedure_name=fact.context.procedure_name,
        issuer=Issuer(
            name=fact.issuer.name, tax_code=fact.issuer.tax_code, address=fact.issuer.address
        ),
        lines=[
            PrintedLine(name=line.name, legal_basis=line.legal_basis, amount_vnd=line.amount_vnd)
            for line in fact.lines
        ],
        total_vnd=fact.total_vnd,
        total_in_words=fact.total_in_words,
        method=fact.method,
        paid_at=fact.paid_at,
        issued_at=fact.issued_at,
        check_url=fact.check_url,
        file_status=receipt.file.status,
        pdf_url=pdf_url,
    )


def verification_of(receipt: Receipt | None) -> Verification:
    """Return what the public may know."""
    if receipt is None:
        return Verification(result=Verdict.UNKNOWN)
    replaced = receipt.status is ReceiptStatus.REPLACED
    return Verification(
        result=Verdict.REPLACED if replaced else Verdict.VALID,
        issuer_name=receipt.fact.issuer.name,
        kind=receipt.fact.kind,
        total_vnd=receipt.fact.total_vnd,
        issued_at=receipt.fact.issued_at,
        pdf_sha256=receipt.file.sha256,
    )


def place_of(tax_code: str, form_symbol: str, serial_symbol: str, number: str) -> Place | None:
    """Return what was typed as the place of a receipt; None if no receipt can be there."""
    typed = [text.strip().upper() for text in (tax_code, form_symbol, serial_symbol, number)]
    patterns = (_TAX_CODE, _SYMBOL, _SYMBOL, _NUMBER)
    if not all(pattern.fullmatch(text) for pattern, text in zip(patterns, typed, strict=True)):
        return None
    return Place(
        issuer_tax_code=typed[0],
        form_symbol=typed[1],
        serial_symbol=typed[2],
        number=int(typed[3]),
    )
