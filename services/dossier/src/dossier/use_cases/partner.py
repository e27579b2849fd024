"""Tell the province, take its acknowledgements, notice where they are overdue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.partner import (
    FACT_LIFECYCLE,
    PROVINCE,
    TRIGGER_OF_ANSWER,
    Answer,
    Patience,
    ReceiptUnknownError,
    overdue_of,
)
from dossier.repository import dossiers, partner
from dossier.tables import IssuedReceiptRow, PartnerFactRow
from shared.contracts.dossier import (
    PartnerFactAcknowledged,
    PartnerFactLate,
    PartnerFactSent,
    PartnerFactType,
)
from shared.contracts.envelope import Cause, Event
from shared.contracts.receipt import ReceiptIssued
from shared.days import vietnam_day
from shared.ids import new_id
from shared.outbox import Emission, emit_all

PATIENCE: Final = Patience()
OVERDUE_PAGE: Final = 200
"""Facts that grow late in one transaction."""


@dataclass(frozen=True)
class Retold:
    """One fact for the province, which dossier and money it is about, and what it retells."""

    fact: Event
    dossier_code: str
    agency_code: str
    cause: Cause
    """Its causation id is the event that is retold."""
    amount_vnd: int | None = None
    day_on: date | None = None
    """In whose totals it counts; None: the day on which it is told."""


@dataclass(frozen=True)
class Answered:
    """The province's answer to the fact ``fact_id``."""

    fact_id: UUID
    answer: Answer
    cause: Cause


async def tell_province(session: AsyncSession, retold: Sequence[Retold], *, now: datetime) -> None:
    """Tell the province each of ``retold``, and ourselves PartnerFactSent.

    Once per cause and type, for ever: that is the fact's natural key.
    """
    rows = {fact_id: _row(fact_id, each, now) for each in retold for fact_id in (new_id(),)}
    facts = dict(zip(rows, retold, strict=True))
    first = await partner.insert_facts(session, list(rows.values())) if rows else set()
    emissions: list[Emission] = []
    for fact_id, each in facts.items():
        if fact_id in first:
            emissions.append(Emission(each.fact, each.cause, each.agency_code, id=fact_id))
            emissions.append(Emission(_sent(fact_id, each), each.cause, each.agency_code))
    await emit_all(session, emissions, now=now)


def _row(fact_id: UUID, retold: Retold, now: datetime) -> dict[str, Any]:
    return {
        "id": fact_id,
        "partner": PROVINCE,
        "dossier_code": retold.dossier_code,
        "agency_code": retold.agency_code,
        "fact_type": retold.fact.type,
        "cause": retold.cause.causation_id,
        "amount_vnd": retold.amount_vnd,
        "day_on": retold.day_on or vietnam_day(now),
        "state": FACT_LIFECYCLE.initial,
        "sent_at": now,
        "sends": 1,
        "last_sent_at": now,
        "due_at": now + PATIENCE.late,
    }


def _sent(fact_id: UUID, retold: Retold) -> PartnerFactSent:
    return PartnerFactSent(
        dossier_code=retold.dossier_code,
        fact_id=fact_id,
        fact_type=PartnerFactType(retold.fact.type),
        cause=retold.cause.causation_id,
        amount_vnd=retold.amount_vnd,
    )


async def remember_receipts(session: AsyncSession, receipts: Sequence[ReceiptIssued]) -> None:
    """Keep what the province is told of receipts once their files are ready."""
    await partner.insert_issued_receipts(session, receipts)


async def issued_receipts(
    session: AsyncSession, receipt_ids: Collection[UUID]
) -> Mapping[UUID, IssuedReceiptRow]:
    """Return what was kept of all of ``receipt_ids``; raise ReceiptUnknownError to wait."""
    found = await partner.find_issued_receipts(session, receipt_ids)
    for receipt_id in receipt_ids:
        if receipt_id not in found:
            raise ReceiptUnknownError(f"no receipt {receipt_id}")
    return found


async def take_answers(
    session: AsyncSession, answers: Sequence[Answered], *, now: datetime
) -> list[Answered]:
    """Record the province's answers; return those to facts that were never sent.

    A repeated answer, and a refusal after a success, change nothing; good news counts however
    late it comes. Words about people who are to be forgotten are not kept.
    """
    facts = await partner.lock_facts(session, {each.fact_id for each in answers})
    worded = {each.fact_id for each in answers if each.answer.reason_text is not None}
    spoken_of = {fact.dossier_code for fact in facts.values() if fact.id in worded}
    forgotten = await dossiers.forgotten_among(session, spoken_of) if spoken_of else set()
    emissions: list[Emission] = []
    for each in answers:
        fact = facts.get(each.fact_id)
        trigger = TRIGGER_OF_ANSWER[each.answer.result]
        if fact is None or not FACT_LIFECYCLE.allows(fact.state, trigger):
            continue
        fact.state = FACT_LIFECYCLE.next(fact.state, trigger)
        fact.reason_code = each.answer.reason_code
        kept = fact.dossier_code not in forgotten
        fact.reason_text = each.answer.reason_text if kept else None
        fact.answered_at = now
        fact.due_at = None
        acknowledged = PartnerFactAcknowledged(
            dossier_code=fact.dossier_code,
            fact_id=fact.id,
            fact_type=PartnerFactType(fact.fact_type),
            cause=fact.cause,
            result=each.answer.result,
            reason_code=each.answer.reason_code,
        )
        emissions.append(Emission(acknowledged, each.cause, fact.agency_code))
    await emit_all(session, emissions, now=now)
    return [each for each in answers if each.fact_id not in facts]


async def mark_overdue(session: AsyncSession, *, now: datetime) -> bool:
    """Let facts that nobody answered in time grow late, or escalate; False if there was none."""
    facts = await partner.claim_overdue(session, now=now, limit=OVERDUE_PAGE)
    await emit_all(session, [_grow_late(fact) for fact in facts], now=now)
    return bool(facts)


def _grow_late(fact: PartnerFactRow) -> Emission:
    step = overdue_of(fact.state, PATIENCE)
    fact.state = FACT_LIFECYCLE.next(fact.state, step.trigger)
    fact.due_at = None if step.next_after is None else fact.last_sent_at + step.next_after
    late = PartnerFactLate(
        dossier_code=fact.dossier_code,
        fact_id=fact.id,
        fact_type=PartnerFactType(fact.fact_type),
        cause=fact.cause,
        level=step.level,
    )
    cause = Cause(correlation_id=fact.cause, causation_id=fact.id)
    return Emission(late, cause, fact.agency_code)
