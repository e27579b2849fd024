"""A bank's feed of transfers: verified as received, translated, answered. Pure.

The feed's form is ours (docs/channels.md): HMAC-SHA256 over ``id.timestamp.body`` as in Standard
Webhooks, a window of five minutes on both sides, several signatures while a secret is rotated.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from payment_gateway.adapters.catalogue import bank_names
from payment_gateway.adapters.channel import Answer, Call, Forged, Outcome, Told, Unusable
from payment_gateway.adapters.reading import (
    Fields,
    UnreadableError,
    amount_of,
    bank_code_of,
    is_any_of,
    read_fields,
)
from payment_gateway.domain.monies import Credit, CreditedAccount, channel_reference
from payment_gateway.domain.references import read_reference
from payment_gateway.settings import Settings
from shared.contracts.parts import PaymentChannel

WINDOW: Final = timedelta(minutes=5)
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_MAX_SIGNATURES: Final = 8
_ANSWERS: Final = {
    Outcome.ACCEPTED: Answer(200, {"result": "accepted"}),
    Outcome.REPEATED: Answer(200, {"result": "duplicate"}),
    Outcome.AMOUNT_DIFFERS: Answer(200, {"result": "accepted"}),
    Outcome.UNKNOWN_REFERENCE: Answer(200, {"result": "unmatched"}),
    Outcome.UNREADABLE: Answer(422, {"result": "kept"}),
    Outcome.NOT_GENUINE: Answer(401, {"result": "not-genuine"}),
}
"""Money that arrived is acknowledged whether or not it matches: the bank has done its part."""


@dataclass(frozen=True)
class VietqrListener:
    """Hears the feed of the banks at which our payees have their accounts."""

    secrets: tuple[str, ...]
    agency_code: str
    """Who sorts out money that nobody knows."""
    method: Literal["POST"] = "POST"

    def hear(self, call: Call) -> Told:
        """Return the transfer that a bank tells of."""
        if not _is_genuine(call, self.secrets):
            return Forged()
        try:
            return self._credit(read_fields(call.body), call.body)
        except UnreadableError:
            return Unusable("vietqr-unreadable")

    def answer(self, _: Call, outcome: Outcome) -> Answer:
        """Return what the bank hears: 2xx ends its tries."""
        return _ANSWERS[outcome]

    def _credit(self, message: Fields, raw: bytes) -> Credit | Unusable:
        if message.get("currency") != "VND":
            return Unusable("vietqr-other-currency")
        amount = message.get("amount_vnd", "")
        amount_vnd = amount_of(amount)
        if amount_vnd is None:
            debit = amount.startswith("-") and amount_of(amount[1:]) is not None
            return Unusable("vietqr-debit" if debit else "vietqr-amount-unreadable")
        if not message.get("bank_reference"):
            return Unusable("vietqr-without-reference")
        bank_code = bank_code_of(message.get("payer_bin", ""))
        return Credit(
            channel=PaymentChannel.VIETQR,
            reference=read_reference(message.get("content", "")) or "",
            channel_reference=channel_reference(message["bank_reference"]),
            amount_vnd=amount_vnd,
            bank_code=bank_code,
            bank_name=bank_names().get(bank_code or ""),
            booked_at=_instant(message.get("booked_at", "")),
            agency_code=self.agency_code,
            is_ours=True,
            raw=raw,
            names_payable=True,
            account=_account(message),
        )


def listener(settings: Settings) -> VietqrListener:
    """Return who hears the banks' feed."""
    return VietqrListener(settings.bank_feed_secrets, settings.vietqr_agency)


def _is_genuine(call: Call, secrets: Sequence[str]) -> bool:
    message_id = call.headers.get("webhook-id", "")
    sent_at = call.headers.get("webhook-timestamp", "")
    given = call.headers.get("webhook-signature", "").split(" ")[:_MAX_SIGNATURES]
    if not message_id or not _SECONDS.fullmatch(sent_at):
        return False
    signed = b".".join([message_id.encode(), sent_at.encode(), call.body])
    expected = [f"v1,{_digest(secret, signed)}" for secret in secrets]
    found = [is_any_of(each, expected) for each in given]
    late = abs(call.at.timestamp() - int(sent_at)) > WINDOW.total_seconds()
    return any(found) and not late


def _digest(secret: str, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()


def _account(message: Fields) -> CreditedAccount | None:
    """Return the account that was credited; None where a feed of one account names none."""
    number = message.get("account", "")
    return CreditedAccount(message.get("bin", ""), number) if number else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo is not None else None
