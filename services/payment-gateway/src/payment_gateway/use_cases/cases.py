"""Cases (việc cần xử lý): raised where lephi.fee says something else of a dossier that was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import cases as domain
from payment_gateway.domain import refunds
from payment_gateway.domain.cases import Case, CaseStatus, CaseTrigger, Paid
from payment_gateway.domain.payables import Payable
from payment_gateway.repository import cases as rows
from payment_gateway.repository import refunds as refund_rows
from payment_gateway.repository.cases import About, Answer
from shared.contracts.envelope import Cause
from shared.contracts.money import CaseClosed, CaseKind, CaseOpened, CaseOutcome
from shared.ids import new_id
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class Finding:
    """What a new version of the assessment means for a dossier that was paid."""

    kind: CaseKind
    difference_vnd: int
    about: About


async def raise_finding(
    session: AsyncSession,
    paid: Sequence[Payable],
    finding: Finding | None,
    *,
    cause: Cause,
    now: datetime,
) -> None:
    """Ask a person about ``finding``, on the newest of the ``paid`` payables of a dossier (locked).

    An open case that asks something else is superseded: lephi.fee said something newer. The same
    question stays as it is, and is not asked again once a person has answered it for good.
    """
    known = await rows.about_assessment(session, [each.id for each in paid])
    if finding is not None and known and _asked(known[0], finding):
        return
    codes = {each.id: each for each in paid}
    said = [
        closed_fact(codes[case.payable_id], case, CaseOutcome.SUPERSEDED, refunds.BY_RULE)
        for case in known
        if case.status is CaseStatus.OPEN
    ]
    for case in known:
        if case.status is CaseStatus.OPEN:
            status = domain.LIFECYCLE.next(case.status, CaseTrigger.SUPERSEDE)
            answer = Answer(status, CaseOutcome.SUPERSEDED, refunds.BY_RULE)
            await rows.close_case(session, case.id, answer, now=now)
    agency = paid[0].context.agency_code
    emissions = [Emission(fact, cause, agency) for fact in said]
    if finding is not None:
        opened = opened_fact(paid[0], finding)
        if await rows.insert_case(session, opened, finding.about, now=now):
            emissions.append(Emission(opened, cause, agency))
    await emit_all(session, emissions, now=now)


async def paid_of(session: AsyncSession, known: Sequence[Payable]) -> list[Paid]:
    """Return what of a dossier's payables was paid and has not gone back, the newest first."""
    paid = domain.standing(known)
    return [domain.left_of(each, await refund_rows.taken_of(session, each.id)) for each in paid]


def _asked(newest: Case, finding: Finding) -> bool:
    due = finding.about.due.lines if finding.about.due is not None else ()
    return newest.asks_the_same(finding.kind, finding.difference_vnd, due)


def opened_fact(payable: Payable, finding: Finding) -> CaseOpened:
    """Return the fact that a person must decide."""
    return CaseOpened(
        dossier_code=payable.dossier_code,
        case_id=new_id(),
        kind=finding.kind,
        payment_id=payable.id,
        difference_vnd=finding.difference_vnd,
    )


def closed_fact(payable: Payable, case: Case, outcome: CaseOutcome, by: str) -> CaseClosed:
    """Return the fact that a case ended."""
    return CaseClosed(
        dossier_code=payable.dossier_code,
        case_id=case.id,
        kind=case.kind,
        payment_id=case.payable_id,
        difference_vnd=case.difference_vnd,
        outcome=outcome,
        by=by,
    )
