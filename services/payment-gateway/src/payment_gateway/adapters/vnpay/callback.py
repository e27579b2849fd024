"""VNPAY's IPN: verified over the query as received, translated, answered by RspCode. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from payment_gateway.adapters.catalogue import bank_names
from payment_gateway.adapters.channel import (
    Answer,
    Call,
    Forged,
    Outcome,
    Pending,
    Told,
    Unusable,
)
from payment_gateway.adapters.reading import (
    Fields,
    UnreadableError,
    amount_of,
    bank_code_of,
    wire_time_of,
)
from payment_gateway.adapters.vnpay import dialect
from payment_gateway.domain.monies import Credit, Failure, channel_reference
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

_ANSWERS: Final = {
    Outcome.ACCEPTED: ("00", "Confirm Success"),
    Outcome.UNKNOWN_REFERENCE: ("01", "Order not found"),
    Outcome.REPEATED: ("02", "Order already confirmed"),
    Outcome.AMOUNT_DIFFERS: ("04", "Invalid amount"),
    Outcome.NOT_GENUINE: ("97", "Invalid signature"),
    Outcome.UNREADABLE: ("99", "Unknown error"),
}
"""00 and 02 end VNPAY's calls; after the others it calls up to ten times."""
_FOR_A_PERSON: Final = {"04": "vnpay-reversed", "07": "vnpay-suspicious"}
"""vnp_TransactionStatus of money that was debited and is not ours for certain (domain.md 9)."""
_NOT_DECIDED: Final = ("01", "05", "06")
"""vnp_TransactionStatus while VNPAY itself does not know."""


@dataclass(frozen=True)
class Terminal:
    """Who we are to VNPAY; ``secrets`` has the present one first."""

    code: str
    secrets: tuple[str, ...]
    agency_code: str


@dataclass(frozen=True)
class VnpayListener:
    """Hears VNPAY in the name of one terminal."""

    terminal: Terminal
    method: Literal["GET"] = "GET"

    def hear(self, call: Call) -> Told:
        """Return what an IPN says; success needs both of VNPAY's codes."""
        try:
            came = dialect.receive(call.query)
        except UnreadableError:
            return Forged()
        if not dialect.is_genuine(came.signed_text, came.signature, self.terminal.secrets):
            return Forged()
        return read_told(came.fields, self.terminal, call.query)

    def answer(self, _: Call, outcome: Outcome) -> Answer:
        """Return RspCode and Message; VNPAY reads them in a 200 only."""
        code, text = _ANSWERS[outcome]
        return Answer(200, {"RspCode": code, "Message": text})


def read_told(fields: Fields, terminal: Terminal, raw: bytes) -> Told:
    """Return what verified fields say of a payment."""
    state = fields.get("vnp_TransactionStatus", "")
    code = fields.get("vnp_ResponseCode", dialect.SUCCESS)
    if state in _FOR_A_PERSON or code == "07":
        return Unusable(_FOR_A_PERSON.get(state, "vnpay-suspicious"))
    if state in _NOT_DECIDED:
        return Pending()
    if (state, code) != (dialect.SUCCESS, dialect.SUCCESS):
        code = code if code != dialect.SUCCESS else f"status-{state}"
        reference = fields.get("vnp_TxnRef", "")
        return Failure(PaymentChannel.VNPAY, reference, failure_code(code))
    return _credit(fields, terminal, raw)


def _credit(fields: Fields, terminal: Terminal, raw: bytes) -> Credit | Unusable:
    hundredths = amount_of(fields.get("vnp_Amount", ""))
    if hundredths is None or hundredths % dialect.HUNDREDTHS:
        return Unusable("vnpay-amount-unreadable")
    transaction = fields.get("vnp_TransactionNo", "")
    if transaction in {"", "0"}:
        return Unusable("vnpay-without-transaction")
    bank_code = bank_code_of(fields.get("vnp_BankCode", ""))
    return Credit(
        channel=PaymentChannel.VNPAY,
        reference=fields.get("vnp_TxnRef", ""),
        channel_reference=channel_reference(transaction),
        amount_vnd=hundredths // dialect.HUNDREDTHS,
        bank_code=bank_code,
        bank_name=bank_names().get(bank_code or ""),
        booked_at=wire_time_of(fields.get("vnp_PayDate", "")),
        agency_code=terminal.agency_code,
        is_ours=fields.get("vnp_TmnCode") == terminal.code,
        raw=raw,
    )


def failure_code(code: str) -> str:
    """Return a failure's code as facts may carry it."""
    return f"vnpay-{channel_reference(code or 'none')[:40]}"


def terminal_of(settings: Settings) -> Terminal:
    """Return who we are to VNPAY."""
    return Terminal(settings.vnpay_terminal, settings.vnpay_secrets, settings.vnpay_agency)


def listener(settings: Settings) -> VnpayListener:
    """Return who hears VNPAY."""
    return VnpayListener(terminal_of(settings))
