"""Open and amend payables as lephi.fee says."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import cases, facts, payables
from payment_gateway.domain.cases import Change
from payment_gateway.domain.payables import Assessment, Payable, Plan, plan
from payment_gateway.domain.references import RANDOM_BITS, make_reference
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.cases import About
from payment_gateway.repository.payables import Opening
from payment_gateway.use_cases.cases import Finding, paid_of, raise_finding
from payment_gateway.use_cases.closing import end_payable
from payment_gateway.use_cases.held import complete_from_held
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseKind, RefundReason
from shared.contracts.payment import CloseReason
from shared.ids import new_id
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class Heard:
    """An assessment, and the fact that told us."""

    assessment: Assessment
    cause: Cause


async def open_payables(session: AsyncSession, heard: Sequence[Heard], *, now: datetime) -> None:
    """Open one payable per dossier, or amend the open one; repeats and older versions do nothing.

    A dossier that was paid already is not asked again: a case is opened for a person.
    """
    for wave in _waves(heard):
        await _open_wave(session, wave, now=now)


def _waves(heard: Sequence[Heard]) -> Iterator[Sequence[Heard]]:
    """Split, in order, so that no dossier stands twice in one statement."""
    wave: dict[str, Heard] = {}
    for each in heard:
        if each.assessment.dossier_code in wave:
            yield list(wave.values())
            wave = {}
        wave[each.assessment.dossier_code] = each
    if wave:
        yield list(wave.values())


async def _open_wave(session: AsyncSession, wave: Sequence[Heard], *, now: datetime) -> None:
    codes = [each.assessment.dossier_code for each in wave]
    known = await payable_rows.lock_payables_of(session, codes)
    new: list[tuple[Payable, Cause]] = []
    for each in wave:
        mine = known.get(each.assessment.dossier_code, ())
        newest = mine[-1] if mine else None
        todo = plan(newest, each.assessment)
        if newest is not None and todo is not Plan.NOTHING and cases.standing(mine):
            await _reassess_paid(session, mine, each, now=now)
        elif todo is Plan.OPEN:
            supplement = newest.supplement_no + 1 if newest is not None else 0
            new.append((opening_of(each.assessment, supplement, now=now), each.cause))
        elif newest is not None and todo is Plan.AMEND:
            await _amend(session, newest, each, now=now)
    opened = await payable_rows.open_payables(
        session, [Opening(each, cause.correlation_id) for each, cause in new], now=now
    )
    emissions = [
        Emission(facts.requested(each), cause, each.context.agency_code)
        for each, cause in new
        if each.id in opened
    ]
    await emit_all(session, emissions, now=now)


def opening_of(assessment: Assessment, supplement_no: int, *, now: datetime) -> Payable:
    """Return the payable that asks for ``assessment``, with an id and a reference of its own."""
    return Payable(
        id=new_id(),
        dossier_code=assessment.dossier_code,
        supplement_no=supplement_no,
        reference=make_reference(secrets.randbits(RANDOM_BITS)),
        assessment_id=assessment.id,
        version=assessment.version,
        status=payables.LIFECYCLE.initial,
        hold_reason=None,
        amount_vnd=assessment.amount_vnd,
        applied_vnd=0,
        held_vnd=0,
        context=assessment.context,
        payee=assessment.payee,
        lines=assessment.lines,
        opened_at=now,
        settled_at=None,
    )


async def _reassess_paid(
    session: AsyncSession, known: Sequence[Payable], heard: Heard, *, now: datetime
) -> None:
    """Hold ``heard`` against all that was paid: a person decides on what differs.

    A supplementary payable that is open asks for the new rest, or ends where nothing is missing.
    """
    assessment, newest = heard.assessment, known[-1]
    paid = await paid_of(session, known)
    change = cases.compare(paid, assessment.lines)
    difference = change.more_vnd - change.less_vnd
    if newest.status in payables.TAKES_MONEY:
        await _ask_rest(session, newest, heard, change, now=now)
        difference = -change.less_vnd
    finding = None
    if difference or change.less:
        kind = CaseKind.ASSESSED_MORE if difference > 0 else CaseKind.ASSESSED_LESS
        about = About(assessment.version, assessment, RefundReason.ASSESSED_LESS)
        finding = Finding(kind, difference, about)
    mine = [each.payable for each in paid]
    await raise_finding(session, mine, finding, cause=heard.cause, now=now)
    await payable_rows.note_version(session, newest.id, assessment.version)


async def _ask_rest(
    session: AsyncSession, supplement: Payable, heard: Heard, change: Change, *, now: datetime
) -> None:
    if not change.more:
        reason = CloseReason.WITHDRAWN
        await end_payable(session, supplement, reason, cause=heard.cause, now=now)
        return
    rest = replace(heard.assessment, lines=change.more, amount_vnd=change.more_vnd)
    await _amend(session, supplement, Heard(rest, heard.cause), now=now)


async def _amend(session: AsyncSession, payable: Payable, heard: Heard, *, now: datetime) -> None:
    """Store the new amount; what was held before may complete it, or be too much already.

    Nothing is said where neither payer nor province would read anything else: a new date due, or
    an assessment that ended and began anew with the same lines.
    """
    assessment = heard.assessment
    changed = replace(
        payable,
        assessment_id=assessment.id,
        version=assessment.version,
        amount_vnd=assessment.amount_vnd,
        payee=assessment.payee,
        lines=assessment.lines,
    )
    if _reads_the_same(payable, changed):
        await payable_rows.amend_payable(session, changed)
        return
    completes = 0 < changed.amount_vnd <= payable.held_vnd
    agency = payable.context.agency_code
    said = [Emission(facts.amended(changed), heard.cause, agency)]
    if completes:
        await complete_from_held(session, changed, said, cause=heard.cause, now=now)
        return
    await payable_rows.amend_payable(session, changed)
    await emit_all(session, said, now=now)


def _reads_the_same(before: Payable, after: Payable) -> bool:
    return (before.amount_vnd, before.payee, before.lines) == (
        after.amount_vnd,
        after.payee,
        after.lines,
    )
