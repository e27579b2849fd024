"""Cash at the counter: taken once, into a till, by the same facts as any channel (J5)."""

import asyncio
import re
from uuid import uuid4

import pytest

from payment_gateway.domain import payables
from shared.contracts.money import TillOpened
from shared.contracts.parts import PaymentChannel, PaymentMethod
from shared.contracts.payment import (
    AttemptOutcome,
    PaymentAttempted,
    PaymentAttemptEnded,
    PaymentSettled,
)
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import words_of
from tests.payment_gateway.builders import (
    CODE,
    given_a_payable,
    payable_of,
    told,
)
from tests.payment_gateway.cash_desk import (
    BALANCES,
    OPEN,
    TAKE,
    a_form,
    given_a_phone_attempt,
    given_a_till,
    seen,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.soundness import invariants
from tests.support.facts import emitted, facts


async def test_given_an_open_till_when_cash_is_taken_then_it_settles_by_the_facts_of_any_channel(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)

    answer = await gateway.submit(TAKE, **a_form())

    assert answer.status_code == 303
    (opened,) = await facts(gateway.database, TillOpened)
    (settled,) = await facts(gateway.database, PaymentSettled)
    (attempted,) = await facts(gateway.database, PaymentAttempted)
    (ended,) = await facts(gateway.database, PaymentAttemptEnded)
    (money,) = settled.data.monies
    assert settled.data.method is PaymentMethod.CASH
    assert (money.channel, money.amount_vnd) == (PaymentChannel.CASH, 135_000)
    assert (money.till_id, money.attempt_id) == (opened.data.till_id, attempted.data.attempt_id)
    assert ended.data.outcome is AttemptOutcome.SUCCEEDED
    assert await gateway.column(BALANCES) == ["cash 335000", "payable -135000", "vault -200000"]
    await invariants(gateway)
    voucher = words_of(await gateway.page(answer.headers["location"]))
    assert "Trả lại khách 15.000 ₫" in voucher
    assert "Biên lai đang được tạo" in voucher


async def test_given_a_double_click_when_the_form_comes_twenty_times_then_cash_is_taken_once(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    form = a_form()

    answers = await asyncio.gather(*[gateway.submit(TAKE, **form) for _ in range(20)])
    later = await gateway.submit(TAKE, **form)

    assert {each.status_code for each in [*answers, later]} == {303}
    assert len({each.headers["location"] for each in [*answers, later]}) == 1
    assert await gateway.column("SELECT amount_vnd FROM money") == [135_000]
    assert (await emitted(gateway.database)).count(PaymentSettled.type) == 1


async def test_given_two_officers_when_both_take_cash_at_once_then_one_of_them_does(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    first = dict(gateway.client.cookies)
    await given_a_till(gateway)
    second = dict(gateway.client.cookies)

    answers = await asyncio.gather(
        *[
            gateway.client.post(
                TAKE, data=a_form(), headers={"Accept": "text/html", "Cookie": cookie_of(cookies)}
            )
            for cookies in (first, second)
        ]
    )

    assert sorted(each.status_code for each in answers) == [303, 409]
    assert await gateway.column("SELECT amount_vnd FROM money") == [135_000]
    refused = next(each for each in answers if each.status_code == 409)
    assert "Không còn phải thu" in words_of(refused.text)


def cookie_of(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def test_given_a_paid_phone_attempt_when_cash_is_offered_then_its_bank_is_asked_first(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    reference = await given_a_phone_attempt(gateway)
    shown = await seen(gateway)
    gateway.platform.paid[reference] = "135000"

    answer = await gateway.submit(TAKE, **a_form(**shown))

    assert answer.status_code == 409
    assert "Không còn phải thu" in words_of(answer.text)
    assert gateway.platform.questions("QUERY") == [reference]
    assert await gateway.column("SELECT channel FROM money") == ["npsp"]
    assert await gateway.column("SELECT count(*) FROM cash_taking") == [0]


async def test_given_a_live_phone_attempt_when_the_officer_was_shown_it_then_cash_supersedes_it(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    reference = await given_a_phone_attempt(gateway)
    page = words_of(await gateway.page(f"{TAKE}?ma={CODE}"))
    assert re.search(r"Đang có người thanh toán qua Vietcombank từ \d\d:\d\d", page)

    answer = await gateway.submit(TAKE, **a_form(**await seen(gateway)))

    assert answer.status_code == 303
    assert gateway.platform.questions("QUERY") == [reference]
    assert await gateway.column("SELECT status FROM attempt ORDER BY ordinal") == [
        "superseded", "succeeded",
    ]  # fmt: skip
    assert await gateway.tell(told(reference)) == "00"
    assert await gateway.column("SELECT reason_code FROM refund") == ["duplicate"]
    await invariants(gateway)


async def test_given_a_live_phone_attempt_when_the_officer_was_not_shown_it_then_nothing_is_taken(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    form = a_form()
    await given_a_phone_attempt(gateway)

    answer = await gateway.submit(TAKE, **form)

    assert answer.status_code == 409
    assert "Đang có người thanh toán qua Vietcombank" in words_of(answer.text)
    assert await gateway.column("SELECT count(*) FROM money") == [0]
    shown = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', answer.text))
    assert shown["khoa"] == form["khoa"]
    again = await gateway.submit(TAKE, **{**form, **shown})
    assert again.status_code == 303


async def test_given_a_part_in_cash_when_the_rest_comes_by_phone_then_one_receipt_has_both(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway, "0")

    answer = await gateway.submit(TAKE, **a_form(so_tien="100 000", dua=""))

    assert (await payable_of(gateway.database)).status is payables.Status.ON_HOLD
    page = words_of(await gateway.page(answer.headers["location"]))
    assert "Chưa đủ tiền, chưa có biên lai" in page
    assert "Không phải trả lại" in page
    reference = await given_a_phone_attempt(gateway)
    await gateway.tell(told(reference, SoTien="35000"))
    (settled,) = await facts(gateway.database, PaymentSettled)
    (opened,) = await facts(gateway.database, TillOpened)
    assert settled.data.method is PaymentMethod.BOTH
    assert [(each.channel.value, each.applied_vnd) for each in settled.data.monies] == [
        ("cash", 100_000), ("npsp", 35_000),
    ]  # fmt: skip
    assert settled.data.monies[0].till_id == opened.data.till_id
    assert await gateway.column(BALANCES) == [
        "cash 100000", "payable -135000", "receivable 35000",
    ]  # fmt: skip
    await invariants(gateway)


@pytest.mark.parametrize(
    ("amount", "given", "words"),
    [
        ("", "", "Ghi số tiền."),
        ("0", "", "Số tiền thu phải lớn hơn 0."),
        ("-5", "", "Ghi số tiền bằng chữ số"),
        ("1e5", "", "Ghi số tiền bằng chữ số"),
        ("một trăm", "", "Ghi số tiền bằng chữ số"),
        ("9" * 40, "", "Ghi số tiền bằng chữ số"),
        ("135000\x00", "", "Ghi số tiền bằng chữ số"),
        ("\u0661\u0663\u0665", "", "Ghi số tiền bằng chữ số"),
        ("135.001", "", "Chỉ còn phải nộp 135.000 ₫"),
        ("135.000", "134.999", "Số tiền khách đưa ít hơn số tiền thu."),
        ("135.000", "x", "Ghi số tiền bằng chữ số"),
    ],
)
async def test_given_a_wrong_amount_when_it_is_sent_then_its_field_says_what_is_wrong(
    gateway: Gateway, amount: str, given: str, words: str
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)

    answer = await gateway.submit(TAKE, **a_form(so_tien=amount, dua=given))

    assert answer.status_code == 422
    assert words in words_of(answer.text)
    assert await gateway.column("SELECT count(*) FROM attempt") == [0]


async def test_given_no_till_or_no_such_dossier_when_cash_is_offered_then_the_page_says_so(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await sign_in(gateway, Role.OFFICER)

    without_till = await gateway.submit(TAKE, **a_form())
    await gateway.submit(OPEN, so_tien="0")
    unknown = await gateway.submit(TAKE, **a_form(ma="H34.10-261122-9999"))
    misspelt = await gateway.submit(TAKE, **a_form(ma="<b>"))

    assert (without_till.status_code, unknown.status_code, misspelt.status_code) == (409, 422, 422)
    assert "Chưa mở quỹ tiền mặt" in words_of(without_till.text)
    assert "Chưa tìm thấy hồ sơ này ở cơ quan mình" in words_of(unknown.text)
    assert "Số hồ sơ chưa đúng" in words_of(misspelt.text)
    assert await gateway.column("SELECT count(*) FROM money") == [0]


async def test_given_a_dossier_of_another_agency_when_cash_is_offered_then_it_is_not_found(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await sign_in(gateway, Role.OFFICER, "H34.22.08")
    await gateway.submit(OPEN, so_tien="0")

    answer = await gateway.submit(TAKE, **a_form())

    assert answer.status_code == 422
    assert "Chưa tìm thấy hồ sơ này" in words_of(answer.text)
    assert "135.000" not in words_of(await gateway.page(f"{TAKE}?ma={CODE}", 422))


async def test_given_a_phieu_thu_when_others_ask_for_it_then_only_the_agencys_accountants_see_it(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    voucher = (await gateway.submit(TAKE, **a_form())).headers["location"]
    paper = await gateway.client.get(f"{voucher}/phieu-thu.pdf")

    assert paper.content.startswith(b"%PDF")
    await sign_in(gateway, Role.OFFICER)
    await gateway.page(voucher, 404)
    await gateway.page(f"{voucher}/phieu-thu.pdf", 404)
    await sign_in(gateway, Role.ACCOUNTANT)
    await gateway.page(voucher)
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    await gateway.page(voucher, 404)
    await gateway.page(f"/can-bo/thu-tien/phieu-thu/{uuid4()}", 404)


async def test_given_another_officers_key_when_it_is_sent_then_nothing_is_told_and_nothing_taken(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_a_till(gateway)
    form = a_form(so_tien="10000", dua="")
    await gateway.submit(TAKE, **form)
    await given_a_till(gateway)

    answer = await gateway.submit(TAKE, **form)

    assert answer.status_code == 404
    assert await gateway.column("SELECT count(*) FROM money") == [1]
