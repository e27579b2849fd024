"""Answer a case: an accountant decides, a supervisor agrees, and only then it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from payment_gateway.domain import cases as domain
from payment_gateway.domain import facts
from payment_gateway.domain.cases import ANSWERS, Case, CaseStatus, CaseTrigger, Change
from payment_gateway.domain.errors import (
    AnswerNotOfferedError,
    CaseClosedError,
    CaseNotFoundError,
    NothingToAskError,
    NothingToRefundError,
    SupplementOpenError,
)
from payment_gateway.domain.payables import TAKES_MONEY, Assessment, Payable
from payment_gateway.repository import cases as rows
from payment_gateway.repository import monies as money_rows
from payment_gateway.repository import payables as payable_rows
from payment_gateway.repository.cases import Answer, OpenCase
from payment_gateway.repository.monies import Booking
from payment_gateway.repository.payables import Opening
from payment_gateway.use_cases import reversal
from payment_gateway.use_cases.acting import audit_row, may_act_for
from payment_gateway.use_cases.cases import closed_fact, paid_of
from payment_gateway.use_cases.opening import opening_of
from payment_gateway.use_cases.refunding import Acting, LegalRefund, propose_legal
from payment_gateway.use_cases.reversal import Settled
from shared import approvals
from shared.approvals import ApprovalState, Decision, Person, Wanted
from shared.contracts.money import CaseKind, CaseOutcome, RefundReason
from shared.contracts.parts import Line
from shared.ids import new_id
from shared.outbox import Emission, emit_all

ACT: Final = "case.close"
CLOSED: Final = "case.closed"
"""Name of the audit row where no second person is asked: a refund has its own."""


@dataclass(frozen=True)
class Look:
    """A case with everything that a person weighs."""

    found: OpenCase
    payable: Payable
    """The payable that was paid."""
    known: Sequence[Payable]
    """All payables of its dossier."""
    change: Change
    """What would be asked for, and what would go back, if it were decided now."""

    @property
    def case(self) -> Case:
        """Return the case itself."""
        return self.found.case

    @property
    def answers(self) -> Sequence[CaseOutcome]:
        """Return what may be answered now, the proposed act first."""
        if self.case.status is not CaseStatus.OPEN:
            return ()
        wanted = [each for each in ANSWERS[self.case.kind] if self._is_offered(each)]
        return sorted(wanted, key=lambda each: each is not self.case.proposed)

    def _is_offered(self, outcome: CaseOutcome) -> bool:
        if self.case.kind is CaseKind.MONEY_REVERSED:
            return True
        if outcome is CaseOutcome.SUPPLEMENT:
            return bool(self.change.more)
        return outcome is not CaseOutcome.REFUND or bool(self.change.less)


@dataclass(frozen=True)
class Request:
    """What an accountant wants done with a case, and whether a supervisor agreed."""

    outcome: CaseOutcome
    reason: str
    by: Person
    approved_by: str | None = None


async def look_at(
    session: AsyncSession, case_id: UUID, *, acting: Acting, lock: bool = False
) -> Look:
    """Return a case with its dossier's payables; all locked where asked, the payables first."""
    found = await rows.read_case(session, case_id)
    if found is None or not may_act_for(acting, found.collector_code):
        raise CaseNotFoundError("no such case")
    code = found.dossier_code
    if lock:
        known = (await payable_rows.lock_payables_of(session, [code]))[code]
        found = await rows.read_case(session, case_id, lock=True) or found
    else:
        known = await payable_rows.payables_of(session, code)
    payable = next(each for each in known if each.id == found.case.payable_id)
    change = domain.compare(await paid_of(session, known), found.case.due_lines)
    return Look(found, payable, known, change)


async def ask(
    session: AsyncSession, case_id: UUID, outcome: CaseOutcome, reason: str, *, acting: Acting
) -> UUID | None:
    """Answer a case; return the request that a second person decides on.

    None where it is done already: a refund is proposed, and approved before it is paid.
    """
    look = await look_at(session, case_id, acting=acting, lock=True)
    _require_open(look, outcome)
    _require_sense(look, outcome)
    if not domain.needs_second_person(outcome):
        wanted = Request(outcome, reason, acting.by)
        await _carry_out(session, look, wanted, acting=acting)
        session.add(audit_row(acting, CLOSED, str(case_id), reason, outcome=outcome.value))
        return None
    asked = Wanted(
        act=ACT, subject=str(case_id), plan=plan_of(look, outcome), reason=reason,
        agency_code=look.found.collector_code,
    )  # fmt: skip
    return (await approvals.request(session, asked, by=acting.by, now=acting.now)).id


async def decide(
    session: AsyncSession, approval_id: UUID, decision: Decision, *, acting: Acting
) -> None:
    """End a request; an approval closes the case as asked, in this transaction."""
    wanted = await approvals.find(session, ACT, approval_id, agencies=acting.by.agencies)
    look = await look_at(session, UUID(wanted.subject), acting=acting, lock=True)
    row = await approvals.decide(session, approval_id, decision, by=acting.by, now=acting.now)
    if row.state != ApprovalState.APPROVED:
        return
    outcome = CaseOutcome(row.plan["outcome"])
    _require_open(look, outcome)
    approvals.check_plan(row, plan_of(look, outcome))
    _require_sense(look, outcome)
    by = Person(row.requested_by, row.requested_by_name, acting.by.agencies)
    asked = Request(outcome, row.reason, by, acting.by.subject)
    await _carry_out(session, look, asked, acting=acting)


def plan_of(look: Look, outcome: CaseOutcome) -> dict[str, Any]:
    """Return everything that closing a case as ``outcome`` does, as plain JSON."""
    asks = outcome is CaseOutcome.SUPPLEMENT
    return {
        "case_id": str(look.case.id),
        "kind": look.case.kind.value,
        "dossier_code": look.found.dossier_code,
        "payment_id": str(look.payable.id),
        "difference_vnd": look.case.difference_vnd,
        "outcome": outcome.value,
        "asks": _plain_lines(look) if asks else [],
        "gives_back_vnd": look.change.less_vnd if asks else 0,
    }


def _plain_lines(look: Look) -> list[dict[str, Any]]:
    return [
        {"name": line.name, "kind": line.kind.value, "amount_vnd": line.amount_vnd}
        for line in _asked_lines(look)
    ]


def _asked_lines(look: Look) -> Sequence[Line]:
    reversed_ = look.case.kind is CaseKind.MONEY_REVERSED
    return look.payable.lines if reversed_ else look.change.more


def _require_open(look: Look, outcome: CaseOutcome) -> None:
    if look.case.status is not CaseStatus.OPEN:
        raise CaseClosedError("decided, or superseded")
    if outcome not in ANSWERS[look.case.kind]:
        raise AnswerNotOfferedError(f"{look.case.kind} is not answered by {outcome}")


def _require_sense(look: Look, outcome: CaseOutcome) -> None:
    if outcome is CaseOutcome.SUPPLEMENT:
        if not _asked_lines(look):
            raise NothingToAskError("no fee is higher than what was paid")
        if any(each.status in TAKES_MONEY for each in look.known):
            raise SupplementOpenError("one payable at a time takes money")
    if outcome is CaseOutcome.REFUND and not look.change.less:
        raise NothingToRefundError("nothing is left to give back")


async def _carry_out(session: AsyncSession, look: Look, wanted: Request, *, acting: Acting) -> None:
    if look.case.kind is CaseKind.MONEY_REVERSED:
        done = await _about_reversal(session, look, wanted, acting)
    else:
        done = Settled(await _about_assessment(session, look, wanted, acting), {})
    status = domain.LIFECYCLE.next(look.case.status, CaseTrigger.DECIDE)
    answer = Answer(status, wanted.outcome, wanted.by.subject, wanted.approved_by, wanted.reason)
    await rows.close_case(session, look.case.id, answer, now=acting.now)
    agency = look.payable.context.agency_code
    closed = closed_fact(look.payable, look.case, wanted.outcome, wanted.by.subject)
    emissions = [Emission(closed, acting.cause, agency), *done.said]
    ids = await emit_all(session, emissions, now=acting.now)
    if done.entries:
        await money_rows.book(
            session,
            Booking(new_id(), ids[0], done.entries, look.payable.payee.agency_code),
            now=acting.now,
        )


async def _about_assessment(
    session: AsyncSession, look: Look, wanted: Request, acting: Acting
) -> list[Emission]:
    said: list[Emission] = []
    if wanted.outcome is CaseOutcome.SUPPLEMENT:
        said += await _supplement(session, look, look.change.more, acting=acting)
    if wanted.outcome in {CaseOutcome.SUPPLEMENT, CaseOutcome.REFUND}:
        await _give_back(session, look, wanted, acting)
    return said


async def _about_reversal(
    session: AsyncSession, look: Look, wanted: Request, acting: Acting
) -> Settled:
    if wanted.outcome is CaseOutcome.KEPT:
        return await reversal.win(session, look.payable, look.case)
    done = await reversal.undo(session, look.payable, look.case, acting=acting)
    if wanted.outcome is not CaseOutcome.SUPPLEMENT:
        return done
    asked = await _supplement(session, look, look.payable.lines, acting=acting)
    return replace(done, said=[*done.said, *asked])


async def _supplement(
    session: AsyncSession, look: Look, lines: Sequence[Line], *, acting: Acting
) -> list[Emission]:
    newest = look.known[-1]
    assessed = await rows.assessed_of(session, look.case.id)
    assessment_id, payee = assessed or (look.payable.assessment_id, look.payable.payee)
    assessment = Assessment(
        id=assessment_id,
        version=newest.version,
        dossier_code=newest.dossier_code,
        context=look.payable.context,
        payee=payee,
        lines=tuple(lines),
        amount_vnd=sum(line.amount_vnd for line in lines),
    )
    payable = opening_of(assessment, newest.supplement_no + 1, now=acting.now)
    journey = await payable_rows.correlation_of(session, look.payable.id)
    opening = Opening(payable, journey or acting.cause.correlation_id)
    await payable_rows.open_payables(session, [opening], now=acting.now)
    cause = replace(acting.cause, correlation_id=opening.correlation_id)
    return [Emission(facts.requested(payable), cause, payable.context.agency_code)]


async def _give_back(session: AsyncSession, look: Look, wanted: Request, acting: Acting) -> None:
    """Propose what was paid too much as refunds, in the name of who asked for it."""
    asking = replace(acting, by=wanted.by)
    reason = look.case.refund_reason or RefundReason.ASSESSED_LESS
    for payable_id, amounts in look.change.less.items():
        refund = LegalRefund(payable_id, amounts, reason, wanted.reason)
        await propose_legal(session, refund, acting=asking)
