"""Money that settles nothing is assigned by two persons; real application, real PostgreSQL."""

import pytest

from shared.contracts.money import RefundProposed, RefundReason
from shared.contracts.payment import MatchAct, MoneyMatched, MoneyUnmatched, PaymentSettled
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import (
    REASON,
    TODO,
    approved,
    asked,
    given_paid,
    given_unknown_money,
    paid_now,
    send,
    the_loose_money,
    words_of,
)
from tests.payment_gateway.builders import (
    CODE,
    PAYEE,
    assessed,
    given_a_payable,
    given_an_attempt,
    hear_assessed,
    payable_of,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.soundness import sound
from tests.support.facts import facts


async def test_given_unknown_money_when_two_persons_assign_it_then_it_settles_the_dossier(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 135_000)
    request = await asked(gateway, f"{await the_loose_money(gateway)}/gan", ma=CODE.lower())
    before = await facts(gateway.database, MoneyMatched)
    listed = await gateway.page(TODO)

    await approved(gateway, request)

    (matched,) = await facts(gateway.database, MoneyMatched)
    (settled,) = await facts(gateway.database, PaymentSettled)
    assert before == []
    assert "Gán tiền cho hồ sơ" in listed
    assert (await payable_of(gateway.database)).is_paid
    assert matched.data.act is MatchAct.ASSIGNED
    assert matched.data.approved_by not in {None, matched.data.decided_by}
    assert [each.channel_reference for each in settled.data.monies] == ["GD-LA"]
    assert "Không có việc nào chờ" in await gateway.page(TODO)
    acts = await gateway.column("SELECT act FROM audit ORDER BY at, id")
    assert acts == ["money.match.request", "money.match.approve"]
    await sound(gateway)


@pytest.mark.parametrize(("amount", "held", "over"), [(100_000, 100_000, 0), (140_000, 0, 5_000)])
async def test_given_unknown_money_when_it_does_not_fit_then_the_rest_is_asked_for_or_goes_back(
    gateway: Gateway, amount: int, held: int, over: int
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, amount)
    request = await asked(gateway, f"{await the_loose_money(gateway)}/gan", ma=CODE)

    await approved(gateway, request)

    payable = await payable_of(gateway.database)
    refunds = [event.data for event in await facts(gateway.database, RefundProposed)]
    assert (payable.held_vnd, payable.is_paid) == (held, not held)
    assert [(r.amount_vnd, r.reason_code) for r in refunds] == [(over, RefundReason.OVER)][:over]
    await sound(gateway)
    if held:
        await paid_now(gateway)
        (settled,) = await facts(gateway.database, PaymentSettled)
        assert sorted(each.applied_vnd for each in settled.data.monies) == [35_000, 100_000]
        await sound(gateway)


async def test_given_short_money_when_unknown_money_is_the_rest_then_both_settle_it(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference, SoTien="134000"))
    await given_unknown_money(gateway, 1_000)
    (money,) = await gateway.column("SELECT id FROM money WHERE problem = 'unknown'")
    request = await asked(gateway, f"{TODO}/tien/{money}/gan", ma=CODE)

    await approved(gateway, request)

    acts = [event.data.act for event in await facts(gateway.database, MoneyMatched)]
    assert (await payable_of(gateway.database)).is_paid
    assert sorted(acts) == [MatchAct.ASSIGNED, MatchAct.TOP_UP]
    await sound(gateway)


async def test_given_a_request_when_the_dossier_was_paid_meanwhile_then_nothing_is_assigned(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 135_000)
    request = await asked(gateway, f"{await the_loose_money(gateway)}/gan", ma=CODE)
    await paid_now(gateway)

    await approved(gateway, request, status=409)

    assert await facts(gateway.database, MoneyMatched) == []
    await sound(gateway)


async def test_given_a_request_when_the_amount_due_changed_then_the_plan_on_screen_is_refused(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 135_000)
    request = await asked(gateway, f"{await the_loose_money(gateway)}/gan", ma=CODE)
    await hear_assessed(gateway.database, assessed(120_000, version=2))

    await approved(gateway, request, status=409)

    assert await facts(gateway.database, MoneyMatched) == []
    await sound(gateway)


async def test_given_a_request_when_it_is_declined_or_taken_back_then_it_may_be_asked_anew(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 135_000)
    form = f"{await the_loose_money(gateway)}/gan"
    request = await asked(gateway, form, ma=CODE)
    twice = await send(gateway, Role.ACCOUNTANT, form, ma=CODE, reason=REASON)
    another = await send(gateway, Role.ACCOUNTANT, f"{request}/rut")
    silent = await send(gateway, Role.SUPERVISOR, f"{request}/tu-choi", reason="  ")
    declined = await send(gateway, Role.SUPERVISOR, f"{request}/tu-choi", reason="Nhầm hồ sơ")

    again = await asked(gateway, form, ma=CODE)
    taken_back = await gateway.submit(f"{again}/rut")

    assert (twice.status_code, another.status_code) == (422, 403)
    assert "Đang chờ người thứ hai duyệt" in words_of(twice.text)
    assert (silent.status_code, declined.status_code) == (422, 303)
    assert "Ghi lý do, ít nhất 3 ký tự." in words_of(silent.text)
    assert taken_back.status_code == 303
    assert "Đã rút lại" in await gateway.page(again)
    assert await facts(gateway.database, MoneyMatched) == []


async def test_given_money_when_the_form_is_wrong_then_each_field_says_so(
    gateway: Gateway,
) -> None:
    await given_unknown_money(gateway, 135_000)
    await given_paid(gateway)
    other = PAYEE.model_copy(update={"agency_code": "H34.22.08"})
    other_code = "H34.10-261122-0009"
    elsewhere = assessed(135_000, dossier_code=other_code, payee=other)
    await hear_assessed(gateway.database, elsewhere)
    money = await the_loose_money(gateway)
    wrong = {
        ("", REASON): "Số hồ sơ",
        ("H34", REASON): "Số hồ sơ",
        ("H34.10-261122-0008", REASON): "Chưa tìm thấy hồ sơ này",
        (CODE, REASON): "Hồ sơ này không còn khoản phải nộp",
        (other_code, REASON): "Tiền nằm ở tài khoản của đơn vị thu khác",
        (CODE, ""): "Ghi lý do, ít nhất 3 ký tự.",
        (CODE, "ab"): "Ghi lý do, ít nhất 3 ký tự.",
        (CODE, "x" * 501): "Lý do dài nhất 500 ký tự.",
        (CODE, "a\u202ebc"): "Lý do có ký tự không in được.",
    }

    for (code, reason), words in wrong.items():
        answer = await send(gateway, Role.ACCOUNTANT, f"{money}/gan", ma=code, reason=reason)
        assert answer.status_code == 422, (code, reason)
        assert words in words_of(answer.text), (code, reason)
        assert 'aria-invalid="true"' in answer.text
    assert await gateway.column("SELECT count(*) FROM approval") == [0]


async def test_given_unknown_money_when_it_is_to_go_back_then_a_refund_waits_for_approval(
    gateway: Gateway,
) -> None:
    await given_unknown_money(gateway, 135_000)
    money = await the_loose_money(gateway)
    for reason in ("", "x" * 501):
        wrong = await send(gateway, Role.ACCOUNTANT, f"{money}/hoan", back_reason=reason)
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text

    done = await send(gateway, Role.ACCOUNTANT, f"{money}/hoan", back_reason=REASON)
    twice = await send(gateway, Role.ACCOUNTANT, f"{money}/hoan", back_reason=REASON)
    late = await send(gateway, Role.ACCOUNTANT, f"{money}/gan", ma=CODE, reason=REASON)

    (refund,) = await facts(gateway.database, RefundProposed)
    assert (done.status_code, twice.status_code, late.status_code) == (303, 422, 422)
    assert (refund.data.amount_vnd, refund.data.reason_code) == (135_000, RefundReason.UNKNOWN)
    assert "Đã đề nghị hoàn trả" in await gateway.page(money)


async def test_given_money_of_another_agency_when_somebody_looks_then_there_is_none(
    gateway: Gateway,
) -> None:
    await given_unknown_money(gateway, 135_000)
    money = await the_loose_money(gateway)

    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")

    await gateway.page(money, 404)
    assert (await gateway.submit(f"{money}/gan", ma=CODE, reason=REASON)).status_code == 404
    assert len(await facts(gateway.database, MoneyUnmatched)) == 1
