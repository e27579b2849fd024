"""Close payables as lephi.fee says: nothing is due any more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import ledger, payables
from payment_gateway.domain.payables import Payable
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.monies import Booking
from payment_gateway.use_cases.cases import Finding, open_case
from payment_gateway.use_cases.held import give_up_held
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind
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


async def close_payable(
    session: AsyncSession, ending: Ending, *, cause: Cause, now: datetime
) -> None:
    """Close the dossier's open payable; one that was paid becomes a case for a person.

    A dossier that never had a payable, or an older version, changes nothing. One that was paid and
    whose new amount cannot be said yet waits for it: then the difference is known.
    """
    known = await payable_rows.lock_payables_of(session, [ending.dossier_code])
    newest = known[ending.dossier_code][-1] if known.get(ending.dossier_code) else None
    if newest is None or ending.version <= newest.version:
        return
    if payables.LIFECYCLE.allows(newest.status, payables.Trigger.CLOSE):
        await _close(session, newest, ending, cause=cause, now=now)
    elif newest.is_paid and not ending.is_superseded:
        kind = _CASES[ending.reason]
        finding = Finding(kind, ending.version, -newest.paid_vnd)
        await open_case(session, newest, finding, cause=cause, now=now)
    await payable_rows.note_version(session, newest.id, ending.version)


async def _close(
    session: AsyncSession, payable: Payable, ending: Ending, *, cause: Cause, now: datetime
) -> None:
    status = payables.LIFECYCLE.next(payable.status, payables.Trigger.CLOSE)
    given_up = await give_up_held(session, payable, cause=cause, now=now)
    await payable_rows.close_payable(session, payable.id, status, now=now)
    closed = PaymentClosed(
        dossier_code=payable.dossier_code, payment_id=payable.id, reason=ending.reason
    )
    agency = payable.context.agency_code
    ids = await emit_all(session, [Emission(closed, cause, agency), *given_up], now=now)
    if payable.held_vnd:
        entries = ledger.entries_of_reclassified(
            UnmatchedKind.SHORT, UnmatchedKind.LATE, payable.held_vnd
        )
        await money_rows.book(
            session, Booking(new_id(), ids[0], entries, payable.payee.agency_code), now=now
        )
