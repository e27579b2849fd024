"""What the platform tells, and what it makes of payables; real application, real PostgreSQL."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from payment_gateway.domain import attempts, payables
from payment_gateway.domain.payables import Payable
from payment_gateway.use_cases import look
from shared.contracts.money import RefundProposed
from shared.contracts.payment import (
    AttemptOutcome,
    MoneyMatched,
    MoneyUnmatched,
    PaymentAttempted,
    PaymentAttemptEnded,
    PaymentRequested,
    PaymentSettled,
    UnmatchedKind,
)
from tests.payment_gateway.builders import (
    CODE,
    given_a_payable,
    given_an_attempt,
    payable_of,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.soundness import invariants
from tests.support.facts import emitted, facts

REQUESTED, SETTLED = PaymentRequested.type, PaymentSettled.type
ATTEMPTED, ENDED = PaymentAttempted.type, PaymentAttemptEnded.type
PAID = [REQUESTED, ATTEMPTED, ENDED, SETTLED]
ACCEPTED, UNKNOWN, UNREADABLE, FORGED = "00", "01", "03", "97"


@pytest.fixture
async def payable(gateway: Gateway) -> Payable:
    return await given_a_payable(gateway.database)


@pytest.fixture
async def reference(gateway: Gateway, payable: Payable) -> str:
    return (await given_an_attempt(gateway.database, payable)).reference


async def status_of(gateway: Gateway, code: str = CODE) -> payables.Status:
    return (await payable_of(gateway.database, code)).status


async def kinds(gateway: Gateway) -> list[UnmatchedKind]:
    return [event.data.kind for event in await facts(gateway.database, MoneyUnmatched)]


async def test_given_an_attempt_when_its_money_comes_then_the_payable_is_settled(
    gateway: Gateway, payable: Payable, reference: str
) -> None:
    answer = await gateway.tell(told(reference))

    (settled,) = await facts(gateway.database, PaymentSettled)
    money = settled.data.monies[0]
    assert answer == ACCEPTED
    assert await emitted(gateway.database) == PAID
    assert (settled.data.payment_id, settled.data.amount_vnd) == (payable.id, 135_000)
    assert (money.channel_reference, money.applied_vnd) == ("GD000000001", 135_000)
    assert settled.data.paid_at.isoformat() == "2026-11-24T05:00:00+00:00"
    assert settled.data.method.value == "CK"
    entries = await gateway.column(
        "SELECT account || ' ' || amount_vnd FROM ledger_entry ORDER BY account"
    )
    assert entries == [
        "payable/H34.10/le_phi -50000",
        "payable/H34.10/phi -85000",
        "receivable/npsp 135000",
    ]
    await invariants(gateway)


async def test_given_an_attempt_when_the_platform_tells_twenty_times_at_once_then_it_settles_once(
    gateway: Gateway, reference: str
) -> None:
    answers = await asyncio.gather(*[gateway.tell(told(reference)) for _ in range(20)])

    assert set(answers) == {ACCEPTED}
    assert await emitted(gateway.database) == PAID
    assert await gateway.column("SELECT count(*) FROM money") == [1]


async def test_given_an_attempt_when_a_forged_callback_comes_then_nothing_changes(
    gateway: Gateway, reference: str
) -> None:
    answer = await gateway.tell({**told(reference), "MaXacThuc": "0" * 64})

    assert answer == FORGED
    assert await gateway.column("SELECT count(*) FROM money") == [0]
    assert await status_of(gateway) is payables.Status.OPEN


async def test_given_an_attempt_when_less_comes_then_it_is_held_until_the_rest_comes(
    gateway: Gateway, payable: Payable, reference: str
) -> None:
    short = await gateway.tell(told(reference, SoTien="134000"))
    held = await payable_of(gateway.database)
    rest = await given_an_attempt(gateway.database, payable)
    full = await gateway.tell(told(rest.reference, SoTien="1000", MaGiaoDich="GD2"))

    (settled,) = await facts(gateway.database, PaymentSettled)
    (matched,) = await facts(gateway.database, MoneyMatched)
    assert (short, full) == (ACCEPTED, ACCEPTED)
    assert (held.status, held.remaining_vnd) == (payables.Status.ON_HOLD, 1_000)
    assert rest.amount_vnd == 1_000
    assert [money.applied_vnd for money in settled.data.monies] == [134_000, 1_000]
    assert matched.data.money_id == settled.data.monies[0].money_id
    assert await kinds(gateway) == [UnmatchedKind.SHORT]
    await invariants(gateway)


async def test_given_an_attempt_when_more_comes_then_it_settles_and_the_rest_is_to_go_back(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference, SoTien="136000"))

    (refund,) = await facts(gateway.database, RefundProposed)
    (ended,) = await facts(gateway.database, PaymentAttemptEnded)
    assert (refund.data.amount_vnd, refund.data.reason_code.value) == (1_000, "over")
    assert (ended.data.outcome, ended.data.code) == (AttemptOutcome.SUCCEEDED, "amount-differs")
    assert await status_of(gateway) is payables.Status.SETTLED
    await invariants(gateway)


async def test_given_no_such_reference_when_money_comes_then_it_is_kept_for_the_accountant(
    gateway: Gateway,
) -> None:
    message = told("LP0000000000T01")

    answers = [await gateway.tell(message), await gateway.tell(message)]

    (event,) = await facts(gateway.database, MoneyUnmatched)
    assert answers == [UNKNOWN, UNKNOWN]
    assert (event.subject, event.data.kind, event.data.unmatched_vnd) == (
        "H34.10",
        UnmatchedKind.UNKNOWN,
        135_000,
    )
    await invariants(gateway)


async def test_given_no_such_reference_when_a_failure_comes_then_the_answer_is_defined(
    gateway: Gateway,
) -> None:
    assert await gateway.tell(told("LP0000000000T01", MaLoi="24")) == UNKNOWN
    assert await emitted(gateway.database) == []


async def test_given_an_attempt_when_another_currency_comes_then_it_is_kept_and_not_booked(
    gateway: Gateway, reference: str
) -> None:
    answer = await gateway.tell(told(reference, MaTienTe="USD"))

    assert answer == UNREADABLE
    assert await gateway.column("SELECT reason_code FROM kept_callback") == ["npsp-other-currency"]
    assert await gateway.column("SELECT count(*) FROM money") == [0]
    assert await status_of(gateway) is payables.Status.OPEN


async def test_given_an_attempt_when_money_for_another_partner_comes_then_it_settles_nothing(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference, MaDoiTac="DOITAC02"))

    assert await kinds(gateway) == [UnmatchedKind.WRONG_PAYEE]
    assert await status_of(gateway) is payables.Status.OPEN
    await invariants(gateway)


async def test_given_a_success_when_a_late_failure_comes_then_nothing_changes(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference))

    answer = await gateway.tell(told(reference, MaLoi="99"))

    assert answer == ACCEPTED
    assert await emitted(gateway.database) == PAID
    assert await gateway.column("SELECT status FROM attempt") == ["succeeded"]


async def test_given_a_failure_when_late_good_news_comes_then_it_settles(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference, MaLoi="99"))

    await gateway.tell(told(reference))

    outcomes = [e.data.outcome.value for e in await facts(gateway.database, PaymentAttemptEnded)]
    assert outcomes == ["failed", "succeeded"]
    assert await status_of(gateway) is payables.Status.SETTLED


async def test_given_a_superseded_attempt_when_its_money_comes_then_it_counts(
    gateway: Gateway, payable: Payable
) -> None:
    old = await given_an_attempt(gateway.database, payable)
    new = await given_an_attempt(gateway.database, payable, supersedes=old)

    await gateway.tell(told(old.reference))

    async with gateway.database.transaction() as session:
        paid = await look.read_paid(session, old.id)
        other = await look.read_paid(session, new.id)
    assert (paid.settled_it, other.settled_it) == (True, False)
    assert await status_of(gateway) is payables.Status.SETTLED
    await invariants(gateway)


async def test_given_a_settled_payable_when_a_second_success_comes_then_one_refund_is_proposed(
    gateway: Gateway, payable: Payable
) -> None:
    old = await given_an_attempt(gateway.database, payable)
    new = await given_an_attempt(gateway.database, payable, supersedes=old)
    await gateway.tell(told(old.reference))
    second = told(new.reference, MaGiaoDich="GD000000002")

    answers = await asyncio.gather(*[gateway.tell(second) for _ in range(5)])

    (refund,) = await facts(gateway.database, RefundProposed)
    assert set(answers) == {ACCEPTED}
    assert (refund.data.amount_vnd, refund.data.reason_code.value) == (135_000, "duplicate")
    assert (await emitted(gateway.database)).count(SETTLED) == 1
    await invariants(gateway)


async def test_given_two_attempts_when_both_monies_come_at_once_then_one_settles_one_goes_back(
    gateway: Gateway, payable: Payable
) -> None:
    old = await given_an_attempt(gateway.database, payable)
    new = await given_an_attempt(gateway.database, payable, supersedes=old)

    await asyncio.gather(
        gateway.tell(told(old.reference, MaGiaoDich="GD1")),
        gateway.tell(told(new.reference, MaGiaoDich="GD2")),
    )

    assert await kinds(gateway) == [UnmatchedKind.DUPLICATE]
    assert (await emitted(gateway.database)).count(SETTLED) == 1
    assert sorted(await gateway.column("SELECT status FROM attempt")) == ["succeeded", "succeeded"]
    await invariants(gateway)


async def test_given_a_known_transaction_when_it_comes_with_another_amount_then_a_person_is_told(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference))

    await gateway.tell(told(reference, SoTien="999000"))

    assert await gateway.column("SELECT reason_code FROM kept_callback") == ["repeat-differs"]
    assert await gateway.column("SELECT amount_vnd FROM money") == [135_000]


async def test_given_a_body_that_is_too_large_when_it_comes_then_it_is_refused(
    gateway: Gateway,
) -> None:
    answer = await gateway.client.post("/ipn/npsp", content=b"x" * 70_000)

    assert answer.status_code == 413


async def test_given_the_ledger_when_a_booking_does_not_sum_to_zero_then_it_cannot_commit(
    gateway: Gateway, reference: str
) -> None:
    await gateway.tell(told(reference))
    one_sided = """INSERT INTO ledger_entry
      SELECT id, 'suspense/over', 1 FROM ledger_transaction"""

    with pytest.raises(DBAPIError, match="does not sum to zero"):
        async with gateway.database.transaction() as session:
            await session.execute(text(one_sided))
    with pytest.raises(DBAPIError, match="only ever inserted"):
        async with gateway.database.transaction() as session:
            await session.execute(text("UPDATE ledger_entry SET amount_vnd = amount_vnd * 2"))


def test_given_the_live_states_when_they_are_listed_then_they_are_the_ones_of_the_index() -> None:
    assert [state.value for state in attempts.LIVE] == ["created", "redirected", "unknown"]
    assert [state.value for state in payables.TAKES_MONEY] == ["open", "on_hold"]
