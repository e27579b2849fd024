"""The Kafka door: what notifier hears of receipts, refunds, and the people they are for."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from notifier.domain import ErrorNotice, ReceiptNotice, RefundNotice
from notifier.use_cases import queue
from notifier.use_cases.queue import Stated, Told
from shared.clock import utc_now
from shared.contracts.dossier import PartyRedacted
from shared.contracts.envelope import Envelope
from shared.contracts.money import RefundSettled
from shared.contracts.party import TOPIC as PARTY_TOPIC
from shared.contracts.party import PartyStated
from shared.contracts.receipt import ReceiptErrorNoticed, ReceiptFileReady, ReceiptIssued
from shared.subscriptions import Message, Subscription, on, on_messages, read_envelope


async def tell_of_receipt(session: AsyncSession, event: Envelope[ReceiptIssued]) -> None:
    """Make the message about a new receipt."""
    fact = event.data
    notice = ReceiptNotice(
        receipt_id=fact.receipt_id,
        kind=fact.kind,
        procedure_name=fact.context.procedure_name,
        agency_name=fact.issuer.name,
        agency_phone=fact.issuer.phone,
        form_symbol=fact.form_symbol,
        serial_symbol=fact.serial_symbol,
        number=fact.number,
        total_vnd=fact.total_vnd,
        paid_at=fact.paid_at,
        check_url=fact.check_url,
        is_replacement=fact.replaces is not None,
    )
    told = Told(event.id, fact.dossier_code, event.agency, event.correlationid, event.time)
    await queue.queue_receipt(session, notice, told, now=utc_now())


async def tell_of_refund(session: AsyncSession, event: Envelope[RefundSettled]) -> None:
    """Make the message about money that went back; money of no dossier has nobody to tell."""
    fact = event.data
    if fact.dossier_code is None or fact.context is None or fact.payee is None:
        return
    notice = RefundNotice(
        refund_id=fact.refund_id,
        amount_vnd=fact.amount_vnd,
        reason_code=fact.reason_code,
        channel=fact.channel,
        channel_reference=fact.channel_reference,
        procedure_name=fact.context.procedure_name,
        agency_name=fact.payee.name,
        agency_phone=fact.payee.phone,
        settled_at=event.time,
    )
    told = Told(event.id, fact.dossier_code, event.agency, event.correlationid, event.time)
    await queue.queue_refund(session, notice, told, now=utc_now())


async def tell_of_error(session: AsyncSession, event: Envelope[ReceiptErrorNoticed]) -> None:
    """Make the message that sends a payer to the notice of error beside their receipt."""
    notice = _error_notice(event.data)
    if notice is not None:
        fact = event.data
        told = Told(event.id, fact.dossier_code, event.agency, event.correlationid, event.time)
        await queue.queue_error(session, notice, told, now=utc_now())


def _error_notice(fact: ReceiptErrorNoticed) -> ErrorNotice | None:
    """Return what is told; None for a fact of before these fields were said."""
    printed = (fact.form_symbol, fact.serial_symbol, fact.number)
    if fact.context is None or fact.issuer is None or fact.kind is None:
        return None
    if fact.notice_number is None or fact.noticed_on is None or None in printed:
        return None
    return ErrorNotice(
        notice_id=fact.notice_id,
        receipt_id=fact.receipt_id,
        notice_number=fact.notice_number,
        noticed_on=fact.noticed_on,
        fields=fact.fields,
        kind=fact.kind,
        procedure_name=fact.context.procedure_name,
        agency_name=fact.issuer.name,
        agency_phone=fact.issuer.phone,
        form_symbol=fact.form_symbol or "",
        serial_symbol=fact.serial_symbol or "",
        number=fact.number or 0,
    )


async def let_go(session: AsyncSession, event: Envelope[ReceiptFileReady]) -> None:
    """Send the link now that it opens a file."""
    await queue.file_ready(session, event.data.receipt_id, now=utc_now())


async def redact_party(session: AsyncSession, event: Envelope[PartyRedacted]) -> None:
    """Forget where the person can be reached."""
    fact = event.data
    await queue.forget_party(session, fact.dossier_code, redacted_at=fact.redacted_at, by=fact.by)


async def hear_party(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Keep the payer's address, or forget it: a tombstone has no body."""
    for message in messages:
        if message.value is None:
            await queue.forget_party(
                session, message.key or "", redacted_at=message.timestamp, by="tombstone"
            )
            continue
        event = read_envelope(PartyStated, message)
        stated = Stated(event.data.dossier_code, event.data.payer.email, event.sequence)
        await queue.hear_party(session, stated, now=utc_now())


SUBSCRIPTIONS: Final[tuple[Subscription, ...]] = (
    on(ReceiptIssued, tell_of_receipt),
    on(ReceiptFileReady, let_go),
    on(RefundSettled, tell_of_refund),
    on(ReceiptErrorNoticed, tell_of_error),
    on(PartyRedacted, redact_party),
    on_messages(PARTY_TOPIC, hear_party, single=True),
)
