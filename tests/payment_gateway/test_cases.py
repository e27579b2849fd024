"""Cases: raised by what fee says of a paid dossier, answered by two persons, ended once."""

import pytest

from payment_gateway.domain import payables
from payment_gateway.domain.cases import ANSWERS
from shared.contracts.money import (
    CaseClosed,
    CaseKind,
    CaseOpened,
    CaseOutcome,
    RefundProposed,
    RefundReason,
)
from shared.contracts.payment import PaymentAmended, PaymentClosed, PaymentRequested, PaymentSettled
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import (
    CASE,
    REASON,
    REPORT,
    TODO,
    approved,
    asked,
    given_paid,
    given_reassessed,
    paid_now,
    send,
    the_case,
    words_of,
)
from tests.payment_gateway.builders import given_a_payable, given_an_attempt, payable_of, told
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.soundness import sound
from tests.payment_gateway.test_payables import hear_withdrawn, withdrawn
from tests.support.facts import facts

SUPPLEMENT, REFUND = CaseOutcome.SUPPLEMENT.value, CaseOutcome.REFUND.value


async def outcomes(gateway: Gateway) -> list[tuple[CaseKind, int, CaseOutcome]]:
    closed = [event.data for event in await facts(gateway.database, CaseClosed)]
    return [(each.kind, each.difference_vnd, each.outcome) for each in closed]


async def answered(gateway: Gateway, outcome: str) -> None:
    """Let two persons answer the one open case."""
    await approved(
        gateway, await asked(gateway, f"{await the_case(gateway)}/dong", outcome=outcome)
    )


async def test_given_more_is_due_when_two_persons_ask_for_it_then_the_rest_is_paid_on_its_own(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 150_000)
    request = await asked(gateway, f"{await the_case(gateway)}/dong", outcome=SUPPLEMENT)
    assert (await payable_of(gateway.database)).is_paid

    await approved(gateway, request)

    supplement = await payable_of(gateway.database)
    assert (supplement.supplement_no, supplement.amount_vnd) == (1, 15_000)
    assert [line.amount_vnd for line in supplement.lines] == [15_000]
    assert await outcomes(gateway) == [(CaseKind.ASSESSED_MORE, 15_000, CaseOutcome.SUPPLEMENT)]
    await paid_now(gateway)
    settled = [event.data.amount_vnd for event in await facts(gateway.database, PaymentSettled)]
    assert settled == [135_000, 15_000]
    await given_reassessed(gateway, 150_000, version=3)
    assert len(await facts(gateway.database, CaseOpened)) == 1
    await sound(gateway)


async def test_given_an_open_supplement_when_fee_says_more_less_and_too_little_then_it_follows(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 150_000)
    await answered(gateway, SUPPLEMENT)

    await given_reassessed(gateway, 160_000, version=3)
    more = await payable_of(gateway.database)
    await given_reassessed(gateway, 130_000, version=4)

    (closed,) = await facts(gateway.database, PaymentClosed)
    (amended,) = await facts(gateway.database, PaymentAmended)
    shown = await payable_of(gateway.database)
    opened = [event.data for event in await facts(gateway.database, CaseOpened)]
    assert (more.amount_vnd, amended.data.amount_vnd) == (25_000, 25_000)
    assert closed.data.payment_id == more.id
    assert (shown.supplement_no, shown.is_paid) == (0, True)
    assert [(each.kind, each.difference_vnd) for each in opened] == [
        (CaseKind.ASSESSED_MORE, 15_000), (CaseKind.ASSESSED_LESS, -5_000),
    ]  # fmt: skip
    await sound(gateway)


async def test_given_an_open_supplement_when_the_dossier_stops_then_all_that_was_paid_is_the_case(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 150_000)
    await answered(gateway, SUPPLEMENT)

    await hear_withdrawn(gateway, withdrawn(version=3))

    opened = [event.data for event in await facts(gateway.database, CaseOpened)]
    assert len(await facts(gateway.database, PaymentClosed)) == 1
    assert (opened[-1].kind, opened[-1].difference_vnd) == (CaseKind.WITHDRAWN_PAID, -135_000)
    await given_reassessed(gateway, 135_000, version=4)
    assert len(await facts(gateway.database, PaymentRequested)) == 2
    assert (await outcomes(gateway))[-1][2] is CaseOutcome.SUPERSEDED
    await sound(gateway)


async def test_given_three_corrections_when_each_is_heard_then_one_case_is_open_at_a_time(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)

    for version, amount in enumerate((150_000, 120_000, 170_000, 135_000), start=2):
        await given_reassessed(gateway, amount, version)
        waiting = "SELECT count(*) FROM payment_case WHERE status = 'open'"
        assert await gateway.column(waiting) == [0 if amount == 135_000 else 1]

    assert [each[1:] for each in await outcomes(gateway)] == [
        (difference, CaseOutcome.SUPERSEDED) for difference in (15_000, -15_000, 35_000)
    ]


async def test_given_a_case_that_was_waived_when_fee_says_the_same_again_then_nobody_is_asked(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 150_000)
    await answered(gateway, "waived")

    await given_reassessed(gateway, 150_000, version=3)
    once = len(await facts(gateway.database, CaseOpened))
    await given_reassessed(gateway, 151_000, version=4)

    assert once == 1
    assert len(await facts(gateway.database, CaseOpened)) == 2


async def test_given_less_is_due_when_it_is_to_go_back_then_a_refund_waits_for_its_approval(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 120_000)
    case = await the_case(gateway)

    assert await asked(gateway, f"{case}/dong", outcome=REFUND) == case

    (refund,) = await facts(gateway.database, RefundProposed)
    assert (refund.data.amount_vnd, refund.data.reason_code) == (
        15_000, RefundReason.ASSESSED_LESS,
    )  # fmt: skip
    assert sum(line.amount_vnd for line in refund.data.lines) == 15_000
    assert await outcomes(gateway) == [(CaseKind.ASSESSED_LESS, -15_000, CaseOutcome.REFUND)]
    assert await gateway.column("SELECT act FROM audit WHERE act LIKE 'case.%'") == ["case.closed"]
    await given_reassessed(gateway, 120_000, version=3)
    assert len(await facts(gateway.database, CaseOpened)) == 1
    assert "Đã xử lý xong" in await gateway.page(case)


@pytest.mark.parametrize(
    ("outcome", "status", "shown"),
    [
        (CaseOutcome.KEPT, payables.Status.SETTLED, 0),
        (CaseOutcome.WRITTEN_OFF, payables.Status.REVERSED, 0),
        (CaseOutcome.SUPPLEMENT, payables.Status.REVERSED, 1),
    ],
)
async def test_given_a_paid_dossier_when_its_bank_takes_money_back_then_two_persons_decide(
    gateway: Gateway, outcome: CaseOutcome, status: payables.Status, shown: int
) -> None:
    payable = await given_a_payable(gateway.database)
    first = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(first.reference, SoTien="134000"))
    await paid_now(gateway)
    form = {"channel": "npsp", "reference": "GD000000001"}
    case = await asked(gateway, REPORT, **form)
    disputed = await payable_of(gateway.database)
    twice = await send(gateway, Role.ACCOUNTANT, REPORT, reason=REASON, **form)
    await sound(gateway)

    await approved(gateway, await asked(gateway, f"{case}/dong", outcome=outcome.value))

    found = await gateway.column("SELECT status FROM payable ORDER BY supplement_no")
    refunds = [event.data.amount_vnd for event in await facts(gateway.database, RefundProposed)]
    assert disputed.status is payables.Status.DISPUTED
    assert twice.headers["location"] == case
    assert found[0] == status
    assert await outcomes(gateway) == [(CaseKind.MONEY_REVERSED, -134_000, outcome)]
    assert refunds == ([] if outcome is CaseOutcome.KEPT else [1_000])
    assert (await payable_of(gateway.database)).supplement_no == shown
    disputes = (
        "SELECT coalesce(sum(amount_vnd), 0) FROM ledger_entry WHERE account = 'disputed/npsp'"
    )
    assert await gateway.column(disputes) == [0]
    await sound(gateway)
    if shown:
        await paid_now(gateway, "GD-LAI")
        assert (await payable_of(gateway.database)).is_paid


async def test_given_a_case_when_the_answer_is_wrong_then_each_field_says_so(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    await given_reassessed(gateway, 150_000)
    case = await the_case(gateway)
    wrong = {
        ("", REASON): "Chọn một cách xử lý trong danh sách.",
        ("refund", REASON): "Việc này không có cách xử lý đó",
        ("superseded", REASON): "Việc này không có cách xử lý đó",
        ("paid", REASON): "Chọn một cách xử lý trong danh sách.",
        (SUPPLEMENT, "a"): "Ghi lý do, ít nhất 3 ký tự.",
        (SUPPLEMENT, "x" * 501): "Lý do dài nhất 500 ký tự.",
    }

    for (outcome, reason), words in wrong.items():
        answer = await send(
            gateway, Role.ACCOUNTANT, f"{case}/dong", outcome=outcome, reason=reason
        )
        assert answer.status_code == 422, (outcome, reason)
        assert words in words_of(answer.text), (outcome, reason)
        assert 'aria-invalid="true"' in answer.text
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    await gateway.page(case, 404)
    await gateway.page(f"{CASE}{(await payable_of(gateway.database)).id}", 404)
    assert await outcomes(gateway) == []


async def test_given_a_reversal_when_the_form_is_wrong_then_each_field_says_so(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    good = {"channel": "npsp", "reference": "GD000000001", "reason": REASON}
    wrong = {
        ("channel", ""): "Chọn một kênh trong danh sách.",
        ("channel", "dollar"): "Chọn một kênh trong danh sách.",
        ("reference", ""): "Ghi mã giao dịch như trên sao kê của ngân hàng.",
        ("reference", "x" * 256): "Ghi mã giao dịch như trên sao kê của ngân hàng.",
        ("reference", "GD-KHONG-CO"): "Không tìm thấy khoản tiền này",
        ("reason", ""): "Ghi lý do, ít nhất 3 ký tự.",
    }

    for (field, typed), words in wrong.items():
        answer = await send(gateway, Role.ACCOUNTANT, REPORT, **{**good, field: typed})
        assert answer.status_code == 422, (field, typed)
        assert words in words_of(answer.text), (field, typed)
        assert 'aria-invalid="true"' in answer.text
    assert "Không có việc nào chờ" in await gateway.page(TODO)


def test_given_every_kind_of_case_when_it_is_answered_then_a_person_has_a_choice() -> None:
    assert set(ANSWERS) == set(CaseKind)
    assert all(len(set(answers)) > 1 for answers in ANSWERS.values())
    offered = {outcome for answers in ANSWERS.values() for outcome in answers}
    assert offered == set(CaseOutcome) - {CaseOutcome.SUPERSEDED}
