"""Tills: opened with a float, counted, a difference recorded, handed over to the accountant."""

import asyncio

import pytest

from payment_gateway.domain.counting import DENOMINATIONS, parse_vnd
from shared.clock import utc_now
from shared.contracts.money import TillClosed, TillHandedOver, TillOpened
from shared.days import vietnam_day
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import words_of
from tests.payment_gateway.builders import given_a_payable
from tests.payment_gateway.cash_desk import BALANCES, OPEN, TAKE, TILLS, a_form, given_a_till
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.soundness import invariants
from tests.support.facts import emitted, facts


async def the_till(gateway: Gateway) -> str:
    """Return the address of the newest till."""
    (till_id,) = await gateway.column("SELECT id FROM till ORDER BY id DESC LIMIT 1")
    return f"{TILLS}/{till_id}"


async def given_takings(gateway: Gateway) -> str:
    """Let a till of 200.000 take 135.000; return its address."""
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    await gateway.submit(TAKE, **a_form())
    return await the_till(gateway)


async def test_given_a_till_when_it_is_counted_by_note_and_agrees_then_it_waits_for_the_accountant(
    gateway: Gateway,
) -> None:
    till = await given_takings(gateway)

    answer = await gateway.submit(f"{till}/dong", to_200000="1", to_50000="2", to_5000="7")

    assert answer.status_code == 303
    (closed,) = await facts(gateway.database, TillClosed)
    assert (closed.data.expected_vnd, closed.data.counted_vnd) == (335_000, 335_000)
    assert closed.data.difference_vnd == 0
    page = words_of(await gateway.page(till))
    assert "Đang chờ kế toán nhận tiền" in page
    assert "Đóng quỹ" not in page
    paper = await gateway.client.get(f"{till}/ban-giao.pdf")
    assert paper.content.startswith(b"%PDF")


async def test_given_a_shortage_when_it_is_counted_then_it_needs_a_reason_and_has_its_account(
    gateway: Gateway,
) -> None:
    till = await given_takings(gateway)

    asked = await gateway.submit(f"{till}/dong", tong="330.000")
    closed = await gateway.submit(f"{till}/dong", tong="330.000", ly_do="Trả nhầm tiền thừa")

    assert (asked.status_code, closed.status_code) == (422, 303)
    assert "Tiền đếm được thiếu 5.000 ₫. Ghi lý do" in words_of(asked.text)
    (fact,) = await facts(gateway.database, TillClosed)
    assert fact.data.difference_vnd == -5_000
    assert await gateway.column(BALANCES) == [
        "cash 330000", "payable -135000", "till_difference 5000", "vault -200000",
    ]  # fmt: skip
    await invariants(gateway)
    assert "Trả nhầm tiền thừa" in await gateway.page(till)
    await sign_in(gateway, Role.ACCOUNTANT)
    day = f"/can-bo/doi-soat/{vietnam_day(utc_now())}"
    page, sheet = await gateway.page(day), await gateway.client.get(f"{day}/chenh-lech.csv")
    assert "Trả nhầm tiền thừa" in page
    assert sheet.text.splitlines()[1].endswith(",,335000,330000,5000,,Trả nhầm tiền thừa")
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    assert "Trả nhầm" not in await gateway.page(day)


async def test_given_a_closed_till_when_the_accountant_counts_then_the_cash_is_in_the_vault(
    gateway: Gateway,
) -> None:
    till = await given_takings(gateway)
    await gateway.submit(f"{till}/dong", tong="336.000", ly_do="Khách không lấy tiền lẻ")
    await sign_in(gateway, Role.ACCOUNTANT)

    asked = await gateway.submit(f"{till}/nhan", tong="335.000")
    taken = await gateway.submit(f"{till}/nhan", tong="335.000", ly_do="Thiếu một tờ 1.000")
    again = await gateway.submit(f"{till}/nhan", tong="1")

    assert [each.status_code for each in (asked, taken, again)] == [422, 303, 303]
    assert "thiếu 1.000 ₫" in words_of(asked.text)
    (fact,) = await facts(gateway.database, TillHandedOver)
    assert fact.data.handed_vnd == 335_000
    assert await gateway.column(BALANCES) == ["payable -135000", "vault 135000"]
    assert "Đã bàn giao" in await gateway.page(till)
    assert (await gateway.client.get(f"{till}/ban-giao.pdf")).content.startswith(b"%PDF")


async def test_given_an_open_till_when_it_is_opened_or_closed_again_then_each_happens_once(
    gateway: Gateway,
) -> None:
    await sign_in(gateway, Role.OFFICER)

    await asyncio.gather(*[gateway.submit(OPEN, so_tien="50000") for _ in range(8)])
    till = await the_till(gateway)
    await asyncio.gather(*[gateway.submit(f"{till}/dong", tong="50.000") for _ in range(8)])

    assert await emitted(gateway.database) == [TillOpened.type, TillClosed.type]
    assert await gateway.column(BALANCES) == ["cash 50000", "vault -50000"]
    assert (await gateway.submit(TAKE, **a_form())).status_code == 422


async def test_given_a_closed_till_when_cash_is_offered_then_another_till_must_be_opened(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    await gateway.submit(f"{await the_till(gateway)}/dong", tong="200000")

    refused = await gateway.submit(TAKE, **a_form())
    await gateway.submit(OPEN, so_tien="0")
    taken = await gateway.submit(TAKE, **a_form())

    assert (refused.status_code, taken.status_code) == (409, 303)
    assert await gateway.column("SELECT count(*) FROM till") == [2]


async def test_given_tills_of_others_when_staff_look_then_each_sees_what_is_theirs(
    gateway: Gateway,
) -> None:
    till = await given_takings(gateway)
    name = f"Quỹ {till[-6:].upper()}"

    for role, agency, status in [
        (Role.OFFICER, "H34.10", 404),
        (Role.OFFICER, "H34.22.08", 404),
        (Role.ACCOUNTANT, "H34.22.08", 404),
        (Role.ACCOUNTANT, "H34.10", 200),
        (Role.SUPERVISOR, "H34.10", 200),
        (Role.AUDITOR, "H34.10", 200),
    ]:
        await sign_in(gateway, role, agency)
        await gateway.page(till, status)
        assert (name in await gateway.page(TILLS)) is (status == 200), role
        paper = await gateway.client.get(f"{till}/ban-giao.pdf")
        assert paper.status_code == status
    await sign_in(gateway, Role.OFFICER)
    assert (await gateway.submit(f"{till}/dong", tong="1")).status_code == 404
    await sign_in(gateway, Role.SUPERVISOR)
    assert (await gateway.submit(f"{till}/nhan", tong="1")).status_code == 403


async def test_given_an_open_till_when_the_accountant_confirms_then_it_must_be_closed_first(
    gateway: Gateway,
) -> None:
    till = await given_takings(gateway)
    await sign_in(gateway, Role.ACCOUNTANT)

    answer = await gateway.submit(f"{till}/nhan", tong="335000")

    assert answer.status_code == 409
    assert await facts(gateway.database, TillHandedOver) == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Đếm theo mệnh giá, hoặc ghi tổng số tiền"),
        ({"tong": "abc"}, "Ghi số tiền bằng chữ số"),
        ({"tong": "-1"}, "Ghi số tiền bằng chữ số"),
        ({"to_500000": "x"}, "Ghi số tờ bằng chữ số"),
        ({"to_500000": "1,5"}, "Ghi số tờ bằng chữ số"),
        ({"to_200": "999999999"}, "Ghi số tờ bằng chữ số"),
        ({"to_100000": "2", "tong": "100000"}, "Khác tổng theo mệnh giá (200.000 ₫)"),
        ({"tong": "0"}, "Tiền đếm được thiếu 335.000 ₫"),
        ({"tong": "400000", "ly_do": "ab"}, "Tiền đếm được thừa 65.000 ₫"),
        ({"tong": "335000", "ly_do": "x" * 301}, "Ghi không quá 300 ký tự"),
    ],
)
async def test_given_a_wrong_count_when_it_is_sent_then_its_field_says_what_is_wrong(
    gateway: Gateway, typed: dict[str, str], words: str
) -> None:
    till = await given_takings(gateway)

    answer = await gateway.submit(f"{till}/dong", **typed)

    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert await gateway.column("SELECT status FROM till") == ["open"]


@pytest.mark.parametrize("typed", ["", "abc", "-1", "1e9", "9" * 20])
async def test_given_a_wrong_float_when_a_till_is_opened_then_its_field_says_so(
    gateway: Gateway, typed: str
) -> None:
    await sign_in(gateway, Role.OFFICER)

    answer = await gateway.submit(OPEN, so_tien=typed)

    assert answer.status_code == 422
    assert 'id="so_tien-error"' in answer.text
    assert await gateway.column("SELECT count(*) FROM till") == [0]


def test_given_amounts_as_people_type_them_when_read_then_they_are_whole_dong() -> None:
    typed = {
        "135.000": 135_000, "135 000 đ": 135_000, "135,000₫": 135_000, "0": 0, " 7 ": 7,
        "\uff11\uff13": 13, "100000000000": 10**11, "100000000001": None, "": None, "đ": None,
        "1-2": None, "12a": None, "\u0663": None,
    }  # fmt: skip

    assert {text: parse_vnd(text) for text in typed} == typed
    assert list(DENOMINATIONS) == sorted(DENOMINATIONS, reverse=True)
