"""The Kafka door: what lephi.fee says opens, amends and closes payables."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain.payables import Assessment, close_reason
from payment_gateway.domain.refunds import refund_reason
from payment_gateway.use_cases import closing, opening
from payment_gateway.use_cases.closing import Ending
from payment_gateway.use_cases.opening import Heard
from shared.clock import utc_now
from shared.contracts.envelope import Envelope
from shared.contracts.fee import FeeAssessed, FeeExempted, FeeWithdrawn
from shared.contracts.payment import CloseReason
from shared.subscriptions import on, on_batch


async def open_payables(session: AsyncSession, events: Sequence[Envelope[FeeAssessed]]) -> None:
    """Open or amend one payable per dossier, a whole poll at once."""
    heard = [Heard(_assessment(event.data), event.cause) for event in events]
    await opening.open_payables(session, heard, now=utc_now())


async def close_payable(session: AsyncSession, event: Envelope[FeeWithdrawn]) -> None:
    """Close the dossier's payable: its assessment ended."""
    fact = event.data
    superseded = fact.superseded_by is not None
    ending = Ending(
        fact.dossier_code,
        fact.version,
        close_reason(fact.reason),
        superseded,
        refund_reason(fact.reason),
    )
    await closing.close_payable(session, ending, cause=event.cause, now=utc_now())


async def close_exempted(session: AsyncSession, event: Envelope[FeeExempted]) -> None:
    """Close the dossier's payable: all its lines are exempt now."""
    ending = Ending(event.data.dossier_code, event.data.version, CloseReason.EXEMPTED)
    await closing.close_payable(session, ending, cause=event.cause, now=utc_now())


def _assessment(fact: FeeAssessed) -> Assessment:
    return Assessment(
        id=fact.assessment_id,
        version=fact.version,
        dossier_code=fact.dossier_code,
        context=fact.context,
        payee=fact.payee,
        lines=tuple(line for line in fact.lines if line.amount_vnd > 0),
        amount_vnd=fact.total_vnd,
    )


SUBSCRIPTIONS: Final = (
    on_batch(FeeAssessed, open_payables),
    on(FeeWithdrawn, close_payable),
    on(FeeExempted, close_exempted),
)
