"""The Kafka door: the province's messages in, our own facts out to the province."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.adapters.province import callback, facts
from dossier.adapters.province.callback import Refusal, RefusedError
from dossier.domain.dossier import DossierClosedError
from dossier.domain.partner import PartnerDay, UnknownFactError
from dossier.use_cases import partner, receive, redact
from dossier.use_cases.partner import Retold
from shared import parked
from shared.clock import utc_now
from shared.contracts.dossier import SOURCE, TOPIC
from shared.contracts.envelope import Cause, Envelope
from shared.contracts.fee import FeeExempted
from shared.contracts.messaging import MessageParked
from shared.contracts.payment import PaymentAmended, PaymentRequested, PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued
from shared.errors import DomainError, Kind
from shared.kafka.messages import as_record
from shared.outbox import Emission, emit_all
from shared.subscriptions import Message, Subscription, on, on_messages

CONSUMER: Final = "dossier"
"""In whose name messages are parked."""


class StillRefusedError(DomainError):
    """A refused message was tried again and is as wrong as before; it stays parked."""

    kind = Kind.INVALID
    code = "still-refused"
    title = "Tin vẫn chưa đúng"


async def hear_province(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Take over what the province states; what is wrong is refused, parked and answered.

    A refused message does not hold up later ones of its dossier: each brings the whole dossier,
    and the correction is the next message.
    """
    for message in messages:
        now = utc_now()
        try:
            await _take(session, message, now=now)
        except RefusedError as error:
            await _refuse(session, message, error.refusal, now=now)


async def hear_answers(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Take the province's acknowledgements; what cannot be matched is parked."""
    for message in messages:
        now = utc_now()
        try:
            fact_id, answer = callback.read_acknowledgement(message.value)
            await partner.take_answer(session, fact_id, answer, cause=_cause(message), now=now)
        except RefusedError as error:
            await _park(session, message, error.refusal, now=now)
        except UnknownFactError as error:
            refusal = callback.refusal_of(message.value, error.code, "MaSuKien")
            await _park(session, message, refusal, now=now)


async def _take(session: AsyncSession, message: Message, *, now: datetime) -> None:
    stated = callback.read_dossier_message(message.value, sent_at=message.timestamp)
    if isinstance(stated, PartnerDay):
        await partner.store_day(session, stated, now=now)
        return
    try:
        await receive.receive_dossier(
            session, stated.message, stated.party, cause=_cause(message), now=now
        )
    except DossierClosedError as error:
        refusal = callback.refusal_of(message.value, error.code, "TrangThaiHoSo")
        raise RefusedError(refusal) from error


async def _refuse(
    session: AsyncSession, message: Message, refusal: Refusal, *, now: datetime
) -> None:
    await _park(session, message, refusal, now=now)
    retold = Retold(facts.refused(refusal), refusal.dossier_code, refusal.agency_code)
    await partner.tell_province(session, retold, cause=_cause(message), now=now)


async def _park(
    session: AsyncSession, message: Message, refusal: Refusal, *, now: datetime
) -> None:
    """Keep the message, with its reason, in the transaction of what answers it."""
    record = as_record(message)
    if refusal.dossier_code != callback.UNKNOWN:
        record = replace(record, key=refusal.dossier_code)
    reason = parked.Reason(refusal.reason_code, refusal.detail, blocks=False)
    if not await parked.park(session, CONSUMER, record, reason, now=now):
        raise StillRefusedError(refusal.detail)
    await redact.forget_again(session, refusal.dossier_code, by=CONSUMER, now=now)
    said = MessageParked(
        consumer=CONSUMER,
        topic_name=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=refusal.dossier_code,
        reason_code=refusal.reason_code,
    )
    emission = Emission(said, _cause(message), refusal.agency_code, topic=TOPIC, source=SOURCE)
    await emit_all(session, [emission], now=now)


def _cause(message: Message) -> Cause:
    """Return the cause of what a stranger's message makes happen: a journey begins with it."""
    return Cause(correlation_id=message.event_id, causation_id=message.event_id)


async def tell_exempted(session: AsyncSession, event: Envelope[FeeExempted]) -> None:
    """Tell the province that nothing is due."""
    fee = event.data
    retold = Retold(facts.exempted(fee.dossier_code, fee.lines), fee.dossier_code, event.agency)
    await partner.tell_province(session, retold, cause=event.cause, now=utc_now())


async def tell_paid(session: AsyncSession, event: Envelope[PaymentSettled]) -> None:
    """Tell the province that the dossier is paid."""
    payment = event.data
    retold = Retold(
        facts.paid(payment), payment.dossier_code, event.agency, amount_vnd=payment.amount_vnd
    )
    await partner.tell_province(session, retold, cause=event.cause, now=utc_now())


async def keep_receipt(session: AsyncSession, event: Envelope[ReceiptIssued]) -> None:
    """Keep the receipt's printed facts until its file is ready."""
    await partner.remember_receipt(session, event.data)


async def tell_receipt(session: AsyncSession, event: Envelope[ReceiptFileReady]) -> None:
    """Tell the province that a receipt and its file exist."""
    kept = await partner.issued_receipt(session, event.data.receipt_id)
    fact = facts.receipt_ready(kept, pdf_sha256=event.data.pdf_sha256)
    retold = Retold(fact, event.data.dossier_code, event.agency, amount_vnd=kept.total_vnd)
    await partner.tell_province(session, retold, cause=event.cause, now=utc_now())


def subscriptions(public_url: str) -> tuple[Subscription, ...]:
    """Return what dossier hears; links to pages begin with ``public_url``."""

    async def tell_due(
        session: AsyncSession, event: Envelope[PaymentRequested] | Envelope[PaymentAmended]
    ) -> None:
        payment = event.data
        fact = facts.fee_due(
            payment.dossier_code,
            payment.lines,
            amount_vnd=payment.amount_vnd,
            public_url=public_url,
        )
        retold = Retold(fact, payment.dossier_code, event.agency, amount_vnd=payment.amount_vnd)
        await partner.tell_province(session, retold, cause=event.cause, now=utc_now())

    return (
        on_messages("tthc.dossier", hear_province),
        on_messages("tthc.ack", hear_answers),
        on(FeeExempted, tell_exempted),
        on(PaymentRequested, tell_due),
        on(PaymentAmended, tell_due),
        on(PaymentSettled, tell_paid),
        on(ReceiptIssued, keep_receipt),
        on(ReceiptFileReady, tell_receipt),
    )
