"""Refunds that a channel gives back when it is asked to: once, whatever is lost on the way."""

from typing import Any

import pytest

from payment_gateway.domain import refunds
from payment_gateway.domain.refunds import NotPaidBack, Outcome, PaidBack, Undecided
from payment_gateway.use_cases import refund_sending
from shared.clock import utc_now
from shared.contracts.money import (
    RefundFailed,
    RefundSettled,
)
from shared.contracts.parts import PaymentChannel
from tests.payment_gateway.both_sides import BothSides
from tests.payment_gateway.builders import payable_of
from tests.payment_gateway.refunding import (
    ACCOUNTANT,
    CALLED,
    ask,
    balances,
    by,
    decide,
    given_back,
    given_paid,
    given_paid_twice,
    pay,
    propose_legal,
    refund_of,
    said,
)


@pytest.mark.parametrize("channel", CALLED)
async def test_given_money_paid_twice_when_two_people_agree_then_the_channel_gives_it_back(
    both: BothSides, channel: str
) -> None:
    paying, refund_id = await given_paid_twice(both, channel)
    await ask(both, refund_id)

    await decide(both, refund_id)
    await pay(both)
    await pay(both)

    (settled,) = await said(both, RefundSettled, refund_id)
    assert isinstance(settled, RefundSettled)
    assert (await refund_of(both, refund_id)).status is refunds.Status.SETTLED
    assert await given_back(both, paying) == [100_000]
    assert (settled.by, settled.approved_by) == (refunds.BY_RULE, "lanhdao")
    assert settled.channel is PaymentChannel(channel)
    assert settled.context is not None
    assert await both.status(paying) == "paid", "the surplus went back, not the fee"
    assert await balances(both, paying) == {
        f"receivable/{channel}": 100_000, "payable/H34.10/phi": -50_000,
        "payable/H34.10/le_phi": -50_000,
    }  # fmt: skip


@pytest.mark.parametrize("channel", CALLED)
async def test_given_a_paid_fee_when_it_goes_back_in_two_parts_then_its_status_tells_the_truth(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (first,) = await propose_legal(both, paying, [50_000, 10_000])
    await decide(both, first)
    await pay(both)
    after_part = await payable_of(both.gateway.database, paying.code)
    status_between = await both.status(paying)
    (second,) = await propose_legal(both, paying, [0, 40_000])

    await decide(both, second)
    await pay(both)

    assert (after_part.status.value, after_part.applied_vnd) == ("partly_refunded", 40_000)
    assert status_between == "paid"
    assert await both.status(paying) == "refunded"
    assert await given_back(both, paying) == [60_000, 40_000]
    assert await balances(both, paying) == {}
    statuses = await both.gateway.run(
        "SELECT m.status FROM money m JOIN payable p ON p.id = m.payable_id"
        " WHERE p.dossier_code = :code",
        code=paying.code,
    )
    assert statuses == ["refunded"]


@pytest.mark.parametrize("channel", CALLED)
async def test_given_a_channel_that_refuses_when_it_is_asked_then_its_reason_stands_and_hands_pay(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])
    await both.fault(channel, "refund_refused")
    await decide(both, refund_id)

    await pay(both)
    refused = await refund_of(both, refund_id)
    async with both.gateway.database.transaction() as session:
        await refund_sending.pay_by_hand(
            session, refund_id, reference="FT26332009", acting=by(ACCOUNTANT)
        )

    (failed,) = await said(both, RefundFailed, refund_id)
    (settled,) = await said(both, RefundSettled, refund_id)
    assert isinstance(failed, RefundFailed)
    assert isinstance(settled, RefundSettled)
    assert (refused.status, refused.may_have_been_paid) == (refunds.Status.FAILED, False)
    assert failed.error_code.startswith(f"{channel}-")
    assert (settled.channel, settled.channel_reference) == (None, "FT26332009")
    assert await given_back(both, paying) == []
    assert await both.status(paying) == "refunded"
    assert await balances(both, paying) == {
        f"receivable/{channel}": 100_000, "bank/H34.10": -100_000
    }  # fmt: skip


@pytest.mark.parametrize("channel", CALLED)
async def test_given_a_refusal_when_it_is_sent_again_then_it_is_another_order_and_is_paid_once(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])
    await both.fault(channel, "refund_refused")
    await decide(both, refund_id)
    await pay(both)

    async with both.gateway.database.transaction() as session:
        await refund_sending.send_again(session, refund_id, acting=by(ACCOUNTANT))
    await pay(both)

    assert await given_back(both, paying) == [100_000]
    assert await both.status(paying) == "refunded"
    assert len(await both.gateway.run("SELECT id FROM audit WHERE act = 'refund.send_again'"))


@pytest.mark.parametrize("channel", CALLED)
async def test_given_a_result_that_nobody_heard_when_it_is_asked_again_then_it_was_paid_once(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])
    await decide(both, refund_id)
    async with both.gateway.database.transaction() as session:
        claimed = await refund_sending.take_due_refund(session, refund_id, now=utc_now())
    assert claimed is not None
    (job,) = [job for job in both.gateway.service.jobs if job.name == refund_sending.PAY]
    run: Any = job.run
    client = run.keywords["clients"][claimed.order.channel]
    first = await client.refund(claimed.order, now=utc_now())

    repeated = await client.refund(claimed.order, now=utc_now())
    await pay(both)

    assert isinstance(first, refunds.PaidBack), "the bank did it, and the worker died"
    assert isinstance(repeated, refunds.Undecided)
    assert await given_back(both, paying) == [100_000]
    assert await both.status(paying) == "refunded"


@pytest.mark.parametrize("channel", CALLED)
async def test_given_a_call_that_never_arrived_when_it_is_asked_about_then_it_is_sent_again(
    both: BothSides, channel: str
) -> None:
    paying = await given_paid(both, channel)
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])
    await decide(both, refund_id)
    async with both.gateway.database.transaction() as session:
        await refund_sending.take_due_refund(session, refund_id, now=utc_now())

    await pay(both)

    assert await given_back(both, paying) == [100_000]
    assert await both.status(paying) == "refunded"


async def test_given_no_answer_to_the_end_when_it_is_given_up_then_a_person_is_told_to_look(
    both: BothSides,
) -> None:
    paying = await given_paid(both, "momo")
    (refund_id,) = await propose_legal(both, paying, [50_000, 50_000])
    await decide(both, refund_id)
    async with both.gateway.database.transaction() as session:
        claimed = await refund_sending.take_due_refund(session, refund_id, now=utc_now())
    assert claimed is not None

    for calls in range(1, len(refunds.ASK_PAUSES) + 2):
        await both.gateway.run(
            "UPDATE refund SET calls = :calls WHERE id = :id", calls=calls, id=refund_id
        )
        async with both.gateway.database.transaction() as session:
            await refund_sending.record_outcome(
                session, claimed, refunds.Undecided(), now=utc_now()
            )

    given_up = await refund_of(both, refund_id)
    assert given_up.may_have_been_paid
    assert given_up.error_code == "no-answer"
    async with both.gateway.database.transaction() as session:
        await refund_sending.send_again(session, refund_id, acting=by(ACCOUNTANT))
    await pay(both)
    assert await given_back(both, paying) == [100_000]
    assert (await refund_of(both, refund_id)).round == 1, "the same key: it may have been paid"


async def test_given_two_workers_when_both_hear_of_one_refund_then_the_first_final_answer_counts(
    both: BothSides,
) -> None:
    paying = await given_paid(both, "vnpay")
    (refund_id,) = await propose_legal(both, paying, [50_000, 0])
    await decide(both, refund_id)
    async with both.gateway.database.transaction() as session:
        claimed = await refund_sending.take_due_refund(session, refund_id, now=utc_now())
    assert claimed is not None

    heard: tuple[Outcome, ...] = (
        PaidBack("RF-1"), PaidBack("RF-2"), NotPaidBack("vnpay-99"), Undecided(),
    )  # fmt: skip
    for outcome in heard:
        async with both.gateway.database.transaction() as session:
            await refund_sending.record_outcome(session, claimed, outcome, now=utc_now())

    (settled,) = await said(both, RefundSettled, refund_id)
    assert isinstance(settled, RefundSettled)
    assert settled.channel_reference == "RF-1"
    stands = "SELECT concat_ws(' ', status, channel_reference, error_code, due_at) FROM refund"
    own = f"{stands} WHERE id = :id"
    assert await both.gateway.run(own, id=refund_id) == ["settled RF-1"]
