"""What an accountant finds wrong on a receipt, and which of the two ways of the law mends it.

TT 91/2026 Điều 20: a wrong name, address, wording or other content is *noticed* (04/SS-CTĐT) and
the receipt stays; a wrong tax code or amount is *replaced* by a receipt of its own number.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from receipt.domain.lifecycles import ReceiptStatus
from receipt.domain.names import printable
from receipt.domain.payer import ADDRESS_LIMIT, NAME_LIMIT, NOT_RECORDED, Payer
from receipt.domain.words import amount_in_words
from shared.contracts.parts import Line
from shared.contracts.receipt import (
    PrintedField,
    ReceiptIssued,
    ReplacedReceipt,
    ReplacementReason,
)

OTHER_LIMIT: Final = 500
_TAX_CODE: Final = re.compile(r"\d{10}(-\d{3})?|\d{12,13}", re.ASCII)


class Fault(StrEnum):
    """What is wrong with what was typed; a page says it in words."""

    NOTHING_WRONG = "nothing_wrong"
    """Nothing was filled in."""
    AS_PRINTED = "as_printed"
    TOO_LONG = "too_long"
    MISSING = "missing"
    NO_REASON = "no_reason"
    NO_TAX_CODE = "no_tax_code"
    """Not in the form of one."""
    SAME_TAX_CODE = "same_tax_code"
    AMOUNT_IS_RIGHT = "amount_is_right"
    """The receipt says exactly what was paid and did not go back."""


@dataclass(frozen=True)
class Correction:
    """One field of a receipt: what is printed, and what it should read."""

    field: PrintedField
    printed: str
    right: str


@dataclass(frozen=True)
class Correctable:
    """A receipt that may be corrected, as it stands."""

    fact: ReceiptIssued
    payer: Payer
    """As printed."""
    status: ReceiptStatus
    has_file: bool
    collector_code: str
    agency_code: str
    """The receiving agency."""
    correlation_id: UUID
    refunded: Mapping[UUID, int]
    """By line: what went back and is marked beside this receipt."""

    @property
    def printed(self) -> dict[PrintedField, str]:
        """Return what the fields say that a notice may correct, except the free one."""
        return {
            PrintedField.PAYER_NAME: self.payer.name,
            PrintedField.PAYER_ADDRESS: self.payer.address or NOT_RECORDED,
            PrintedField.TOTAL_IN_WORDS: self.fact.total_in_words,
        }

    @property
    def wording(self) -> str:
        """Return how the amount is worded by the rules."""
        return amount_in_words(self.fact.total_vnd)

    @property
    def is_misworded(self) -> bool:
        """Tell whether the amount in words is wrong; what it should read is never typed."""
        return self.fact.total_in_words != self.wording

    @property
    def remaining(self) -> tuple[Line, ...]:
        """Return what a receipt in its place would state: its lines less what went back."""
        left = [(line, self.refunded.get(line.line_id, 0)) for line in self.fact.lines]
        return tuple(
            line.model_copy(update={"amount_vnd": line.amount_vnd - back, "steps": ()})
            if back
            else line
            for line, back in left
            if line.amount_vnd > back
        )

    @property
    def remaining_vnd(self) -> int:
        """Return the sum of ``remaining``."""
        return sum(line.amount_vnd for line in self.remaining)

    @property
    def place(self) -> ReplacedReceipt:
        """Return what a successor prints of it."""
        fact = self.fact
        return ReplacedReceipt(
            form_symbol=fact.form_symbol,
            serial_symbol=fact.serial_symbol,
            number=fact.number,
            issued_at=fact.issued_at,
        )


@dataclass(frozen=True)
class TypedNotice:
    """The form of a notice, as it was typed."""

    name: str = ""
    address: str = ""
    words_are_wrong: bool = False
    other_printed: str = ""
    other_right: str = ""


def corrections_of(
    receipt: Correctable, typed: TypedNotice
) -> tuple[list[Correction], dict[str, Fault]]:
    """Return what ``typed`` corrects, and what is wrong with it, by field of the form."""
    found: list[Correction] = []
    faults: dict[str, Fault] = {}
    for field, text, limit in (
        (PrintedField.PAYER_NAME, typed.name, NAME_LIMIT),
        (PrintedField.PAYER_ADDRESS, typed.address, ADDRESS_LIMIT),
    ):
        if text:
            _add(found, faults, Correction(field, receipt.printed[field], text), limit)
    if typed.words_are_wrong and receipt.is_misworded:
        words = PrintedField.TOTAL_IN_WORDS
        found.append(Correction(words, receipt.printed[words], receipt.wording))
    if typed.other_printed or typed.other_right:
        other = Correction(PrintedField.OTHER, typed.other_printed, typed.other_right)
        _add(found, faults, other, OTHER_LIMIT)
    if not found and not faults:
        faults["form"] = Fault.NOTHING_WRONG
    return found, faults


@dataclass(frozen=True)
class TypedReplacement:
    """The form of a replacement, as it was typed; amounts are never typed."""

    reason_code: ReplacementReason | None
    name: str = ""
    address: str = ""
    tax_code: str = ""


def replacement_payer(
    receipt: Correctable, typed: TypedReplacement
) -> tuple[Payer, dict[str, Fault]]:
    """Return whom the new receipt names, and what is wrong with the form, by field."""
    faults: dict[str, Fault] = {}
    for field, text, limit in (
        ("name", typed.name, NAME_LIMIT), ("address", typed.address, ADDRESS_LIMIT),
    ):  # fmt: skip
        if len(text) > limit:
            faults[field] = Fault.TOO_LONG
    payer = Payer(
        name=printable(typed.name, limit=NAME_LIMIT),
        address=printable(typed.address, limit=ADDRESS_LIMIT) or None,
        tax_code=typed.tax_code or None,
    )
    if not payer.name:
        faults["name"] = Fault.MISSING
    if payer.tax_code and not _TAX_CODE.fullmatch(payer.tax_code):
        faults["tax_code"] = Fault.NO_TAX_CODE
    return payer, faults | _reason_faults(receipt, typed.reason_code, payer)


def _reason_faults(
    receipt: Correctable, reason_code: ReplacementReason | None, payer: Payer
) -> dict[str, Fault]:
    if reason_code is None:
        return {"reason_code": Fault.NO_REASON}
    if reason_code is ReplacementReason.WRONG_TAX_CODE:
        same = payer.tax_code == receipt.payer.tax_code
        return {"tax_code": Fault.SAME_TAX_CODE} if same else {}
    return {} if any(receipt.refunded.values()) else {"reason_code": Fault.AMOUNT_IS_RIGHT}


def _add(found: list[Correction], faults: dict[str, Fault], typed: Correction, limit: int) -> None:
    """Add ``typed``, made printable, or what is wrong with it."""
    if max(len(typed.printed), len(typed.right)) > limit:
        faults[typed.field.value] = Fault.TOO_LONG
        return
    printed, right = (printable(text, limit=limit) for text in (typed.printed, typed.right))
    if not printed or not right:
        faults[typed.field.value] = Fault.MISSING
    elif printed == right:
        faults[typed.field.value] = Fault.AS_PRINTED
    else:
        found.append(Correction(typed.field, printed, right))
