"""Close payables as lephi.fee says: nothing is due any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import ledger, payables
from payment_gateway.domain.payables import Payable
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.cases import About
from payment_gateway.repository.monies import Booking
from payment_gateway.use_cases.cases import Finding, paid_of, raise_finding
from payment_gateway.use_cases.held import give_up_held
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind, RefundReason
from shared.contracts.payment import CloseReason, PaymentClosed, UnmatchedKind
from shared.ids import new_id
from shared.outbox import Emission, emit_all

_CASES: Final = {
    CloseReason.WITHDRAWN: CaseKind.WITHDRAWN_PAID,
    CloseReason.EXEMPTED: CaseKind.ASSESSED_LESS,
    CloseReason.PAID_ELSEWHERE: CaseKind.ASSESSED_LESS,
}
"""What a person decides where nothing is due any more and somebody has paid."""


@dataclass(frozen=True)
class Ending:
    """lephi.fee says that a dossier owes nothing from this version on."""

    dossier_code: str
    version: int
    reason: CloseReason
    is_superseded: bool = False
    """Another assessment waits for what is missing: the dossier itself goes on."""
    refund_reason: RefundReason = RefundReason.ASSESSED_LESS
    """Why money would go back, as the law calls it."""


async def close_payable(
    session: AsyncSession, ending: Ending, *, cause: Cause, now: datetime
) -> None:
    """Close the dossier's open payable; one that was paid becomes a case for a person.

    A dossier that never had a payable, or an older version, changes nothing. One that was paid and
    whose new amount cannot be said yet waits for it: then the difference is known.
    """
    found = await payable_rows.lock_payables_of(session, [ending.dossier_code])
    known = found.get(ending.dossier_code, ())
    if not known or ending.version <= known[-1].version:
        return
    newest = known[-1]
    if payables.LIFECYCLE.allows(newest.status, payables.Trigger.CLOSE):
        await end_payable(session, newest, ending.reason, cause=cause, now=now)
    paid = await paid_of(session, known)
    if paid and not ending.is_superseded:
        left_vnd = sum(line.amount_vnd for each in paid for line in each.lines)
        about = About(ending.version, refund_reason=ending.refund_reason)
        finding = Finding(_CASES[ending.reason], -left_vnd, about) if left_vnd else None
        mine = [each.payable for each in paid]
        await raise_finding(session, mine, finding, cause=cause, now=now)
    await payable_rows.note_version(session, newest.id, ending.version)


async def end_payable(
    session: AsyncSession, payable: Payable, reason: CloseReason, *, cause: Cause, now: datetime
) -> None:
    """Close an open payable (locked); what was held for it goes back."""
    status = payables.LIFECYCLE.next(payable.status, payables.Trigger.CLOSE)
    given_up = await give_up_held(session, payable, cause=cause, now=now)
    await payable_rows.close_payable(session, payable.id, status, now=now)
    closed = PaymentClosed(dossier_code=payable.dossier_code, payment_id=payable.id, reason=reason)
    agency = payable.context.agency_code
    ids = await emit_all(session, [Emission(closed, cause, agency), *given_up], now=now)
    if payable.held_vnd:
        entries = ledger.entries_of_reclassified(
            UnmatchedKind.SHORT, UnmatchedKind.LATE, payable.held_vnd
        )
        await money_rows.book(
            session, Booking(new_id(), ids[0], entries, payable.payee.agency_code), now=now
        )
