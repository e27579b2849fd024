"""MoMo's IPN: verified as received, translated, answered by HTTP 204. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from payment_gateway.adapters.channel import (
    Answer,
    Call,
    Forged,
    Outcome,
    Pending,
    Told,
    Unusable,
)
from payment_gateway.adapters.momo import dialect
from payment_gateway.adapters.reading import (
    Fields,
    UnreadableError,
    amount_of,
    is_any_of,
    milliseconds_of,
    read_fields,
)
from payment_gateway.domain.monies import Credit, Failure, channel_reference
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

BANK_CODE: Final = "momo"
_BANK_NAME: Final = "MoMo"
_HEARD: Final = Answer(204, None)
_NOT_HEARD: Final = Answer(400, {"message": "signature"})


@dataclass(frozen=True)
class Merchant:
    """Who we are to MoMo; ``keys`` are pairs of access and secret key, the present ones first."""

    code: str
    keys: tuple[tuple[str, str], ...]
    agency_code: str


@dataclass(frozen=True)
class MomoListener:
    """Hears MoMo in the name of one merchant."""

    merchant: Merchant
    method: Literal["POST"] = "POST"

    def hear(self, call: Call) -> Told:
        """Return what an IPN says. The access key is signed but not sent."""
        try:
            message = read_fields(call.body)
            if not self._is_genuine(message):
                return Forged()
        except UnreadableError:
            return Forged()
        if dialect.is_ambiguous(message, dialect.IPN_FIELDS[1:]):
            return Unusable("momo-ambiguous")
        return read_told(message, self.merchant, call.body)

    def answer(self, _: Call, outcome: Outcome) -> Answer:
        """Return 204 for all that is genuine: MoMo may tell only once."""
        return _NOT_HEARD if outcome is Outcome.NOT_GENUINE else _HEARD

    def _is_genuine(self, message: Fields) -> bool:
        expected = [
            dialect.sign(
                dialect.signed_text({**message, "accessKey": access}, dialect.IPN_FIELDS), secret
            )
            for access, secret in self.merchant.keys
        ]
        return is_any_of(message.get("signature", ""), expected)


def read_told(message: Fields, merchant: Merchant, raw: bytes) -> Told:
    """Return what a verified message says of a payment."""
    code = message.get("resultCode", "")
    if code in dialect.UNDECIDED:
        return Pending()
    reference = message.get("orderId", "")
    if code != dialect.SUCCESS:
        return Failure(PaymentChannel.MOMO, reference, failure_code(code))
    amount_vnd = amount_of(message.get("amount", ""))
    if amount_vnd is None:
        return Unusable("momo-amount-unreadable")
    transaction = message.get("transId", "")
    if transaction in {"", "0"}:
        return Unusable("momo-without-transaction")
    return Credit(
        channel=PaymentChannel.MOMO,
        reference=reference,
        channel_reference=channel_reference(transaction),
        amount_vnd=amount_vnd,
        bank_code=BANK_CODE,
        bank_name=_BANK_NAME,
        booked_at=milliseconds_of(message.get("responseTime", "")),
        agency_code=merchant.agency_code,
        is_ours=message.get("partnerCode") == merchant.code,
        raw=raw,
    )


def failure_code(code: str) -> str:
    """Return a failure's code as facts may carry it."""
    return f"momo-{channel_reference(code or 'none')[:40]}"


def merchant_of(settings: Settings) -> Merchant:
    """Return who we are to MoMo."""
    return Merchant(settings.momo_partner, settings.momo_keys, settings.momo_agency)


def listener(settings: Settings) -> MomoListener:
    """Return who hears MoMo."""
    return MomoListener(merchant_of(settings))
