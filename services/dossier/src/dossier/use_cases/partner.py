"""The exchange with the province: tell it, take its answers, refuse what we cannot read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import (
    FACT_LIFECYCLE,
    TRIGGER_OF_ANSWER,
    Answer,
    PartnerDay,
    ReceiptUnknownError,
    UnknownFactError,
)
from dossier.repository import dossiers, partner
from dossier.tables import IssuedReceiptRow, PartnerFactRow
from shared.contracts.dossier import PartnerFactAcknowledged, PartnerFactSent, PartnerFactType
from shared.contracts.envelope import Cause, Event
from shared.contracts.receipt import ReceiptIssued
from shared.outbox import emit


@dataclass(frozen=True)
class Retold:
    """One fact for the province, and which dossier and money it is about."""

    fact: Event
    dossier_code: str
    agency_code: str
    amount_vnd: int | None = None


async def tell_province(
    session: AsyncSession, retold: Retold, *, cause: Cause, now: datetime
) -> None:
    """Tell the province ``retold``, and ourselves PartnerFactSent: once per cause and type.

    ``cause`` is the event that is retold.
    """
    fact_type = PartnerFactType(retold.fact.type)
    await dossiers.lock_dossier(session, retold.dossier_code)
    if await partner.was_told(session, cause.causation_id, fact_type):
        return
    agency = retold.agency_code
    fact_id = await emit(session, retold.fact, cause=cause, agency=agency, now=now)
    row = PartnerFactRow(
        id=fact_id,
        dossier_code=retold.dossier_code,
        agency_code=agency,
        fact_type=fact_type.value,
        cause=cause.causation_id,
        amount_vnd=retold.amount_vnd,
        state=FACT_LIFECYCLE.initial,
        sent_at=now,
    )
    await partner.insert_fact(session, row)
    sent = PartnerFactSent(
        dossier_code=retold.dossier_code,
        fact_id=fact_id,
        fact_type=fact_type,
        cause=cause.causation_id,
        amount_vnd=retold.amount_vnd,
    )
    await emit(session, sent, cause=cause, agency=agency, now=now)


async def remember_receipt(session: AsyncSession, receipt: ReceiptIssued) -> None:
    """Keep what the province is told of a receipt once its file is ready."""
    await partner.insert_issued_receipt(session, receipt)


async def issued_receipt(session: AsyncSession, receipt_id: UUID) -> IssuedReceiptRow:
    """Return what was kept of a receipt; raise ReceiptUnknownError to wait for it."""
    row = await partner.find_issued_receipt(session, receipt_id)
    if row is None:
        raise ReceiptUnknownError(f"no receipt {receipt_id}")
    return row


async def store_day(session: AsyncSession, day: PartnerDay, *, now: datetime) -> None:
    """Keep the province's counts of a day, for the proof."""
    await partner.upsert_day(session, day, now=now)


async def take_answer(
    session: AsyncSession, fact_id: UUID, answer: Answer, *, cause: Cause, now: datetime
) -> None:
    """Record the province's answer to a fact; a repeated or late worse answer changes nothing.

    Raises UnknownFactError.
    """
    fact = await partner.lock_fact(session, fact_id)
    if fact is None:
        raise UnknownFactError(f"no fact {fact_id} was sent")
    trigger = TRIGGER_OF_ANSWER[answer.result]
    if not FACT_LIFECYCLE.allows(fact.state, trigger):
        return
    fact.state = FACT_LIFECYCLE.next(fact.state, trigger)
    fact.reason_code = answer.reason_code
    fact.reason_text = answer.reason_text
    fact.answered_at = now
    acknowledged = PartnerFactAcknowledged(
        dossier_code=fact.dossier_code,
        fact_id=fact.id,
        fact_type=PartnerFactType(fact.fact_type),
        cause=fact.cause,
        result=answer.result,
        reason_code=answer.reason_code,
    )
    await emit(session, acknowledged, cause=cause, agency=fact.agency_code, now=now)
