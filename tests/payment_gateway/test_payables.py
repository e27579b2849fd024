"""Payables open, change and close as lephi.fee says; on real PostgreSQL."""

import pytest

from payment_gateway import handlers
from shared.contracts.fee import FeeExempted, FeeWithdrawn, WithdrawalReason
from shared.contracts.money import CaseKind, CaseOpened, RefundProposed
from shared.contracts.parts import Exemption, Explanation
from shared.contracts.payment import (
    CloseReason,
    MoneyUnmatched,
    PaymentAmended,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
)
from shared.ids import new_id
from tests.payment_gateway.builders import (
    CODE,
    CONTEXT,
    a_line,
    assessed,
    given_a_payable,
    given_an_attempt,
    hear_assessed,
    payable_of,
    told,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import an_envelope, emitted, facts

REQUESTED = PaymentRequested.type
AMENDED = PaymentAmended.type
CLOSED = PaymentClosed.type


def withdrawn(
    version: int = 2, reason: WithdrawalReason = WithdrawalReason.WITHDRAWN
) -> FeeWithdrawn:
    return FeeWithdrawn(dossier_code=CODE, assessment_id=new_id(), version=version, reason=reason)


async def hear_withdrawn(gateway: Gateway, fact: FeeWithdrawn) -> None:
    async with gateway.database.transaction() as session:
        await handlers.close_payable(session, an_envelope(fact))


async def test_given_an_assessment_when_it_is_heard_twice_then_one_payable_opens(
    gateway: Gateway,
) -> None:
    fact = assessed(112_000)

    await hear_assessed(gateway.database, fact, fact)
    await hear_assessed(gateway.database, fact)

    (event,) = await facts(gateway.database, PaymentRequested)
    assert await emitted(gateway.database) == [REQUESTED]
    assert (event.data.amount_vnd, event.agency, event.subject) == (112_000, "H34.10", CODE)
    assert event.data.reference.startswith("LP")


async def test_given_an_exempt_line_when_the_payable_opens_then_the_line_is_left_out(
    gateway: Gateway,
) -> None:
    exempt = a_line(amount_vnd=0).model_copy(
        update={
            "explanation_code": Explanation.EXEMPT,
            "exemption": Exemption(reason_code="nguoi_co_cong"),
        }
    )
    due = a_line(amount_vnd=8_000)

    await hear_assessed(gateway.database, assessed(8_000, lines=(exempt, due)))

    assert (await payable_of(gateway.database)).lines == (due,)


async def test_given_a_poll_of_many_when_it_is_heard_then_each_dossier_opens_once_in_order(
    gateway: Gateway,
) -> None:
    first = [assessed(10_000 + n, dossier_code=f"H34.10-261122-{n:04}") for n in range(200)]
    again = assessed(99_000, dossier_code="H34.10-261122-0003", version=2)

    await hear_assessed(gateway.database, *first, again)

    kinds = await emitted(gateway.database)
    changed = await payable_of(gateway.database, "H34.10-261122-0003")
    assert (kinds.count(REQUESTED), kinds.count(AMENDED)) == (200, 1)
    assert (changed.amount_vnd, changed.version) == (99_000, 2)


async def test_given_an_open_payable_when_it_is_assessed_anew_then_link_and_reference_live_on(
    gateway: Gateway,
) -> None:
    before = await given_a_payable(gateway.database, amount_vnd=135_000)

    await hear_assessed(gateway.database, assessed(90_000, version=2))
    await hear_assessed(gateway.database, assessed(80_000, version=1))

    after = await payable_of(gateway.database)
    assert (after.id, after.reference) == (before.id, before.reference)
    assert (after.amount_vnd, after.version) == (90_000, 2)
    assert await emitted(gateway.database) == [REQUESTED, AMENDED]


async def test_given_an_open_payable_when_it_is_withdrawn_then_it_closes_and_a_later_one_opens_anew(
    gateway: Gateway,
) -> None:
    before = await given_a_payable(gateway.database)

    await hear_withdrawn(gateway, withdrawn(2, WithdrawalReason.PAID_ELSEWHERE))
    await hear_withdrawn(gateway, withdrawn(2))
    await hear_assessed(gateway.database, assessed(version=1))
    await hear_assessed(gateway.database, assessed(version=3))

    after = await payable_of(gateway.database)
    (closed,) = await facts(gateway.database, PaymentClosed)
    assert closed.data.reason is CloseReason.PAID_ELSEWHERE
    assert (after.supplement_no, after.takes_money) == (1, True)
    assert after.id != before.id
    assert await emitted(gateway.database) == [REQUESTED, CLOSED, REQUESTED]


async def test_given_an_open_payable_when_all_is_exempted_then_it_closes(gateway: Gateway) -> None:
    await given_a_payable(gateway.database)
    fact = FeeExempted(
        dossier_code=CODE, assessment_id=new_id(), version=2, context=CONTEXT, lines=()
    )

    async with gateway.database.transaction() as session:
        await handlers.close_exempted(session, an_envelope(fact))

    (closed,) = await facts(gateway.database, PaymentClosed)
    assert closed.data.reason is CloseReason.EXEMPTED


@pytest.mark.parametrize(
    ("amount_vnd", "kind"), [(150_000, CaseKind.ASSESSED_MORE), (100_000, CaseKind.ASSESSED_LESS)]
)
async def test_given_a_paid_payable_when_it_is_assessed_anew_then_a_person_decides(
    gateway: Gateway, amount_vnd: int, kind: CaseKind
) -> None:
    await given_paid(gateway)

    await hear_assessed(gateway.database, assessed(amount_vnd, version=2))
    await hear_assessed(gateway.database, assessed(amount_vnd, version=2))

    (case,) = await facts(gateway.database, CaseOpened)
    assert (case.data.kind, case.data.difference_vnd) == (kind, amount_vnd - 135_000)
    assert (await payable_of(gateway.database)).is_paid


async def test_given_a_paid_payable_when_its_dossier_is_withdrawn_then_a_person_decides(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)

    await hear_withdrawn(gateway, withdrawn())

    (case,) = await facts(gateway.database, CaseOpened)
    assert (case.data.kind, case.data.difference_vnd) == (CaseKind.WITHDRAWN_PAID, -135_000)
    assert (await payable_of(gateway.database)).is_paid


async def test_given_money_that_came_short_when_the_amount_falls_to_it_then_it_settles(
    gateway: Gateway,
) -> None:
    await given_short(gateway, 100_000)

    await hear_assessed(gateway.database, assessed(90_000, version=2))

    (settled,) = await facts(gateway.database, PaymentSettled)
    (refund,) = await facts(gateway.database, RefundProposed)
    money = settled.data.monies[0]
    assert (settled.data.amount_vnd, money.amount_vnd, money.applied_vnd) == (
        90_000,
        100_000,
        90_000,
    )
    assert refund.data.amount_vnd == 10_000
    assert await gateway.column("SELECT sum(amount_vnd) FROM ledger_entry") == [0]
    assert await balance(gateway, "payable/H34.10/phi") == -40_000
    assert await balance(gateway, "suspense/short") == 0
    assert await balance(gateway, "suspense/over") == -10_000


async def test_given_money_that_came_short_when_the_dossier_is_withdrawn_then_it_is_to_go_back(
    gateway: Gateway,
) -> None:
    await given_short(gateway, 100_000)

    await hear_withdrawn(gateway, withdrawn())

    (refund,) = await facts(gateway.database, RefundProposed)
    kinds = [event.data.kind.value for event in await facts(gateway.database, MoneyUnmatched)]
    assert (refund.data.amount_vnd, refund.data.reason_code.value) == (100_000, "late")
    assert kinds == ["short", "late"]
    assert await balance(gateway, "suspense/short") == 0
    assert await balance(gateway, "suspense/late") == -100_000


async def given_paid(gateway: Gateway) -> None:
    attempt = await given_an_attempt(gateway.database, await given_a_payable(gateway.database))
    assert await gateway.tell(told(attempt.reference)) == "00"


async def given_short(gateway: Gateway, amount_vnd: int) -> None:
    attempt = await given_an_attempt(gateway.database, await given_a_payable(gateway.database))
    assert await gateway.tell(told(attempt.reference, SoTien=str(amount_vnd))) == "00"


async def balance(gateway: Gateway, account: str) -> int:
    statement = "SELECT coalesce(sum(amount_vnd), 0)::bigint FROM ledger_entry WHERE account = "
    return int((await gateway.column(f"{statement}'{account}'"))[0])
