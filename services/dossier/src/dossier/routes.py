"""The JSON door: parse, call one use case, answer."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from dossier.adapters.province import facts
from dossier.schemas import (
    ComparedAnswer,
    DossierAnswer,
    MissingAnswer,
    PartnerAnswer,
    PartnerDayAnswer,
    PartnerFactAnswer,
    ReasonBody,
    RedactionAnswer,
    RedactionBody,
    ResentAnswer,
)
from dossier.use_cases import days, look, partners, redact
from dossier.use_cases.days import Asked
from dossier.use_cases.partners import Day
from dossier.use_cases.redact import Request
from dossier.views import search
from dossier.views.standing import Standing, standing_of
from shared.clock import utc_now
from shared.contracts.parts import DayTotals
from shared.dossier_code import parse_dossier_code
from shared.web.identity import STAFF, Role, SignedIn, allow
from shared.web.request import RequestCause, Transaction

router: Final = APIRouter(prefix="/api/dossier/v1")


async def _asked(user: SignedIn, cause: RequestCause) -> Asked:
    return Asked(user.subject, "", cause, utc_now())


Operator = Annotated[Asked, Depends(_asked)]
"""Who asks; their reason comes in the body."""


@router.post(
    "/dossiers/{dossier_code}/party/redaction",
    dependencies=[allow(Role.ADMINISTRATOR, Role.OPERATOR)],
)
async def redact_party(
    session: Transaction,
    user: SignedIn,
    cause: RequestCause,
    dossier_code: str,
    body: RedactionBody,
) -> RedactionAnswer:
    """Forget the people of a dossier for good; what a receipt printed stays, by law.

    Operators may of any dossier, administrators of their agency's.
    """
    stored = parse_dossier_code(dossier_code)
    of_all = Role.OPERATOR in user.roles
    now = utc_now()
    agencies = None if of_all else await look.agencies_of(session, user.agency_code, now=now)
    request = Request(by=user.subject, reason=body.reason, agencies=agencies)
    done = await redact.redact_party(session, stored, request, cause=cause, now=now)
    return RedactionAnswer(dossier_code=stored, redacted_at=done.redacted_at, is_new=done.is_new)


@router.get("/dossiers/{dossier_code}", dependencies=[allow(*sorted(STAFF))])
async def read_dossier(session: Transaction, user: SignedIn, dossier_code: str) -> DossierAnswer:
    """Answer one dossier of the caller's agency, without its people."""
    stored = parse_dossier_code(dossier_code)
    visible = await look.agencies_of(session, user.agency_code, now=utc_now())
    row = await look.find_visible(session, stored, visible=visible)
    line = await search.find_line(session, stored)
    return DossierAnswer(
        dossier_code=row.dossier_code,
        procedure_code=row.procedure_code,
        procedure_name=row.procedure_name,
        receiving_agency=row.receiving_agency,
        deciding_agency=row.deciding_agency,
        collecting_agency=row.collecting_agency,
        channel=row.channel,
        payment_timing=row.payment_timing,
        status=row.status,
        state=row.state,
        submitted_at=row.submitted_at,
        due_at=row.due_at,
        amount_due_vnd=None if line is None else line.due_vnd,
        paid_vnd=0 if line is None else line.paid_vnd,
        standing=Standing.AWAITING_FEE if line is None else standing_of(line),
    )


@router.get("/partners/{partner}", dependencies=[allow(Role.OPERATOR, Role.AUDITOR)])
async def read_partner(session: Transaction, partner: str) -> PartnerAnswer:
    """Answer what waits for the partner's answer, and its days."""
    shown = await partners.show_partner(session, partner, now=utc_now())
    standing = shown.standing
    return PartnerAnswer(
        partner=partner,
        unanswered=standing.unanswered,
        oldest_at=standing.oldest_at,
        late=standing.late,
        escalated=standing.escalated,
        refused=standing.refused,
        days=[_day(day) for day in shown.days],
    )


@router.get("/partners/{partner}/days/{day_on}", dependencies=[allow(Role.OPERATOR, Role.AUDITOR)])
async def read_missing(
    session: Transaction,
    partner: str,
    day_on: date,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> MissingAnswer:
    """Answer a page of what either side lacked in the last run."""
    shown = await partners.show_day(session, partner, day_on, after=after, limit=limit)
    here, there = shown.missing_here, shown.missing_there
    return MissingAnswer(
        day=_day(shown.day),
        here=list(here),
        there=[PartnerFactAnswer.model_validate(fact) for fact in there],
        after_here=here[-1] if len(here) == limit else None,
        after_there=str(there[-1].id) if len(there) == limit else None,
    )


@router.post("/partners/{partner}/days/{day_on}/comparisons", dependencies=[allow(Role.OPERATOR)])
async def compare_day(
    session: Transaction, asked: Operator, partner: str, day_on: date
) -> ComparedAnswer:
    """Compare the day now, with the latest telling of the partner."""
    partners.known_partner(partner)
    run = await days.compare_day(session, day_on, facts.send_again, asked=asked)
    return ComparedAnswer(run=run)


@router.post("/partners/{partner}/days/{day_on}/resends", dependencies=[allow(Role.OPERATOR)])
async def send_missing_again(
    session: Transaction, asked: Operator, partner: str, day_on: date, body: ReasonBody
) -> ResentAnswer:
    """Send some of what the last run missed there; call again until nothing is left."""
    partners.known_partner(partner)
    sent, left = await days.send_missing_again(
        session, day_on, asked=replace(asked, reason=body.reason)
    )
    return ResentAnswer(sent=sent, left=left)


@router.post("/partner-facts/{fact_id}/resends", dependencies=[allow(Role.OPERATOR)])
async def send_fact_again(
    session: Transaction, asked: Operator, fact_id: UUID, body: ReasonBody
) -> ResentAnswer:
    """Send one fact again."""
    await days.send_fact_again(session, fact_id, asked=replace(asked, reason=body.reason))
    return ResentAnswer(sent=1, left=0)


def _day(day: Day) -> PartnerDayAnswer:
    run = day.run
    return PartnerDayAnswer(
        day_on=day.day_on,
        state=day.state,
        ours=day.ours if run is None else DayTotals.model_validate(run.ours),
        theirs=None if run is None else DayTotals.model_validate(run.theirs),
        run=None if run is None else run.run,
        compared_at=None if run is None else run.compared_at,
        missing_here=0 if run is None else len(run.missing_here),
        missing_there=0 if run is None else len(run.missing_facts),
        to_send=day.to_send,
        pending=0 if run is None else run.pending,
    )
