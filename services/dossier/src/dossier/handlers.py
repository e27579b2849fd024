"""The Kafka door: the province's messages in, our own facts out to the province.

Whole polls in one transaction each: a province sends its day in bursts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.adapters.province import callback, facts
from dossier.adapters.province.callback import Refusal, RefusedError, Stated
from dossier.domain.days import DayStatement
from dossier.domain.partner import UnknownFactError
from dossier.use_cases import days, partner, receive, redact
from dossier.use_cases.partner import Answered, Retold
from dossier.use_cases.receive import Statement
from shared import parked
from shared.clock import utc_now
from shared.contracts.dossier import SOURCE, TOPIC
from shared.contracts.envelope import Cause, Envelope
from shared.contracts.fee import FeeExempted
from shared.contracts.messaging import MessageParked
from shared.contracts.money import RefundSettled
from shared.contracts.payment import PaymentAmended, PaymentRequested, PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued, ReceiptReplaced
from shared.days import vietnam_day
from shared.errors import DomainError, Kind
from shared.kafka.messages import as_record
from shared.outbox import Emission, emit_all
from shared.subscriptions import Handler, Message, Subscription, on_batch, on_messages

CONSUMER: Final = "dossier"
"""In whose name messages are parked."""


class StillRefusedError(DomainError):
    """A refused message was tried again and is as wrong as before; it stays parked."""

    kind = Kind.INVALID
    code = "still-refused"
    title = "Tin vẫn chưa đúng"


def hear_province(*, grace: timedelta) -> Handler:
    """Return what takes over what the province states; days are compared after ``grace``.

    What is wrong is refused, parked and answered. A refused message does not hold up later ones
    of its dossier: each brings the whole dossier, and the correction is the next message.
    """

    async def hear(session: AsyncSession, messages: Sequence[Message]) -> None:
        now = utc_now()
        by_event = {message.event_id: message for message in messages}
        statements: list[Statement] = []
        for message in messages:
            try:
                stated = callback.read_dossier_message(
                    message.value, sent_at=message.timestamp, key=message.key
                )
            except RefusedError as error:
                await _refuse(session, message, error.refusal, now=now)
                continue
            if isinstance(stated, DayStatement):
                await days.store_statement(session, stated, now=now, grace=grace)
            else:
                statements.append(_statement(stated, message))
        await _receive(session, statements, by_event, now=now)

    return hear


async def _receive(
    session: AsyncSession,
    statements: Sequence[Statement],
    by_event: Mapping[UUID, Message],
    *,
    now: datetime,
) -> None:
    for closed in await receive.receive_dossiers(session, statements, now=now):
        message = by_event[closed.statement.cause.causation_id]
        refusal = callback.refusal_of(message.value, closed.error.code, "TrangThaiHoSo")
        await _refuse(session, message, refusal, now=now)


def _statement(stated: Stated, message: Message) -> Statement:
    return Statement(stated.message, stated.party, _cause(message))


async def hear_answers(session: AsyncSession, messages: Sequence[Message]) -> None:
    """Take the province's acknowledgements; what cannot be matched is parked."""
    now = utc_now()
    by_event = {message.event_id: message for message in messages}
    answers: list[Answered] = []
    for message in messages:
        try:
            fact_id, answer = callback.read_acknowledgement(message.value)
        except RefusedError as error:
            await _park(session, message, error.refusal, now=now)
            continue
        answers.append(Answered(fact_id, answer, _cause(message)))
    for unknown in await partner.take_answers(session, answers, now=now):
        message = by_event[unknown.cause.causation_id]
        refusal = callback.refusal_of(message.value, UnknownFactError.code, "MaSuKien")
        await _park(session, message, refusal, now=now)


async def _refuse(
    session: AsyncSession, message: Message, refusal: Refusal, *, now: datetime
) -> None:
    await _park(session, message, refusal, now=now)
    fact = facts.refused(refusal)
    retold = Retold(fact, refusal.dossier_code, refusal.agency_code, _cause(message))
    await partner.tell_province(session, [retold], now=now)


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


async def tell_exempted(session: AsyncSession, events: Sequence[Envelope[FeeExempted]]) -> None:
    """Tell the province that nothing is due."""
    retold = [
        Retold(
            facts.exempted(event.data.dossier_code, event.data.lines),
            event.data.dossier_code,
            event.agency,
            event.cause,
        )
        for event in events
    ]
    await partner.tell_province(session, retold, now=utc_now())


async def tell_paid(session: AsyncSession, events: Sequence[Envelope[PaymentSettled]]) -> None:
    """Tell the province that dossiers are paid; it counts each on the day of the payment."""
    retold = [
        Retold(
            facts.paid(event.data),
            event.data.dossier_code,
            event.agency,
            event.cause,
            amount_vnd=event.data.amount_vnd,
            day_on=vietnam_day(event.data.paid_at),
        )
        for event in events
    ]
    await partner.tell_province(session, retold, now=utc_now())


async def keep_receipts(session: AsyncSession, events: Sequence[Envelope[ReceiptIssued]]) -> None:
    """Keep the receipts' printed facts until their files are ready."""
    await partner.remember_receipts(session, [event.data for event in events])


async def tell_receipts(
    session: AsyncSession, events: Sequence[Envelope[ReceiptFileReady]]
) -> None:
    """Tell the province that receipts and their files exist."""
    known = await partner.issued_receipts(session, {event.data.receipt_id for event in events})
    retold = [
        Retold(
            facts.receipt_ready(kept, pdf_sha256=event.data.pdf_sha256),
            event.data.dossier_code,
            event.agency,
            event.cause,
            amount_vnd=kept.total_vnd,
        )
        for event in events
        for kept in (known[event.data.receipt_id],)
    ]
    await partner.tell_province(session, retold, now=utc_now())


async def tell_replaced(session: AsyncSession, events: Sequence[Envelope[ReceiptReplaced]]) -> None:
    """Tell the province which receipt stands in the place of which."""
    wanted = {one for each in events for one in (each.data.receipt_id, each.data.replaced_by)}
    known = await partner.issued_receipts(session, wanted)
    retold = [
        Retold(
            facts.replaced(event.data.dossier_code, known[event.data.receipt_id], new),
            event.data.dossier_code,
            event.agency,
            event.cause,
            amount_vnd=new.total_vnd,
        )
        for event in events
        for new in (known[event.data.replaced_by],)
    ]
    await partner.tell_province(session, retold, now=utc_now())


async def tell_refunded(session: AsyncSession, events: Sequence[Envelope[RefundSettled]]) -> None:
    """Tell the province that money of a dossier went back; money of none is not its affair."""
    retold = [
        Retold(
            facts.refunded(event.data.dossier_code, event.data),
            event.data.dossier_code,
            event.agency,
            event.cause,
            amount_vnd=event.data.amount_vnd,
        )
        for event in events
        if event.data.dossier_code is not None
    ]
    await partner.tell_province(session, retold, now=utc_now())


def subscriptions(public_url: str, *, grace: timedelta) -> tuple[Subscription, ...]:
    """Return what dossier hears; links to pages begin with ``public_url``.

    The province's days are compared so long after it told of them as ``grace`` says.
    """

    async def tell_due(
        session: AsyncSession,
        events: Sequence[Envelope[PaymentRequested]] | Sequence[Envelope[PaymentAmended]],
    ) -> None:
        retold = [_due(event, public_url) for event in events]
        await partner.tell_province(session, retold, now=utc_now())

    return (
        on_messages("tthc.dossier", hear_province(grace=grace)),
        on_messages("tthc.ack", hear_answers),
        on_batch(FeeExempted, tell_exempted),
        on_batch(PaymentRequested, tell_due),
        on_batch(PaymentAmended, tell_due),
        on_batch(PaymentSettled, tell_paid),
        on_batch(RefundSettled, tell_refunded),
        on_batch(ReceiptIssued, keep_receipts),
        on_batch(ReceiptFileReady, tell_receipts),
        on_batch(ReceiptReplaced, tell_replaced),
    )


def _due(event: Envelope[PaymentRequested] | Envelope[PaymentAmended], public_url: str) -> Retold:
    payment = event.data
    fact = facts.fee_due(
        payment.dossier_code,
        payment.lines,
        amount_vnd=payment.amount_vnd,
        public_url=public_url,
    )
    return Retold(
        fact, payment.dossier_code, event.agency, event.cause, amount_vnd=payment.amount_vnd
    )
