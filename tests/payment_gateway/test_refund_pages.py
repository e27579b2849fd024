"""Hoàn trả at the desks of two people; real application, real PostgreSQL."""

import re

import pytest

from payment_gateway.domain.payables import Payable
from shared.contracts.money import RefundApproved, RefundProposed, RefundSettled
from shared.web.identity import Role
from tests.payment_gateway.builders import CODE, given_a_payable, given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import facts_of, sign_in
from tests.support.facts import facts

NEW = "/can-bo/thu-tien/hoan-tien-moi"
NEW_OF_MONEY = "/can-bo/thu-tien/hoan-tien-moi/tien"
LIST = "/can-bo/thu-tien/hoan-tien"


async def given_paid(gateway: Gateway, *, sum_vnd: str = "135000") -> Payable:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference, SoTien=sum_vnd))
    return payable


def form_of(payable: Payable, *amounts: str, **changes: str) -> dict[str, str]:
    lines = zip(payable.lines, amounts, strict=True)
    asked = {f"so_tien_{line.line_id}": amount for line, amount in lines}
    usual = {"ma": CODE, "ly_do": "withdrawn", "reason": "Công dân rút hồ sơ"}
    return {**usual, **asked, **changes}


async def plan_on(gateway: Gateway, address: str) -> str:
    (plan,) = re.findall(r'name="plan" value="([0-9a-f]{64})"', await gateway.page(address))
    return str(plan)


async def assert_all_say_refunded(gateway: Gateway, address: str) -> None:
    assert "Đã hoàn" in await gateway.page(address)
    assert "Không có khoản nào" in await gateway.page(LIST)
    assert CODE in await gateway.page(f"{LIST}?xong=true")
    shown = await facts_of(gateway)
    assert (shown["status"], shown["paid_vnd"], shown["remaining_vnd"]) == ("refunded", 0, 0)
    assert "Đã hoàn trả" in await gateway.page(f"/thanh-toan/{CODE}")


async def test_given_a_paid_fee_when_two_people_agree_then_it_goes_back_and_all_pages_say_so(
    gateway: Gateway,
) -> None:
    payable = await given_paid(gateway)
    await sign_in(gateway, Role.ACCOUNTANT)
    asked = await gateway.page(f"{NEW}?ma={CODE.lower()}")
    answer = await gateway.submit(NEW, **form_of(payable, "85.000", "50000"))
    address = answer.headers["location"]
    waiting = await gateway.page(address)
    await sign_in(gateway, Role.SUPERVISOR)
    plan = await plan_on(gateway, address)

    approved = await gateway.submit(f"{address}/duyet", plan=plan)
    by_hand = await gateway.page(address)
    await sign_in(gateway, Role.ACCOUNTANT)
    refused = await gateway.submit(f"{address}/da-chi", ma_giao_dich="FT 1; DROP")
    paid = await gateway.submit(f"{address}/da-chi", ma_giao_dich=" FT26332001 ")

    (settled,) = await facts(gateway.database, RefundSettled)
    assert "Còn hoàn được" in asked
    assert (answer.status_code, approved.status_code, paid.status_code) == (303, 303, 303)
    assert "Rút lại đề nghị" in waiting
    assert "Duyệt hoàn trả" not in waiting
    assert "Chờ chi bằng tay" in by_hand
    assert "Đã chi bằng tay" not in by_hand, "a supervisor does not pay"
    assert refused.status_code == 422
    assert settled.data.channel_reference == "FT26332001"
    await assert_all_say_refunded(gateway, address)


@pytest.mark.parametrize(
    ("amounts", "changes", "words"),
    [
        (("85001", "0"), {}, "Không còn số tiền này"),
        (("0", ""), {}, "ít nhất một dòng"),
        (("1.5x", "0"), {}, "ít nhất một dòng"),
        (("1", "0"), {"ly_do": "over"}, "Chọn một lý do"),
        (("1", "0"), {"reason": " x "}, "từ 3 đến 500"),
    ],
)
async def test_given_a_paid_fee_when_the_form_is_wrong_then_it_says_so_and_nothing_is_proposed(
    gateway: Gateway, amounts: tuple[str, str], changes: dict[str, str], words: str
) -> None:
    payable = await given_paid(gateway)
    await sign_in(gateway, Role.ACCOUNTANT)

    answer = await gateway.submit(NEW, **form_of(payable, *amounts, **changes))

    assert answer.status_code == 422
    assert words in answer.text
    assert await facts(gateway.database, RefundProposed) == []


async def test_given_a_line_that_is_not_the_payables_when_it_is_asked_back_then_it_is_refused(
    gateway: Gateway,
) -> None:
    payable = await given_paid(gateway)
    await sign_in(gateway, Role.ACCOUNTANT)
    form = form_of(payable, "0", "0")

    strange = await gateway.submit(NEW, **form, **{f"so_tien_{payable.id}": "1000"})
    broken = await gateway.submit(NEW, **form, so_tien_x="1000")

    assert (strange.status_code, broken.status_code) == (422, 422)
    assert await facts(gateway.database, RefundProposed) == []


async def test_given_more_than_was_due_when_it_came_then_an_accountant_sends_it_for_approval(
    gateway: Gateway,
) -> None:
    await given_paid(gateway, sum_vnd="136000")
    await sign_in(gateway, Role.ACCOUNTANT)
    (address,) = re.findall(rf'href="({LIST}/[0-9a-f-]+)"', await gateway.page(LIST))

    silent = await gateway.submit(f"{address}/gui-duyet", reason="")
    sent = await gateway.submit(f"{address}/gui-duyet", reason="Nộp thừa 1.000 đồng")
    taken_back = await gateway.submit(f"{address}/rut")
    again = await gateway.submit(f"{address}/gui-duyet", reason="Nộp thừa 1.000 đồng")
    await sign_in(gateway, Role.SUPERVISOR)
    changed = await gateway.submit(f"{address}/duyet", plan="0" * 64)
    mute = await gateway.submit(f"{address}/tu-choi", reason="")
    declined = await gateway.submit(f"{address}/tu-choi", reason="Công dân đề nghị để lại")

    assert (silent.status_code, mute.status_code, changed.status_code) == (422, 422, 409)
    assert {sent.status_code, taken_back.status_code, again.status_code} == {303}
    assert declined.status_code == 303
    assert "Không duyệt" in await gateway.page(address)
    assert await facts(gateway.database, RefundApproved) == []
    assert await gateway.column("SELECT status FROM money") == ["unmatched"]


async def test_given_another_agency_when_its_people_look_then_there_is_no_such_refund(
    gateway: Gateway,
) -> None:
    await given_paid(gateway, sum_vnd="136000")
    (refund_id,) = await gateway.column("SELECT id FROM refund")
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22")

    await gateway.page(f"{LIST}/{refund_id}", 404)
    asked = await gateway.submit(f"{LIST}/{refund_id}/gui-duyet", reason="của người khác")
    listed = await gateway.page(LIST)
    form = await gateway.page(f"{NEW}?ma={CODE}", 422)

    assert asked.status_code == 404
    assert CODE not in listed
    assert "không có khoản đã thu nào" in form


async def test_given_money_of_nobody_when_it_is_asked_back_then_its_form_shows_it(
    gateway: Gateway,
) -> None:
    await gateway.tell(told("LP0000000000T01"))
    (money_id,) = await gateway.column("SELECT id FROM money")
    await sign_in(gateway, Role.ACCOUNTANT)

    form = await gateway.page(f"{NEW_OF_MONEY}/{money_id}")
    wrong = await gateway.submit(f"{NEW_OF_MONEY}/{money_id}", reason="")
    asked = await gateway.submit(f"{NEW_OF_MONEY}/{money_id}", reason="Không tìm được chủ")

    assert "135.000" in form
    assert (wrong.status_code, asked.status_code) == (422, 303)
    assert "Không rõ của ai" in await gateway.page(asked.headers["location"])
