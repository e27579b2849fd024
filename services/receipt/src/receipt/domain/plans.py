"""What a request of a correction is about, word for word: its plan, and what approving it does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from receipt.domain.corrections import Correctable, Correction
from receipt.domain.issuing import Due, Settled
from receipt.domain.payer import Payer
from shared.contracts.envelope import Cause
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import PrintedField, ReplacementReason


def still_printed(receipt: Correctable, corrections: list[Correction]) -> list[Correction]:
    """Return ``corrections`` with what is printed now: a plan made anew."""
    return [
        replace(each, printed=receipt.printed.get(each.field, each.printed)) for each in corrections
    ]


def plan_of_notice(receipt: Correctable, corrections: list[Correction]) -> dict[str, Any]:
    """Return everything that an approved notice says, as plain JSON."""
    return {
        **_place(receipt),
        "corrections": [
            {"field": each.field.value, "printed": each.printed, "right": each.right}
            for each in corrections
        ],
    }


def corrections_in(plan: Mapping[str, Any]) -> list[Correction]:
    """Return the corrections of a plan."""
    return [
        Correction(PrintedField(each["field"]), each["printed"], each["right"])
        for each in plan["corrections"]
    ]


def plan_of_replacement(
    receipt: Correctable, payer: Payer, reason_code: ReplacementReason
) -> dict[str, Any]:
    """Return everything that an approved replacement changes, as plain JSON."""
    left = {line.line_id: line.amount_vnd for line in receipt.remaining}
    return {
        **_place(receipt),
        "reason_code": reason_code.value,
        "printed_payer": _person(receipt.payer),
        "payer": _person(payer),
        "printed_vnd": receipt.fact.total_vnd,
        "total_vnd": receipt.remaining_vnd,
        "lines": [
            {
                "line_id": str(line.line_id),
                "name": line.name,
                "printed_vnd": line.amount_vnd,
                "amount_vnd": left.get(line.line_id, 0),
            }
            for line in receipt.fact.lines
        ],
    }


def payer_in(plan: Mapping[str, Any]) -> Payer:
    """Return whom the new receipt of a plan names."""
    return Payer(**plan["payer"])


def successor_of(receipt: Correctable, cause: Cause) -> Due:
    """Return the receipt that is due in the place of ``receipt``: what is left, newly numbered.

    It states money that was received and stays: the lines of its predecessor less what went back
    (ADR 20). What was too little is paid, and receipted, by a payment of its own.
    """
    fact, lines = receipt.fact, receipt.remaining
    payment = PaymentSettled(
        dossier_code=fact.dossier_code, payment_id=fact.payment_id, context=fact.context,
        payee=fact.issuer, lines=lines, amount_vnd=receipt.remaining_vnd, method=fact.method,
        monies=fact.monies, paid_at=fact.paid_at, settled_at=fact.paid_at,
    )  # fmt: skip
    settled = Settled(payment, cause, receipt.agency_code)
    return Due(settled, fact.kind, lines, replaces=fact.receipt_id, replaced=receipt.place)


def _place(receipt: Correctable) -> dict[str, Any]:
    fact = receipt.fact
    return {
        "receipt_id": str(fact.receipt_id),
        "dossier_code": fact.dossier_code,
        "form_symbol": fact.form_symbol,
        "serial_symbol": fact.serial_symbol,
        "number": fact.number,
    }


def _person(payer: Payer) -> dict[str, str | None]:
    return {"name": payer.name, "address": payer.address, "tax_code": payer.tax_code}
