"""Replace a receipt (biên lai thay thế): one asks, a second person approves, it is issued.

The new one has the next number of the series that is open then; the old one keeps its row, its
number and its file (TT 91/2026 Điều 20.2). Both facts are said in the transaction that does it.
"""

from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.corrections import Correctable
from receipt.domain.errors import NothingLeftError
from receipt.domain.payer import Payer
from receipt.domain.plans import payer_in, plan_of_replacement, successor_of
from receipt.repository import corrections as rows
from receipt.use_cases.acting import Acting, correctable
from receipt.use_cases.issue import Clock, number_one
from receipt.use_cases.refunds import place_waiting
from shared import approvals
from shared.approvals import ApprovalState, Decision, Wanted
from shared.contracts.envelope import Cause
from shared.contracts.receipt import ReceiptReplaced, ReplacementReason
from shared.outbox import Emission, emit_all

ACT: Final = "receipt.replace"


async def ask(
    session: AsyncSession,
    receipt_id: UUID,
    wanted: tuple[Payer, ReplacementReason],
    reason: str,
    *,
    acting: Acting,
) -> UUID:
    """Ask for a replacement; return the request that a second person decides on.

    Raises NothingLeftError where all of the fee went back.
    """
    receipt = await _replaceable(session, receipt_id, acting)
    payer, reason_code = wanted
    plan = plan_of_replacement(receipt, payer, reason_code)
    request = Wanted(
        act=ACT, subject=str(receipt_id), plan=plan, reason=reason,
        agency_code=receipt.collector_code,
    )  # fmt: skip
    return (await approvals.request(session, request, by=acting.by, now=acting.now)).id


async def decide(
    session: AsyncSession,
    approval_id: UUID,
    decision: Decision,
    *,
    acting: Acting,
    issuing: tuple[Clock, str],
) -> UUID | None:
    """End a request; an approval issues the new receipt in this transaction. Return its id.

    ``issuing`` is the clock, read under the series' lock, and how printed check addresses begin.
    """
    row = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if row.state != ApprovalState.APPROVED:
        return None
    receipt = await _replaceable(session, UUID(row.subject), acting)
    payer, reason_code = payer_in(row.plan), ReplacementReason(row.plan["reason_code"])
    approvals.check_plan(row, plan_of_replacement(receipt, payer, reason_code))

    due = successor_of(receipt, Cause(receipt.correlation_id, acting.cause.causation_id))
    clock, receipt_url = issuing
    new = await number_one(session, due, clock=clock, receipt_url=receipt_url)
    await rows.store_replacement(session, new.row, payer, replaces=receipt.fact.receipt_id)
    replaced = ReceiptReplaced(
        dossier_code=receipt.fact.dossier_code,
        receipt_id=receipt.fact.receipt_id,
        replaced_by=new.row.receipt_id,
        reason_code=reason_code,
        approved_by=acting.by.subject,
    )
    said = [*new.said, Emission(replaced, due.settled.cause, receipt.agency_code)]
    await emit_all(session, said, now=new.now)
    return new.row.receipt_id


async def _replaceable(session: AsyncSession, receipt_id: UUID, acting: Acting) -> Correctable:
    """Return the receipt, locked, with all that went back of it: a waiting mark is set first."""
    receipt = await correctable(session, receipt_id, acting=acting)
    if await place_waiting(session, receipt.fact.payment_id, now=acting.now):
        receipt = await correctable(session, receipt_id, acting=acting)
    if not receipt.remaining_vnd:
        raise NothingLeftError
    return receipt
