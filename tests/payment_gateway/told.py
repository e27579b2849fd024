"""What each mock channel says of one payment: for tests of what the gateway makes of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mock_bank.adapters.momo import dialect as momo
from mock_bank.adapters.npsp import dialect as npsp
from mock_bank.adapters.vietqr import dialect as vietqr
from mock_bank.adapters.vnpay import dialect as vnpay
from mock_bank.adapters.zalopay import dialect as zalopay
from mock_bank.domain.tellings import Result, Told
from payment_gateway.adapters.channel import Call
from shared.clock import utc_now
from tests.payment_gateway.builders import PAYEE
from tests.support.environment import ENVIRONMENT
from tests.support.facts import NOON

REFERENCE: Final = "LP0000000000T01"
PARTNERS: Final = {
    "npsp": "LEPHI", "vnpay": "LEPHI001", "momo": "LEPHI", "zalopay": "2554", "vietqr": "feed",
}  # fmt: skip
SECRETS: Final = {
    "npsp": ENVIRONMENT["NPSP_SECRET"],
    "vnpay": ENVIRONMENT["VNPAY_SECRET"],
    "momo": ENVIRONMENT["MOMO_SECRET_KEY"],
    "zalopay": ENVIRONMENT["ZALOPAY_KEY2"],
    "vietqr": ENVIRONMENT["BANK_FEED_SECRET"],
}
ACCESS: Final = ENVIRONMENT["MOMO_ACCESS_KEY"]


@dataclass(frozen=True)
class Said:
    """One message on its way to ``/ipn/{channel}``."""

    method: str
    query: str = ""
    body: bytes = b""
    headers: Mapping[str, str] | None = None

    def call(self) -> Call:
        """Return it as a listener hears it at noon."""
        headers = {name.lower(): text for name, text in (self.headers or {}).items()}
        return Call(self.query.encode(), self.body, headers, NOON)


def a_payment(channel: str, **changes: Any) -> Told:  # noqa: ANN401 - any field
    """Return what the bank knows of a payment of 135.000 by ``channel``."""
    reference = f"261122_{REFERENCE}" if channel == "zalopay" else REFERENCE
    facts: dict[str, Any] = {
        "partner": PARTNERS[channel], "reference": reference, "amount_vnd": 135_000,
        "bank_code": "970436", "description": "Thanh toan ho so", "said_at": NOON,
        "transaction_code": "GD261122000007",
        "details": {
            "requestId": "r1", "extraData": "", "app_time": "1", "app_user": "x",
            "embed_data": "{}", "item": "[]",
            "bin": PAYEE.account.bin, "account": PAYEE.account.number,
        },
    }  # fmt: skip
    return Told(**{**facts, **changes})


def said(
    channel: str,
    told: Told | None = None,
    result: Result = Result.SUCCESS,
    *,
    secret: str | None = None,
    forged: bool = False,
) -> Said:
    """Return the message in the channel's own words, signed by the mock."""
    by: Mapping[str, Callable[[Told, Result, str, bool], Said]] = {
        "npsp": _npsp, "vnpay": _vnpay, "momo": _momo, "zalopay": _zalopay, "vietqr": _vietqr,
    }  # fmt: skip
    made = told if told is not None else a_payment(channel)
    return by[channel](made, result, secret or SECRETS[channel], forged)


def _npsp(told: Told, result: Result, secret: str, forged: bool) -> Said:  # noqa: FBT001 - as given
    return _json(npsp.confirm(told, result, secret=secret, forged=forged))


def _vnpay(told: Told, result: Result, secret: str, forged: bool) -> Said:  # noqa: FBT001 - as given
    return Said("GET", query=vnpay.ipn(told, result, secret=secret, forged=forged))


def _momo(told: Told, result: Result, secret: str, forged: bool) -> Said:  # noqa: FBT001 - as given
    return _json(momo.ipn(told, result, keys=(ACCESS, secret), forged=forged))


def _zalopay(told: Told, _: Result, secret: str, forged: bool) -> Said:  # noqa: FBT001 - as given
    return Said("POST", body=zalopay.callback(told, key2=secret, forged=forged))


def _vietqr(told: Told, result: Result, secret: str, forged: bool) -> Said:  # noqa: FBT001 - as given
    body = vietqr.entry(told, result)
    headers = vietqr.headers("m1", body, secret=secret, now=utc_now(), forged=forged)
    return Said("POST", body=body, headers=headers)


def _json(message: Mapping[str, Any]) -> Said:
    return Said("POST", body=json.dumps(message).encode())
