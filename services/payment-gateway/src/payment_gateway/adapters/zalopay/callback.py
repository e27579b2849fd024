"""ZaloPay's callback: the raw ``data`` verified, then read; answered by return_code. Pure."""

from dataclasses import dataclass
from typing import Final, Literal

from payment_gateway.adapters.channel import Answer, Call, Forged, Outcome, Told, Unusable
from payment_gateway.adapters.reading import (
    Fields,
    UnreadableError,
    amount_of,
    is_any_of,
    milliseconds_of,
    read_fields,
)
from payment_gateway.adapters.zalopay import dialect
from payment_gateway.domain.monies import Credit, channel_reference
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

BANK_CODE: Final = "zalopay"
_BANK_NAME: Final = "ZaloPay"
_PAYMENT: Final = "1"
"""``type`` of a callback about an order; others are about agreements."""
_ANSWERS: Final = {
    Outcome.ACCEPTED: (1, "success"),
    Outcome.AMOUNT_DIFFERS: (1, "success"),
    Outcome.UNKNOWN_REFERENCE: (1, "success"),
    Outcome.REPEATED: (2, "duplicate"),
    Outcome.UNREADABLE: (0, "cannot be read"),
    Outcome.NOT_GENUINE: (-1, "mac not equal"),
}
"""After 0 ZaloPay calls again, up to three times. Money that matches nothing is kept: 1."""


@dataclass(frozen=True)
class App:
    """Who we are to ZaloPay; ``keys2`` has the present key 2 first."""

    id: str
    keys2: tuple[str, ...]
    agency_code: str


@dataclass(frozen=True)
class ZalopayListener:
    """Hears ZaloPay in the name of one app."""

    app: App
    method: Literal["POST"] = "POST"

    def hear(self, call: Call) -> Told:
        """Return the money of a callback; ZaloPay calls on success only."""
        try:
            outer = read_fields(call.body)
        except UnreadableError:
            return Forged()
        data = outer.get("data", "")
        expected = [dialect.mac(data, key) for key in self.app.keys2]
        if not data or not is_any_of(outer.get("mac", ""), expected):
            return Forged()
        if outer.get("type", _PAYMENT) != _PAYMENT:
            return Unusable("zalopay-not-a-payment")
        try:
            return read_credit(read_fields(data), self.app, call.body)
        except UnreadableError:
            return Unusable("zalopay-unreadable")

    def answer(self, _: Call, outcome: Outcome) -> Answer:
        """Return return_code and return_message."""
        code, text = _ANSWERS[outcome]
        return Answer(200, {"return_code": code, "return_message": text})


def read_credit(fields: Fields, app: App, raw: bytes) -> Credit | Unusable:
    """Return the money in verified fields."""
    amount_vnd = amount_of(fields.get("amount", ""))
    if amount_vnd is None:
        return Unusable("zalopay-amount-unreadable")
    transaction = fields.get("zp_trans_id", "")
    if transaction in {"", "0"}:
        return Unusable("zalopay-without-transaction")
    return Credit(
        channel=PaymentChannel.ZALOPAY,
        reference=dialect.reference_of(fields.get("app_trans_id", "")),
        channel_reference=channel_reference(transaction),
        amount_vnd=amount_vnd,
        bank_code=BANK_CODE,
        bank_name=_BANK_NAME,
        booked_at=milliseconds_of(fields.get("server_time", "")),
        agency_code=app.agency_code,
        is_ours=fields.get("app_id") == app.id,
        raw=raw,
    )


def app_of(settings: Settings) -> App:
    """Return who we are to ZaloPay."""
    return App(settings.zalopay_app, settings.zalopay_keys2, settings.zalopay_agency)


def listener(settings: Settings) -> ZalopayListener:
    """Return who hears ZaloPay."""
    return ZalopayListener(app_of(settings))
