"""The QR as a bank's app reads it, from the vectors; and the page of a transfer."""

import json
from pathlib import Path
from typing import Any

import pytest

from mock_bank.adapters.vietqr import dialect
from mock_bank.adapters.vietqr.dialect import QrUnreadableError
from tests.mock_bank.conftest import Bank

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text("utf-8"))
PAGE = "/ngan-hang-thu/chuyen-khoan"
FOR_A_SCREEN = next(v for v in VECTORS["vietqr"] if v["id"] == "vietqr-4")


@pytest.mark.parametrize("vector", VECTORS["vietqr"], ids=lambda vector: vector["id"])
def test_given_a_vector_when_it_is_scanned_then_it_is_read_or_refused_as_it_must_be(
    vector: dict[str, Any],
) -> None:
    payload = vector["payload"]
    assert dialect.crc_of(payload[:-4]) == vector["crc"]
    if not vector["valid"]:
        with pytest.raises(QrUnreadableError):
            dialect.scan(payload)
        return

    scanned = dialect.scan(payload)

    fields = vector["fields"]
    amount = None if fields["amount"] is None else int(fields["amount"])
    assert (scanned.bin, scanned.account) == (fields["bin"], fields["account"])
    assert (scanned.amount_vnd, scanned.purpose) == (amount, fields["purpose"] or "")
    assert scanned.bill_number == (fields["bill_number"] or "")


@pytest.mark.parametrize("place", range(0, 104, 3))
def test_given_a_qr_when_one_character_is_wrong_then_it_is_refused(place: int) -> None:
    payload: str = FOR_A_SCREEN["payload"]
    wrong = payload[:place] + ("0" if payload[place] != "0" else "1") + payload[place + 1 :]

    with pytest.raises(QrUnreadableError):
        dialect.scan(wrong)


def sealed(body: str) -> str:
    return body + "6304" + dialect.crc_of(body + "6304")


@pytest.mark.parametrize(
    "body",
    ["", "00020", "000201000201", "0002015303704", "00020101021138", "0099AB", "00-201"],
)
def test_given_a_right_crc_over_wrong_lengths_when_it_is_scanned_then_it_is_refused(
    body: str,
) -> None:
    with pytest.raises(QrUnreadableError):
        dialect.scan(sealed(body))


def test_given_a_purpose_of_26_when_it_is_scanned_then_it_is_refused_though_all_adds_up() -> None:
    body = FOR_A_SCREEN["payload"][:-8]
    before, _, purpose = body.rpartition("62220818")
    fits = sealed(f"{before}62290825{purpose[:7]}{'X' * 18}")
    too_long = sealed(f"{before}62300826{purpose[:7]}{'X' * 19}")

    assert dialect.scan(fits).purpose.endswith("XX")
    with pytest.raises(QrUnreadableError):
        dialect.scan(too_long)


async def test_given_a_scanned_qr_when_it_is_entered_then_the_app_opens_with_what_it_says(
    bank: Bank,
) -> None:
    answer = await bank.http.post(PAGE, data={"payload": FOR_A_SCREEN["payload"]})
    page = await bank.http.get(answer.headers["location"])
    by_hand = await bank.http.post(
        PAGE, data={"account": "123", "amount": "79.000", "content": "LP1"}
    )

    assert answer.status_code == 303
    assert "Chọn ngân hàng" in page.text
    assert "200.000 ₫" in page.text
    assert "0071001234567" in page.text
    assert "79.000 ₫" in (await bank.http.get(by_hand.headers["location"])).text


@pytest.mark.parametrize("form", [{}, {"payload": "000201"}, {"account": "1", "amount": "không"}])
async def test_given_nothing_readable_when_it_is_entered_then_the_page_says_so(
    bank: Bank, form: dict[str, str]
) -> None:
    answer = await bank.http.post(PAGE, data=form)

    assert answer.status_code == 422
    assert "Mã VietQR không đọc được" in answer.text
