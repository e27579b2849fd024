"""The JSON door: parse, call one use case, answer."""

from typing import Final

from fastapi import APIRouter

from dossier.schemas import DossierAnswer, RedactionAnswer, RedactionBody
from dossier.use_cases import look, redact
from dossier.use_cases.redact import Request
from dossier.views import search
from dossier.views.standing import Standing, standing_of
from shared.clock import utc_now
from shared.dossier_code import parse_dossier_code
from shared.web.identity import STAFF, Role, SignedIn, allow
from shared.web.request import RequestCause, Transaction

router: Final = APIRouter(prefix="/api/dossier/v1")


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
