"""The QR of a transfer and the banks' feed: vectors, then property tests against the mock."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_bank.adapters.vietqr import dialect as bank
from mock_bank.domain.tellings import Result, Told
from payment_gateway.adapters.channel import Call, Forged, Unusable
from payment_gateway.adapters.vietqr.callback import WINDOW, VietqrListener
from payment_gateway.domain import vietqr
from payment_gateway.domain.errors import AccountNotReachableError
from payment_gateway.domain.monies import Credit, CreditedAccount
from payment_gateway.domain.references import RANDOM_BITS, make_reference
from payment_gateway.domain.vietqr import Transfer, transfer_to
from tests.payment_gateway.builders import PAYEE
from tests.support.facts import NOON

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text("utf-8"))
DRAWN = [vector for vector in VECTORS["vietqr"] if vector["valid"]]
SECRET, BEFORE = "the-secret-now", "the-secret-before"
US = VietqrListener((SECRET, BEFORE), "H34.10")


def told(**changes: Any) -> Told:  # noqa: ANN401 - any field
    facts: dict[str, Any] = {
        "partner": "feed", "reference": "FT1", "amount_vnd": 99_000, "bank_code": "970436",
        "description": "ck lp7q2m9x4k10", "transaction_code": "FT26332000001", "said_at": NOON,
        "details": {"bin": PAYEE.account.bin, "account": PAYEE.account.number},
    }  # fmt: skip
    return Told(**{**facts, **changes})


def a_call(body: bytes, *, secret: str = SECRET, forged: bool = False) -> Call:
    headers = bank.headers("m1", body, secret=secret, now=NOON, forged=forged)
    return Call(b"", body, headers, NOON)


@pytest.mark.parametrize("vector", DRAWN, ids=lambda vector: vector["id"])
def test_given_a_vector_when_its_transfer_is_drawn_then_the_payload_is_the_published_one(
    vector: dict[str, Any],
) -> None:
    fields = vector["fields"]
    amount = None if fields["amount"] is None else int(fields["amount"])
    transfer = Transfer(
        fields["bin"], fields["account"], amount, fields["purpose"], fields["bill_number"]
    )

    assert vietqr.payload(transfer) == vector["payload"]
    for other in (
        replace(transfer, account=fields["account"][:-1] + "0"),
        replace(transfer, amount_vnd=1),
        replace(transfer, purpose="X"),
    ):
        assert vietqr.payload(other) != vector["payload"], "one field changed goes red"


def test_given_the_check_value_when_the_crc_is_taken_then_it_is_the_standards() -> None:
    check = VECTORS["crc_check"]

    assert f"{vietqr.crc16(check['input'].encode()):04X}" == check["expected"]


@given(amount=st.integers(1, 10**12), number=st.integers(0, 2**RANDOM_BITS - 1))
def test_given_any_payable_when_its_qr_is_drawn_then_a_banks_app_reads_account_amount_and_purpose(
    amount: int, number: int
) -> None:
    reference = make_reference(number)

    scanned = bank.scan(
        vietqr.payload(transfer_to(PAYEE.account, amount_vnd=amount, reference=reference))
    )

    assert (scanned.bin, scanned.account) == (PAYEE.account.bin, PAYEE.account.number)
    assert (scanned.amount_vnd, scanned.purpose) == (amount, reference)


def test_given_a_purpose_too_long_or_an_account_no_qr_takes_when_drawn_then_it_is_refused() -> None:
    account = PAYEE.account.model_copy(update={"number": "9" * 20})

    with pytest.raises(AccountNotReachableError):
        transfer_to(account, amount_vnd=1, reference="LP0000000000")
    with pytest.raises(ValueError, match="25"):
        vietqr.payload(Transfer("970436", "1", 1, "X" * 26))


@given(
    amount=st.integers(1, 10**15 - 1),
    content=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=80),
    code=st.text("ABCDEFGHIJ0123456789/ ", min_size=1, max_size=60),
    secret=st.sampled_from([SECRET, BEFORE]),
)
@example(amount=1, content="\0", code="0", secret=SECRET)
def test_given_any_transfer_when_the_bank_tells_it_then_we_read_what_it_said(
    amount: int, content: str, code: str, secret: str
) -> None:
    body = bank.entry(
        told(amount_vnd=amount, description=content, transaction_code=code), Result.SUCCESS
    )

    credit = US.hear(a_call(body, secret=secret))

    assert isinstance(credit, Credit)
    assert (credit.amount_vnd, credit.booked_at, credit.raw) == (amount, NOON, body)
    assert credit.account == CreditedAccount(PAYEE.account.bin, PAYEE.account.number)


@given(place=st.integers(0, 200), to=st.integers(0, 255))
def test_given_a_genuine_entry_when_one_byte_is_changed_then_it_is_forged(
    place: int, to: int
) -> None:
    body = bank.entry(told(), Result.SUCCESS)
    call = a_call(body)
    changed = bytearray(body)
    place %= len(body)
    changed[place] = to if to != body[place] else to ^ 1

    assert isinstance(US.hear(replace(call, body=bytes(changed))), Forged)
    assert isinstance(US.hear(call), Credit)


@pytest.mark.parametrize("seconds", [-301, 301, 10**6])
def test_given_an_entry_outside_the_window_when_it_comes_then_it_is_not_believed(
    seconds: int,
) -> None:
    call = a_call(bank.entry(told(), Result.SUCCESS))

    heard = US.hear(replace(call, at=call.at + timedelta(seconds=seconds)))

    assert isinstance(heard, Forged)
    assert timedelta(seconds=300) == WINDOW


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", ""), ("webhook-id", "m2"), ("webhook-timestamp", "NaN"),
        ("webhook-timestamp", ""), ("webhook-signature", ""), ("webhook-signature", "v1,"),
        ("webhook-signature", "v2,AAAA"), ("webhook-signature", "é"),
    ],
)  # fmt: skip
def test_given_a_header_that_is_missing_or_other_when_it_comes_then_it_is_forged(
    name: str, value: str
) -> None:
    call = a_call(bank.entry(told(), Result.SUCCESS))

    assert isinstance(US.hear(replace(call, headers={**call.headers, name: value})), Forged)
    without = {key: text for key, text in call.headers.items() if key != name}
    assert isinstance(US.hear(replace(call, headers=without)), Forged)


def test_given_two_signatures_during_rotation_when_one_is_ours_then_it_is_genuine() -> None:
    call = a_call(bank.entry(told(), Result.SUCCESS))
    both = f"v1,AAAA {call.headers['webhook-signature']}"

    heard = US.hear(replace(call, headers={**call.headers, "webhook-signature": both}))

    assert isinstance(heard, Credit)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "USD"}, "vietqr-other-currency"),
        ({"amount_vnd": -99_000}, "vietqr-debit"),
        ({"amount_vnd": 0}, "vietqr-amount-unreadable"),
        ({"amount_vnd": "1e5"}, "vietqr-amount-unreadable"),
        ({"amount_vnd": 1.5}, "vietqr-unreadable"),
        ({"bank_reference": ""}, "vietqr-without-reference"),
    ],
)
def test_given_a_genuine_entry_that_is_no_credit_when_it_comes_then_it_is_kept(
    changes: dict[str, object], reason: str
) -> None:
    entry = json.loads(bank.entry(told(), Result.SUCCESS))

    assert US.hear(a_call(json.dumps({**entry, **changes}).encode())) == Unusable(reason)


def test_given_the_feeds_signature_when_it_is_made_by_hand_then_it_is_the_same() -> None:
    """The words of docs/channels.md alone are enough to write the other side."""
    body = b'{"a": 1}'
    sent_at = str(int(NOON.timestamp()))

    digest = hmac.new(SECRET.encode(), f"m1.{sent_at}.".encode() + body, hashlib.sha256).digest()

    expected = f"v1,{base64.b64encode(digest).decode()}"
    assert a_call(body).headers["webhook-signature"] == expected
