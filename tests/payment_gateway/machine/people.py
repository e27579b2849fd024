"""Staff in a play: they ask, a second person decides, an accountant pays by hand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.repository import payables as payable_rows
from payment_gateway.use_cases import (
    deciding,
    matching,
    refund_sending,
    refunding,
    reversal,
)
from payment_gateway.use_cases.refunding import LegalRefund
from shared.approvals import ApprovalTrigger, Decision
from shared.contracts.money import CaseOutcome, RefundReason
from shared.contracts.parts import PaymentChannel
from shared.db.database import Database
from shared.errors import DomainError
from tests.payment_gateway.machine import drawer
from tests.payment_gateway.refunding import ACCOUNTANT, SUPERVISOR, by

Order = Mapping[str, Any]

_REQUEST: Final = """SELECT id FROM approval WHERE subject = :subject AND act = :act
 ORDER BY requested_at DESC LIMIT 1"""


async def act(database: Database, order: Order) -> str | None:
    """Do what staff decided on; return the code by which it was refused, None if it was done."""
    try:
        async with database.transaction() as session:
            await _ACTS[order["act"]](session, order)
    except DomainError as refused:
        return refused.code
    return None


async def _ask_refund(session: AsyncSession, order: Order) -> None:
    refund = UUID(order["refund"])
    await refunding.ask_for_decision(session, refund, reason="Trả lại", acting=by(ACCOUNTANT))


async def _decide_refund(session: AsyncSession, order: Order) -> None:
    request = await _request(session, order["refund"], refunding.ACT)
    if request is not None:
        refund, decision = UUID(order["refund"]), _decision(refunding.ACT, order)
        who = ACCOUNTANT if order["trigger"] == "withdraw" else SUPERVISOR
        await refunding.decide(session, refund, request, decision, acting=by(who))


async def _legal(session: AsyncSession, order: Order) -> None:
    payable = await payable_rows.read_payable(session, UUID(order["payable"]))
    if payable is not None:
        amounts = {line.line_id: line.amount_vnd // order["part"] for line in payable.lines}
        wanted = LegalRefund(payable.id, amounts, RefundReason.WITHDRAWN, "Rút hồ sơ")
        await refunding.propose_legal(session, wanted, acting=by(ACCOUNTANT))


async def _surplus(session: AsyncSession, order: Order) -> None:
    money = UUID(order["money"])
    await refunding.propose_surplus(session, money, reason="Trả lại", acting=by(ACCOUNTANT))


async def _by_hand(session: AsyncSession, order: Order) -> None:
    refund, reference = UUID(order["refund"]), f"CK{order['refund'][-12:]}"
    await refund_sending.pay_by_hand(session, refund, reference=reference, acting=by(ACCOUNTANT))


async def _send_again(session: AsyncSession, order: Order) -> None:
    await refund_sending.send_again(session, UUID(order["refund"]), acting=by(ACCOUNTANT))


async def _ask_match(session: AsyncSession, order: Order) -> None:
    money, code = UUID(order["money"]), order["code"]
    await matching.ask(session, money, code, "Đúng hồ sơ này", acting=by(ACCOUNTANT))


async def _decide_match(session: AsyncSession, order: Order) -> None:
    request = await _request(session, order["money"], matching.ACT)
    if request is not None:
        decision = _decision(matching.ACT, order)
        who = ACCOUNTANT if order["trigger"] == "withdraw" else SUPERVISOR
        await matching.decide(session, request, decision, acting=by(who))


async def _ask_case(session: AsyncSession, order: Order) -> None:
    case, outcome = UUID(order["case"]), CaseOutcome(order["outcome"])
    await deciding.ask(session, case, outcome, "Theo quyết định", acting=by(ACCOUNTANT))


async def _decide_case(session: AsyncSession, order: Order) -> None:
    request = await _request(session, order["case"], deciding.ACT)
    if request is not None:
        who = ACCOUNTANT if order["trigger"] == "withdraw" else SUPERVISOR
        await deciding.decide(session, request, _decision(deciding.ACT, order), acting=by(who))


async def _reverse(session: AsyncSession, order: Order) -> None:
    channel, reference = PaymentChannel(order["channel"]), order["reference"]
    await reversal.report(session, channel, reference, "Bank đảo", acting=by(ACCOUNTANT))


async def _request(session: AsyncSession, subject: str, act: str) -> UUID | None:
    found = await session.scalar(text(_REQUEST), {"subject": subject, "act": act})
    return None if found is None else UUID(str(found))


def _decision(act: str, order: Order) -> Decision:
    return Decision(act, ApprovalTrigger(order["trigger"]))


_ACTS: Final[Mapping[str, Callable[[AsyncSession, Order], Awaitable[None]]]] = {
    "ask_refund": _ask_refund,
    "decide_refund": _decide_refund,
    "legal": _legal,
    "surplus": _surplus,
    "by_hand": _by_hand,
    "send_again": _send_again,
    "ask_match": _ask_match,
    "decide_match": _decide_match,
    "ask_case": _ask_case,
    "decide_case": _decide_case,
    "reverse": _reverse,
    "open_till": drawer.open_till,
    "take_cash": drawer.take,
    "close_till": drawer.close,
    "hand_over": drawer.hand_over,
}
