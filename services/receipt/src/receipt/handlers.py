"""The Kafka door: settled payments and refunds, agencies, and the people of dossiers."""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from receipt.domain.issuing import Settled
from receipt.use_cases import issue, people, refunds, series
from receipt.use_cases.refunds import Refunded
from shared.clock import utc_now
from shared.contracts.dossier import AgencyPublished, PartyRedacted
from shared.contracts.envelope import Envelope
from shared.contracts.money import RefundSettled
from shared.contracts.party import TOPIC as PARTY
from shared.contracts.party import PartyStated
from shared.contracts.payment import PaymentSettled
from shared.subscriptions import (
    Message,
    Subscription,
    UnreadableMessageError,
    on,
    on_batch,
    on_messages,
    read_envelope,
)


async def issue_receipts(
    session: AsyncSession, events: Sequence[Envelope[PaymentSettled]], *, receipt_url: str
) -> None:
    """Give the numbers of a whole poll at once; what was numbered before gets none."""
    settled = [Settled(event.data, event.cause, event.agency) for event in events]
    await issue.issue_receipts(session, settled, clock=utc_now, receipt_url=receipt_url)


async def mark_refund(session: AsyncSession, event: Envelope[RefundSettled]) -> None:
    """Set the mark đã hoàn beside the receipts of a fee that went back."""
    told = Refunded(event.data, event.cause, event.agency, event.time)
    await refunds.mark_refund(session, told, now=utc_now())


async def publish_agency(session: AsyncSession, event: Envelope[AgencyPublished]) -> None:
    """Open an agency's series of numbers."""
    await series.publish_agency(
        session, event.data, sequence=event.sequence, cause=event.cause, now=utc_now()
    )


async def redact_party(session: AsyncSession, event: Envelope[PartyRedacted]) -> None:
    """Forget people who are to be forgotten."""
    fact = event.data
    await people.forget_party(session, fact.dossier_code, by=fact.by, now=utc_now())


async def hear_party(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Take in a statement, or the tombstone that ends all statements of its key."""
    for message in messages:
        if message.value is not None:
            event = read_envelope(PartyStated, message)
            await people.know_party(session, event.data, sequence=event.sequence, now=utc_now())
        elif message.key is not None:
            await people.forget_party(session, message.key, by="tombstone", now=utc_now())
        else:
            raise UnreadableMessageError("a tombstone without a key")


def subscriptions(receipt_url: str) -> tuple[Subscription, ...]:
    """Return what receipt hears; ``receipt_url`` begins the check addresses it prints."""
    return (
        on_batch(PaymentSettled, partial(issue_receipts, receipt_url=receipt_url)),
        on(RefundSettled, mark_refund),
        on(AgencyPublished, publish_agency),
        on(PartyRedacted, redact_party),
        on_messages(PARTY, hear_party, single=True),
    )
