"""Refunds: asked for by one person, approved by another, given back by the channel or by hand."""

import pytest

from payment_gateway.domain import refund_rules, refunds
from payment_gateway.domain.errors import (
    NothingToRefundError,
    RefundForbiddenError,
    RefundNotFoundError,
    RefundOpenError,
)
from payment_gateway.domain.refunds import LEGAL
from payment_gateway.use_cases import refund_sending, refunding
from shared import approvals
from shared.approvals import (
    AlreadyRequestedError,
    ApprovalTrigger,
    SamePersonError,
)
from shared.contracts.money import (
    RefundApproved,
    RefundDeclined,
    RefundProposed,
    RefundReason,
    RefundSettled,
)
from tests.payment_gateway.both_sides import BothSides
from tests.payment_gateway.refunding import (
    ACCOUNTANT,
    STRANGER,
    SUPERVISOR,
    ask,
    balances,
    by,
    decide,
    given_paid,
    given_paid_twice,
    pay,
    propose_legal,
    refund_of,
    said,
)


@pytest.mark.parametrize("channel", ["npsp", "vietqr"])
async def test_given_a_channel_without_refunds_when_two_people_agree_then_it_waits_for_a_hand(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])

    await decide(both, refund_id)
    await pay(both)
    waiting = await refund_of(both, refund_id)
    async with both.gateway.database.transaction() as session:
        await refund_sending.pay_by_hand(
            session, refund_id, reference="FT26332010", acting=by(ACCOUNTANT)
        )

    assert waiting.status is refunds.Status.BY_HAND
    assert await both.status(paying) == "refunded"
    assert len(await said(both, RefundSettled, refund_id)) == 1


async def test_given_one_person_when_they_decide_on_what_they_asked_for_then_it_is_refused(
    both: BothSides,
) -> None:
    paying = await given_paid(both, "vnpay")
    (refund_id,) = await propose_legal(both, paying, [50_000, 0])

    with pytest.raises(SamePersonError):
        await decide(both, refund_id, person=ACCOUNTANT)

    with pytest.raises(approvals.ApprovalNotFoundError):
        await decide(both, refund_id, person=STRANGER)
    with pytest.raises(RefundOpenError):
        await propose_legal(both, paying, [0, 50_000])
    assert (await refund_of(both, refund_id)).status is refunds.Status.PROPOSED


async def test_given_a_rules_proposal_when_two_ask_or_a_stranger_asks_then_only_one_stands(
    both: BothSides,
) -> None:
    _, refund_id = await given_paid_twice(both, "vnpay")
    await ask(both, refund_id)

    with pytest.raises(AlreadyRequestedError):
        await ask(both, refund_id, person=SUPERVISOR)

    with pytest.raises(RefundNotFoundError):
        await ask(both, refund_id, person=STRANGER)
    await decide(both, refund_id, ApprovalTrigger.WITHDRAW, person=ACCOUNTANT)
    assert (await refund_of(both, refund_id)).status is refunds.Status.PROPOSED, "the rule stands"


async def test_given_a_request_when_the_second_person_declines_then_the_money_stays_and_may_go_on(
    both: BothSides,
) -> None:
    paying = await given_paid(both, "vnpay")
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])

    await decide(both, refund_id, ApprovalTrigger.DECLINE)
    (second,) = await propose_legal(both, paying, [50_000, 50_000])
    await decide(both, second)
    await pay(both)

    (declined,) = await said(both, RefundDeclined, refund_id)
    assert isinstance(declined, RefundDeclined)
    assert declined.declined_by == "lanhdao"
    assert await said(both, RefundApproved, refund_id) == []
    assert await both.status(paying) == "refunded"


@pytest.mark.parametrize("amounts", [[50_001, 0], [0, 0], [-1, 50_000], [50_000, 50_001]])
async def test_given_a_paid_fee_when_more_than_was_paid_is_asked_for_then_it_is_refused(
    both: BothSides, amounts: list[int]
) -> None:
    paying = await given_paid(both, "vnpay")

    with pytest.raises(NothingToRefundError):
        await propose_legal(both, paying, amounts)

    assert await both.said(paying, "RefundProposed") == 0


async def test_given_an_unpaid_fee_when_it_is_asked_back_then_it_is_refused(
    both: BothSides,
) -> None:
    paying = await both.begin("vnpay")

    with pytest.raises(NothingToRefundError):
        await propose_legal(both, paying, [50_000, 0])


async def test_given_two_monies_when_the_whole_fee_goes_back_then_each_goes_the_way_it_came(
    both: BothSides,
) -> None:
    paying = await both.begin("vietqr")
    await both.tap(paying, amount_vnd=60_000)
    rest = await both.begin("vnpay", code=paying.code)
    await both.tap(rest)
    (part,) = await propose_legal(both, paying, [20_000, 0])
    with pytest.raises(NothingToRefundError):  # 20.000 of that line is on its way back already.
        await propose_legal(both, paying, [40_000, 0])
    await decide(both, part, ApprovalTrigger.DECLINE)

    made = await propose_legal(both, paying, [50_000, 50_000])
    for refund_id in made:
        await decide(both, refund_id)
    await pay(both)

    found = [await refund_of(both, each) for each in made]
    states = {(each.amount_vnd, each.status.value) for each in found}
    assert states == {(40_000, "settled"), (60_000, "by_hand")}
    assert await balances(both, paying) == {"receivable/vietqr": 60_000, "refund/H34.10": -60_000}
    assert await both.status(paying) == "paid", "a part still waits for a hand"


async def test_given_money_that_nobody_knows_when_a_person_asks_then_it_goes_back_by_hand(
    both: BothSides,
) -> None:
    paying = await both.begin("vietqr")
    await both.tap(paying, content="khong ro cua ai")
    (money_id,) = await both.gateway.run(
        "SELECT id FROM money WHERE channel_reference = :reference", reference=paying.bank_id
    )

    async with both.gateway.database.transaction() as session:
        refund_id = await refunding.propose_surplus(
            session, money_id, reason="Không tìm được chủ", acting=by(ACCOUNTANT)
        )
    await decide(both, refund_id)
    async with both.gateway.database.transaction() as session:
        await refund_sending.pay_by_hand(
            session, refund_id, reference="FT26332011", acting=by(ACCOUNTANT)
        )

    (proposed,) = await said(both, RefundProposed, refund_id)
    (settled,) = await said(both, RefundSettled, refund_id)
    assert isinstance(proposed, RefundProposed)
    assert isinstance(settled, RefundSettled)
    assert (proposed.reason_code, proposed.dossier_code) == (RefundReason.UNKNOWN, None)
    assert settled.context is None


@pytest.mark.parametrize(
    ("fee_code", "reason", "allowed"),
    [
        ("LP-HOCHIEU", RefundReason.NOT_ACCEPTED, True),
        ("LP-HOCHIEU", RefundReason.WITHDRAWN, False),
        ("PHI-THITHUC", RefundReason.NOT_ACCEPTED, False),
        ("PHI-LANHSU-01", RefundReason.STOPPED, False),
        ("PHI-LANHSU-01", RefundReason.ASSESSED_LESS, True),
        ("PHI-CHUNGTHUC-BS", RefundReason.STOPPED, True),
    ],
)
def test_given_a_fee_when_it_is_asked_back_then_its_own_law_decides(
    fee_code: str, reason: RefundReason, *, allowed: bool
) -> None:
    assert reason in LEGAL
    if allowed:
        refund_rules.require_allowed([fee_code], reason)
        return
    with pytest.raises(RefundForbiddenError, match="not given back"):
        refund_rules.require_allowed(["PHI-CHUNGTHUC-BS", fee_code], reason)
