"""The platform's MaXacThuc, from the protocol's vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from payment_gateway.adapters.channel import Forged, Told, Unusable
from payment_gateway.adapters.npsp import callback, dialect
from payment_gateway.adapters.npsp.callback import Partner, Reply
from payment_gateway.domain.monies import Credit, Failure
from tests.payment_gateway.builders import SECRET, told
from tests.support.facts import NOON

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text("utf-8"))
FIELDS = {"INIT": dialect.INIT_FIELDS, "CALLBACK": dialect.CALLBACK_FIELDS}
US = Partner("LEPHI", (SECRET, "the-secret-before"), "H34.10")


def hear(message: dict[str, Any]) -> Told:
    return callback.hear(json.dumps(message).encode(), US)


@pytest.mark.parametrize("vector", VECTORS["npsp"], ids=lambda vector: vector["id"])
def test_given_a_vector_when_it_is_signed_then_the_hash_is_the_expected_one(
    vector: dict[str, Any],
) -> None:
    fields = FIELDS[vector["message"]]

    signature = dialect.sign(vector["fields"], fields, vector["secret"])

    assert list(fields) == vector["field_order"]
    assert signature == vector["expected"]


def test_given_the_callback_vector_when_it_is_heard_then_it_is_money() -> None:
    vector = VECTORS["npsp"][1]
    partner = Partner("DOITAC01", (vector["secret"],), "H34.10")
    raw = json.dumps({**vector["fields"], "MaXacThuc": vector["expected"]}).encode()

    credit = callback.hear(raw, partner)

    assert isinstance(credit, Credit)
    assert (credit.amount_vnd, credit.channel_reference) == (200_000, "GD000000001")
    assert credit.booked_at is not None
    assert credit.booked_at.isoformat() == "2025-10-15T02:31:12+00:00"
    assert credit.is_ours
    assert credit.raw == raw


@pytest.mark.parametrize("field", dialect.CALLBACK_FIELDS)
def test_given_a_genuine_callback_when_one_field_is_changed_then_it_is_forged(field: str) -> None:
    message = told("LP0000000000T01")

    heard = hear({**message, field: message[field] + "1"})

    assert isinstance(heard, Forged)


def test_given_a_field_with_the_separator_when_it_is_heard_then_it_is_refused() -> None:
    """Two messages would share one hash: "a|b" + "c" and "a" + "b|c"."""
    message = told("LP0000000000T01", MaNganHang="VCB|20261124120000", ThoiGianGD="x")

    assert isinstance(hear(message), Forged)


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", b"{", b'{"MaLoi": 1.5}', b'{"MaLoi":"00","MaLoi":"01"}', b"\xff\xfe", b"null"],
)
def test_given_rubbish_when_it_is_heard_then_it_is_forged(raw: bytes) -> None:
    assert isinstance(callback.hear(raw, US), Forged)


def test_given_a_secret_being_rotated_when_either_signs_then_both_are_genuine() -> None:
    both = [hear(told("LP0000000000T01", secret=secret)) for secret in US.secrets]

    assert all(isinstance(heard, Credit) for heard in both)


def test_given_an_amount_as_a_number_when_it_is_heard_then_its_digits_are_what_was_signed() -> None:
    message: dict[str, Any] = {**told("LP0000000000T01"), "SoTien": 135000}

    heard = hear(message)

    assert isinstance(heard, Credit)
    assert heard.amount_vnd == 135_000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"MaTienTe": "USD"}, "npsp-other-currency"),
        ({"SoTien": "0"}, "npsp-amount-unreadable"),
        ({"SoTien": "-5"}, "npsp-amount-unreadable"),
        ({"SoTien": "1" * 16}, "npsp-amount-unreadable"),
        ({"SoTien": "١٣٥"}, "npsp-amount-unreadable"),
        ({"MaGiaoDich": ""}, "npsp-without-transaction"),
        ({"LoaiBanTin": "QUERY"}, "npsp-not-a-callback"),
    ],
)
def test_given_a_genuine_message_that_is_no_money_when_it_is_heard_then_it_is_kept(
    changes: dict[str, str], reason: str
) -> None:
    assert hear(told("LP0000000000T01", **changes)) == Unusable(reason)


@pytest.mark.parametrize(
    "text", ["", "20261324120000", "2026112412000", "2026-11-24 12:", "٢" * 14]
)
def test_given_money_without_a_readable_time_when_it_is_heard_then_it_is_money_all_the_same(
    text: str,
) -> None:
    heard = hear(told("LP0000000000T01", ThoiGianGD=text))

    assert isinstance(heard, Credit)
    assert heard.booked_at is None


def test_given_a_failure_when_it_is_heard_then_its_code_is_plain() -> None:
    heard = hear(told("LP0000000000T01", MaLoi="24 đã hủy"))

    assert isinstance(heard, Failure)
    assert heard.code.startswith("npsp-")
    assert heard.code.isascii()


def test_given_a_callback_when_it_is_answered_then_the_answer_is_signed_and_no_echo() -> None:
    message = told("LP0000000000T01")

    answer = callback.answer(json.dumps(message).encode(), Reply.ACCEPTED, US, now=NOON)

    assert answer["MaLoi"] == "00"
    assert answer["MaThamChieu"] == "LP0000000000T01"
    assert answer["ThoiGianGD"] == "20261124120000"
    assert answer["MaXacThuc"] == dialect.sign(answer, dialect.ANSWER_FIELDS, SECRET)
    assert answer["MaXacThuc"] != message["MaXacThuc"]
