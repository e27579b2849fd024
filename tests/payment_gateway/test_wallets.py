"""VNPAY, MoMo and ZaloPay: the protocols' vectors, then any payment as the mock tells it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_bank.domain.tellings import Result
from payment_gateway.adapters.channel import Call, Forged, Listener, Pending, Told, Unusable
from payment_gateway.adapters.folders import listeners
from payment_gateway.adapters.momo import dialect as momo
from payment_gateway.adapters.momo.callback import Merchant, MomoListener
from payment_gateway.adapters.vnpay import dialect as vnpay
from payment_gateway.adapters.vnpay.callback import Terminal, VnpayListener
from payment_gateway.adapters.zalopay import dialect as zalopay
from payment_gateway.adapters.zalopay.callback import App, ZalopayListener
from payment_gateway.domain.monies import Credit, Failure
from payment_gateway.settings import Settings
from tests.payment_gateway.told import ACCESS, REFERENCE, SECRETS, a_payment, said
from tests.support.facts import NOON

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text("utf-8"))
WALLETS = ("vnpay", "momo", "zalopay")
(VNPAY,) = VECTORS["vnpay"]
(MOMO,) = VECTORS["momo"]
CREATE, CALLBACK = VECTORS["zalopay"]


def listener(channel: str) -> Listener:
    return listeners(Settings())[channel]


def a_get(parameters: dict[str, str]) -> Call:
    return Call(urlencode(parameters).encode(), b"", {}, NOON)


def a_post(message: object) -> Call:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return Call(b"", body, {}, NOON)


def flipped(text: str) -> str:
    return text[:-1] + ("0" if text[-1:] != "0" else "1")


def test_given_vnpays_vector_when_it_is_heard_then_it_is_the_money_it_says() -> None:
    ours = VnpayListener(Terminal("TEST_TMN_CODE", (VNPAY["secret"],), "H34.10"))
    parameters = {**VNPAY["params"], "vnp_SecureHash": VNPAY["expected"]}

    heard = ours.hear(a_get(parameters))
    shuffled = ours.hear(a_get(dict(reversed(parameters.items()))))

    assert vnpay.query_of(VNPAY["params"]) == VNPAY["signed_string"]
    assert vnpay.sign(VNPAY["signed_string"], VNPAY["secret"]) == VNPAY["expected"]
    assert isinstance(heard, Credit)
    assert (heard.amount_vnd, heard.reference) == (VNPAY["amount_vnd"], "1716257871703")
    assert (heard.channel_reference, heard.is_ours) == ("14422574", True)
    assert isinstance(shuffled, Credit)
    for name, text in VNPAY["params"].items():
        changed = {**parameters, name: flipped(text)}
        assert isinstance(ours.hear(a_get(changed)), Forged), f"{name} is signed"


def test_given_momos_vector_when_it_is_heard_then_it_is_the_money_it_says() -> None:
    fields = MOMO["fields"]
    keys = ((fields["accessKey"], MOMO["secret"]),)
    ours = MomoListener(Merchant("MOMO_FIXTURE", keys, "H34.10"))
    sent = {name: text for name, text in fields.items() if name != "accessKey"}
    message = {**sent, "amount": 135000, "resultCode": 0, "signature": MOMO["expected"]}

    heard = ours.hear(a_post(message))

    assert list(momo.IPN_FIELDS) == MOMO["field_order"]
    assert momo.signed_text(fields, momo.IPN_FIELDS) == MOMO["signed_string"]
    assert momo.sign(MOMO["signed_string"], MOMO["secret"]) == MOMO["expected"]
    assert isinstance(heard, Credit)
    assert (heard.amount_vnd, heard.channel_reference) == (135_000, "4014083433")
    for name, text in sent.items():
        changed = {**message, name: flipped(text) if text else "1"}
        assert isinstance(ours.hear(a_post(changed)), Forged), f"{name} is signed"


def test_given_zalopays_vectors_when_they_are_read_then_macs_and_money_are_as_they_say() -> None:
    ours = ZalopayListener(App("2554", (CALLBACK["secret"],), "H34.10"))
    raw = CALLBACK["raw_body"].encode()

    heard = ours.hear(a_post(raw))

    assert list(zalopay.CREATE_FIELDS) == CREATE["field_order"]
    text = zalopay.joined(CREATE["fields"], zalopay.CREATE_FIELDS)
    assert text == CREATE["signed_string"]
    assert zalopay.mac(text, CREATE["secret"]) == CREATE["expected"]
    assert zalopay.mac(CALLBACK["signed_string"], CALLBACK["secret"]) == CALLBACK["expected"]
    assert isinstance(heard, Credit)
    assert (heard.amount_vnd, heard.reference) == (80_000, "LP7Q2M9X4K1T")
    assert (heard.channel_reference, heard.is_ours) == ("261122000000123", True)
    assert isinstance(ours.hear(a_post(raw.replace(b"80000", b"80001"))), Forged)
    again = json.dumps(json.loads(json.loads(raw)["data"]))
    written_anew = {**json.loads(raw), "data": again}
    assert isinstance(ours.hear(a_post(written_anew)), Forged), "signed as it was sent"


@pytest.mark.parametrize("channel", WALLETS)
@given(
    amount=st.integers(1, 10**12),
    description=st.text(st.characters(codec="utf-8", exclude_characters="&"), max_size=60),
    number=st.integers(1, 10**9),
)
def test_given_any_payment_when_the_mock_tells_it_then_we_read_what_it_says(
    channel: str, amount: int, description: str, number: int
) -> None:
    told = a_payment(
        channel, amount_vnd=amount, description=description, transaction_code=f"GD{number}"
    )

    heard = listener(channel).hear(said(channel, told).call())

    assert isinstance(heard, Credit)
    assert (heard.amount_vnd, heard.reference) == (amount, REFERENCE)
    assert (heard.channel_reference, heard.is_ours) == (str(number), True)
    assert heard.booked_at == NOON


@pytest.mark.parametrize("channel", WALLETS)
@given(place=st.integers(0, 2_000), to=st.sampled_from('0123456789abcdefX&=%"{ '))
def test_given_a_genuine_call_when_one_character_is_changed_then_it_is_never_another_money(
    channel: str, place: int, to: str
) -> None:
    call = said(channel).call()
    raw = bytearray(call.query or call.body)
    raw[place % len(raw)] = ord(to)
    changed = replace(call, query=bytes(raw)) if call.query else replace(call, body=bytes(raw))

    heard = listener(channel).hear(changed)

    if isinstance(heard, Credit):
        whole = listener(channel).hear(call)
        assert isinstance(whole, Credit)
        assert replace(heard, raw=b"") == replace(whole, raw=b""), "only what is not signed changed"


@pytest.mark.parametrize("channel", WALLETS)
def test_given_a_secret_being_rotated_when_either_signs_then_both_are_genuine(
    channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {
        "vnpay": "VNPAY_SECRET_PREVIOUS", "momo": "MOMO_SECRET_KEY_PREVIOUS",
        "zalopay": "ZALOPAY_KEY2_PREVIOUS",
    }[channel]  # fmt: skip
    monkeypatch.setenv(name, "the-one-before")

    heard = [
        listener(channel).hear(said(channel, secret=secret).call())
        for secret in (SECRETS[channel], "the-one-before", "a-third")
    ]

    assert [isinstance(each, Credit) for each in heard] == [True, True, False]
    assert isinstance(heard[2], Forged)


@pytest.mark.parametrize("channel", WALLETS)
def test_given_another_partners_code_when_it_is_genuine_then_it_is_not_ours(channel: str) -> None:
    partner = "9999" if channel == "zalopay" else "OTHER"

    heard = listener(channel).hear(said(channel, a_payment(channel, partner=partner)).call())

    assert isinstance(heard, Credit)
    assert not heard.is_ours


@pytest.mark.parametrize(
    ("channel", "raw"),
    [
        ("momo", b""), ("momo", b"[]"), ("momo", b'{"signature":"\\ud800"}'),
        ("momo", b'{"amount":1.5}'), ("zalopay", b"{"), ("zalopay", b'{"data":""}'),
        ("zalopay", b'{"data":1,"mac":"x"}'), ("zalopay", b'{"data":"a","data":"b"}'),
    ],
)  # fmt: skip
def test_given_rubbish_when_it_is_posted_then_it_is_forged(channel: str, raw: bytes) -> None:
    assert isinstance(listener(channel).hear(a_post(raw)), Forged)


@pytest.mark.parametrize(
    "query", [b"", b"&", b"=1", b"vnp_Amount", b"\xff=1", b"vnp_A=%FF", b"vnp_A=%00&vnp_B=1"]
)
def test_given_rubbish_when_it_is_got_then_it_is_forged(query: bytes) -> None:
    assert isinstance(listener("vnpay").hear(Call(query, b"", {}, NOON)), Forged)


def vnpay_says(**changes: str) -> Told:
    parameters = dict(parse_qsl(said("vnpay").query)) | changes
    del parameters["vnp_SecureHash"]
    text = vnpay.query_of(parameters)
    query = f"{text}&vnp_SecureHash={vnpay.sign(text, SECRETS['vnpay'])}"
    return listener("vnpay").hear(Call(query.encode(), b"", {}, NOON))


def test_given_a_parameter_twice_when_it_is_heard_then_it_is_refused() -> None:
    query = said("vnpay").query

    heard = listener("vnpay").hear(Call(f"{query}&vnp_Amount=100".encode(), b"", {}, NOON))

    assert isinstance(heard, Forged)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("00", "00", Credit), ("24", "02", Failure), ("51", "02", Failure), ("00", "02", Failure),
        ("24", "00", Failure), ("00", "01", Pending), ("00", "05", Pending),
        ("00", "04", Unusable), ("07", "00", Unusable), ("00", "07", Unusable),
    ],
)  # fmt: skip
def test_given_both_of_vnpays_codes_when_they_are_read_then_only_two_successes_are_money(
    code: str, status: str, expected: type
) -> None:
    assert isinstance(vnpay_says(vnp_ResponseCode=code, vnp_TransactionStatus=status), expected)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"vnp_Amount": "13500001"}, "vnpay-amount-unreadable"),
        ({"vnp_Amount": "1e5"}, "vnpay-amount-unreadable"),
        ({"vnp_Amount": "-100"}, "vnpay-amount-unreadable"),
        ({"vnp_TransactionNo": "0"}, "vnpay-without-transaction"),
        ({"vnp_TransactionStatus": "04"}, "vnpay-reversed"),
    ],
)
def test_given_money_of_vnpay_that_we_cannot_read_when_it_is_heard_then_it_is_kept(
    changes: dict[str, str], reason: str
) -> None:
    assert vnpay_says(**changes) == Unusable(reason)


def momo_says(**changes: Any) -> Told:  # noqa: ANN401 - any field
    message = json.loads(said("momo").body) | changes
    texts = {name: str(value) for name, value in message.items()} | {"accessKey": ACCESS}
    text = momo.signed_text(texts, momo.IPN_FIELDS)
    return listener("momo").hear(a_post(message | {"signature": momo.sign(text, SECRETS["momo"])}))


@pytest.mark.parametrize("code", [9000, 1000, 7000, 7002])
def test_given_a_code_of_momo_that_decides_nothing_when_it_is_heard_then_it_is_no_failure(
    code: int,
) -> None:
    assert isinstance(momo_says(resultCode=code), Pending)
    assert isinstance(momo_says(resultCode=1006), Failure)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"message": "a&orderId=b"}, "momo-ambiguous"),
        ({"amount": 0}, "momo-amount-unreadable"),
        ({"transId": 0}, "momo-without-transaction"),
    ],
)
def test_given_a_message_of_momo_that_is_two_things_or_none_when_it_is_heard_then_it_is_kept(
    changes: dict[str, Any], reason: str
) -> None:
    assert momo_says(**changes) == Unusable(reason)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"amount": 0}', "zalopay-amount-unreadable"),
        ('{"amount": 5}', "zalopay-without-transaction"),
        ("[]", "zalopay-unreadable"),
        ("không", "zalopay-unreadable"),
    ],
)
def test_given_data_of_zalopay_that_is_no_money_when_it_is_heard_then_it_is_kept(
    data: str, reason: str
) -> None:
    body = {"data": data, "mac": zalopay.mac(data, SECRETS["zalopay"]), "type": 1}

    assert listener("zalopay").hear(a_post(body)) == Unusable(reason)
    assert listener("zalopay").hear(a_post({**body, "type": 2})) == Unusable(
        "zalopay-not-a-payment"
    )


@pytest.mark.parametrize(("channel", "kind"), [("vnpay", Failure), ("momo", Failure)])
def test_given_a_refusal_when_it_is_told_then_it_is_a_failure_with_a_plain_code(
    channel: str, kind: type
) -> None:
    heard = listener(channel).hear(said(channel, result=Result.CANCELLED).call())

    assert isinstance(heard, kind)
    assert isinstance(heard, Failure)
    assert heard.reference == REFERENCE
    assert heard.code.startswith(f"{channel}-")
