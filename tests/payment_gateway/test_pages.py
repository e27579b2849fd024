"""The payable's public pages, the platform's question, and the accountant's first list."""

import io
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.fee import FeeExempted, FeePending, PendingReason
from shared.dossier_code import parse_dossier_code
from shared.ids import new_id
from shared.web.identity import Role
from tests.payment_gateway.builders import (
    CODE,
    CONTEXT,
    a_line,
    given_a_payable,
    given_an_attempt,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import PAYABLES, facts_of, fold_in, guess, sign_in
from tests.support.pictures import decoded
from tests.support.web import client_of


async def test_given_an_open_payable_when_it_is_looked_up_then_it_tells_what_is_due_and_no_name(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database, amount_vnd=112_000)

    found = await facts_of(gateway)

    assert found == {
        "dossier_code": CODE,
        "procedure_name": "Chứng thực bản sao từ bản chính",
        "agency_name": "Trung tâm Phục vụ hành chính công tỉnh",
        "amount_vnd": 112_000,
        "paid_vnd": 0,
        "remaining_vnd": 112_000,
        "status": "awaiting_payment",
        "items": [
            {"kind": "phi", "name": "Phí chứng thực bản sao", "amount_vnd": 62_000},
            {"kind": "le_phi", "name": "Lệ phí cấp giấy xác nhận", "amount_vnd": 50_000},
        ],
        "pay_url": gateway.links.pay_url(payable.id),
    }


async def test_given_an_open_payable_when_its_qr_is_drawn_then_a_camera_reads_the_pay_link(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)

    png = await gateway.client.get(f"/thanh-toan/{CODE}/qr.png")
    svg = await gateway.client.get(f"/thanh-toan/{CODE}/qr.svg")

    assert decoded(png.content) == gateway.links.pay_url(payable.id)
    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.content.startswith(b"<?xml")


async def test_given_a_paid_payable_when_its_qr_is_asked_for_then_there_is_none(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))

    picture = await gateway.client.get(f"/thanh-toan/{CODE}/qr.png")

    found = await facts_of(gateway)
    assert picture.status_code == 404
    assert (found["status"], found["remaining_vnd"], found["pay_url"]) == ("paid", 0, None)
    page = await gateway.page(f"/thanh-toan/{CODE}")
    assert "Đã thanh toán" in page
    assert "qr.svg" not in page


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        f"  {CODE}\u00a0",
        "Ｈ３４．１０－２６１１２２－０００７",  # noqa: RUF001 - full-width, as pasted
        "H34.10 – 261122 – 0007",  # noqa: RUF001 - en dashes
        "h34.10-261122\u20110007",
    ],
)
async def test_given_a_code_as_people_type_it_when_they_search_then_it_is_found(
    gateway: Gateway, typed: str
) -> None:
    await given_a_payable(gateway.database)

    answer = await gateway.client.get("/thanh-toan", params={"ma": typed})
    by_path = await gateway.client.get(f"{PAYABLES}/{typed}")

    assert parse_dossier_code(typed) == CODE
    assert (answer.status_code, answer.headers["location"]) == (303, f"/thanh-toan/{CODE}")
    assert by_path.status_code == 200


@pytest.mark.parametrize("typed", ["H34.10-261322-0007", "xin chào", "1" * 200, "H34.10"])
async def test_given_a_malformed_code_when_people_search_then_the_page_says_what_to_do(
    gateway: Gateway, typed: str
) -> None:
    page = await gateway.client.get("/thanh-toan", params={"ma": typed})
    problem = await gateway.client.get(f"{PAYABLES}/{typed}")

    assert page.status_code == 422
    assert "Số hồ sơ chưa đúng" in page.text
    assert (problem.status_code, problem.json()["code"]) == (422, "dossier-code-invalid")


async def test_given_an_unknown_code_when_people_search_then_nobody_is_blamed(
    gateway: Gateway,
) -> None:
    page = await gateway.client.get("/thanh-toan", params={"ma": CODE})
    problem = await gateway.client.get(f"{PAYABLES}/{CODE}")

    assert page.status_code == 404
    assert "Chưa tìm thấy hồ sơ này" in page.text
    assert CODE in page.text
    assert (problem.status_code, problem.json()["code"]) == (404, "payable-not-found")


async def test_given_a_stranger_who_guesses_when_they_guess_too_often_then_they_are_stopped(
    gateway: Gateway,
) -> None:
    settings = gateway.service.settings.model_copy(update={"rate_limit_trusted": ""})
    service = replace(gateway.service, settings=settings)

    async with client_of(service, gateway.database) as stranger:
        answers = [await guess(stranger, number) for number in range(31)]

    assert answers[0] == 404
    assert answers[-1] == 429


async def test_given_fees_last_word_when_no_payable_is_open_then_the_public_reads_it(
    gateway: Gateway,
) -> None:
    common: dict[str, Any] = {
        "dossier_code": CODE,
        "assessment_id": new_id(),
        "version": 1,
        "context": CONTEXT,
    }
    line = a_line(amount_vnd=0)

    await fold_in(
        gateway,
        FeePending(**common, lines=(line,), reason_code=PendingReason.NO_TARIFF),
    )
    pending, page = await facts_of(gateway), await gateway.page(f"/thanh-toan/{CODE}")
    await fold_in(gateway, FeeExempted(**common, lines=(line,)))
    exempt, exempt_page = await facts_of(gateway), await gateway.page(f"/thanh-toan/{CODE}")

    assert (pending["status"], pending["amount_vnd"], pending["pay_url"]) == (
        "awaiting_fee",
        0,
        None,
    )
    assert "Chưa có số tiền phải nộp" in page
    assert exempt["status"] == "exempt"
    assert "không phải nộp phí, lệ phí" in exempt_page


async def test_given_an_open_payable_when_its_page_is_opened_then_it_has_all_that_pay_png_has(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database, amount_vnd=112_000)

    page = await gateway.page(f"/thanh-toan/{CODE}")

    for part in (
        "Chờ thanh toán", CODE, "112.000", "62.000", "60 trang", "Đơn vị thu",
        "Vì sao có số tiền này?", "Quét bằng máy ảnh điện thoại", "Thanh toán ngay trên máy này",
        f'hx-sse:connect="/thanh-toan/{CODE}/events"', f"/thanh-toan/{CODE}/qr.svg",
        "<noscript><meta http-equiv",
    ):  # fmt: skip
        assert part in page, part


async def test_given_the_platform_when_it_asks_what_is_due_then_its_three_codes_are_answered(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)

    async def ask(code: str) -> dict[str, Any]:
        answer = await gateway.client.post("/tich-hop/thanh-toan/tra-cuu", json={"MaHoSo": code})
        found: dict[str, Any] = answer.json()
        return found

    due = await ask(CODE.lower())
    assert (due["error_code"], due["SoTien"]) == (1, "135000")
    assert due["UrlThanhToan"] == gateway.links.pay_url(payable.id)
    assert (await ask("H34.10-261122-9999"))["error_code"] == 0
    assert (await ask("hello"))["error_code"] == -1


async def test_given_money_without_an_owner_when_the_accountant_looks_then_it_stands_there(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))
    await gateway.tell(told("LP0000000000T01", MaGiaoDich="GD-UNKNOWN"))
    await gateway.tell(told(attempt.reference, MaGiaoDich="GD-TWICE"))
    await sign_in(gateway, Role.ACCOUNTANT)

    page = await gateway.page("/can-bo/thu-tien/cho-xu-ly")
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    elsewhere = await gateway.page("/can-bo/thu-tien/cho-xu-ly")

    for part in ("Chưa gán", "GD-UNKNOWN", "Trả hai lần", "GD-TWICE", "chờ người thứ hai", CODE):
        assert part in page, part
    assert "GD-UNKNOWN" not in elsewhere
    assert CODE not in elsewhere


def test_given_a_picture_of_nothing_when_it_is_read_then_the_reader_says_so() -> None:
    from PIL import Image  # noqa: PLC0415 - only this control draws

    stream = io.BytesIO()
    Image.new("L", (50, 50), 255).save(stream, format="PNG")

    with pytest.raises(AssertionError, match="0 codes"):
        decoded(stream.getvalue())
