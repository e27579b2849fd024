"""People who ask for refunds and decide on them, and what came of it; for tests."""

from collections.abc import Sequence
from uuid import UUID

from payment_gateway.domain.channels import REFUNDS_BY_CALL
from payment_gateway.domain.refunds import Refund
from payment_gateway.repository import refunds as refund_rows
from payment_gateway.use_cases import refund_sending, refunding
from payment_gateway.use_cases.refunding import ACT, Acting, LegalRefund
from shared.approvals import (
    ApprovalTrigger,
    Decision,
    Person,
)
from shared.clock import utc_now
from shared.contracts.envelope import Event
from shared.contracts.money import (
    RefundReason,
)
from tests.payment_gateway.both_sides import BothSides, Paying
from tests.payment_gateway.builders import payable_of
from tests.support.facts import a_cause, facts

ACCOUNTANT = Person("ketoan", "Kế toán", frozenset({"H34.10"}))
SUPERVISOR = Person("lanhdao", "Lãnh đạo", frozenset({"H34.10"}))
STRANGER = Person("khac", "Người khác", frozenset({"H34.22"}))
CALLED = sorted(channel.value for channel in REFUNDS_BY_CALL)
ALWAYS_EMPTY = (
    "SELECT transaction_id FROM ledger_entry GROUP BY 1 HAVING sum(amount_vnd) <> 0",
    "SELECT id FROM money WHERE applied_vnd + unmatched_vnd + refunded_vnd <> amount_vnd",
)
"""I2 and I3 of reliability.md: bookings sum to zero, and money to its parts."""


def by(person: Person) -> Acting:
    return Acting(person, a_cause(), utc_now())


async def given_paid(both: BothSides, channel: str) -> Paying:
    paying = await both.begin(channel)
    await both.tap(paying)
    return paying


async def given_paid_twice(both: BothSides, channel: str) -> tuple[Paying, UUID]:
    """Pay by two attempts; return the refund that the rule proposed."""
    first = await both.begin(channel)
    second = await both.begin(channel, code=first.code)
    await both.tap(second)
    await both.tap(first)
    (refund_id,) = await both.gateway.run(
        "SELECT r.id FROM refund r JOIN payable p ON p.id = r.payable_id"
        " WHERE p.dossier_code = :code",
        code=first.code,
    )
    return first, refund_id


async def ask(both: BothSides, refund_id: UUID, *, person: Person = ACCOUNTANT) -> None:
    async with both.gateway.database.transaction() as session:
        await refunding.ask_for_decision(
            session, refund_id, reason="Nộp hai lần", acting=by(person)
        )


async def request_of(both: BothSides, refund_id: UUID) -> UUID:
    wanted = "SELECT id FROM approval WHERE subject = :subject ORDER BY requested_at DESC LIMIT 1"
    (found,) = await both.gateway.run(wanted, subject=str(refund_id))
    return UUID(str(found))


async def decide(
    both: BothSides,
    refund_id: UUID,
    trigger: ApprovalTrigger = ApprovalTrigger.APPROVE,
    *,
    person: Person = SUPERVISOR,
) -> None:
    approval = await request_of(both, refund_id)
    decision = Decision(ACT, trigger)
    async with both.gateway.database.transaction() as session:
        await refunding.decide(session, refund_id, approval, decision, acting=by(person))


async def propose_legal(
    both: BothSides,
    paying: Paying,
    amounts: Sequence[int],
    *,
    reason: RefundReason = RefundReason.WITHDRAWN,
) -> list[UUID]:
    """Ask for the lines of a payable, in their order."""
    payable = await payable_of(both.gateway.database, paying.code)
    by_line = {line.line_id: amount for line, amount in zip(payable.lines, amounts, strict=True)}
    wanted = LegalRefund(payable.id, by_line, reason, "Công dân rút hồ sơ")
    async with both.gateway.database.transaction() as session:
        return list(await refunding.propose_legal(session, wanted, acting=by(ACCOUNTANT)))


async def refund_of(both: BothSides, refund_id: UUID) -> Refund:
    async with both.gateway.database.transaction() as session:
        found = await refund_rows.find_refund(session, refund_id)
    assert found is not None
    return found[0]


async def pay(both: BothSides) -> None:
    """Let the job do what is due, and what waits for its schedule."""
    await both.gateway.run("UPDATE refund SET due_at = now() WHERE due_at IS NOT NULL")
    await both.gateway.work(refund_sending.PAY)


async def said(both: BothSides, event: type[Event], refund_id: UUID) -> list[Event]:
    found = await facts(both.gateway.database, event)
    return [each.data for each in found if getattr(each.data, "refund_id", None) == refund_id]


async def given_back(both: BothSides, paying: Paying) -> list[int]:
    """Return what the bank gave back of a dossier's payments."""
    wanted = """SELECT r.amount_vnd FROM refund r JOIN payment p ON p.id = r.payment_id
      WHERE r.status = 'paid_back' AND p.reference LIKE :reference ORDER BY r.ordinal"""
    return await both.bank.run(wanted, reference=f"%{paying.reference}T%")


async def balances(both: BothSides, paying: Paying) -> dict[str, int]:
    rows = await both.gateway.run(
        "SELECT account || ' ' || sum(amount_vnd) FROM ledger_entry e"
        " JOIN ledger_transaction t ON t.id = e.transaction_id JOIN outbox o ON o.id = t.event_id"
        " WHERE o.aggregateid = :code GROUP BY account HAVING sum(amount_vnd) <> 0",
        code=paying.code,
    )
    return {account: int(amount) for account, amount in (row.split(" ") for row in rows)}
