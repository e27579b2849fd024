"""The JSON door: the full explanation, for staff."""

from typing import Final

from fastapi import APIRouter

from fee.domain.assessment import AssessmentNotFoundError
from fee.domain.reckoning import ReckonedLine
from fee.schemas.answers import AssessmentAnswer, LineAnswer, StepAnswer
from fee.use_cases.explain import Explained, explain
from shared.contracts.parts import Exemption
from shared.dossier_code import parse_dossier_code
from shared.web.identity import Role, SignedIn, allow
from shared.web.request import Transaction

router: Final = APIRouter(prefix="/api/fee/v1")

_STAFF: Final = (
    Role.OFFICER,
    Role.ACCOUNTANT,
    Role.SUPERVISOR,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)


@router.get("/assessments/{dossier_code}", dependencies=[allow(*_STAFF)])
async def read_assessment(
    session: Transaction, user: SignedIn, dossier_code: str
) -> AssessmentAnswer:
    """Say why a dossier owes what it owes: every step, tariff, law and certainty.

    Staff see what their agency received or collects; anything else is answered as missing.
    """
    explained = await explain(session, parse_dossier_code(dossier_code))
    if user.agency_code not in explained.agencies:
        raise AssessmentNotFoundError
    return _answer(explained)


def _answer(explained: Explained) -> AssessmentAnswer:
    facts = explained.facts
    return AssessmentAnswer(
        dossier_code=explained.dossier_code,
        assessment_id=explained.assessment_id,
        version=explained.version,
        status=explained.status,
        reason_code=explained.reason_code,
        procedure_code=facts.context.procedure_code,
        procedure_name=facts.context.procedure_name,
        agency_code=facts.context.agency_code,
        channel=facts.channel,
        territory_code=facts.territory_code,
        filed_on=explained.filed_on,
        total_vnd=explained.total_vnd,
        lines=[
            LineAnswer(
                line_id=line_id,
                kind=line.kind,
                fee_code=line.asked.fee_code,
                name=line.name,
                variant=line.asked.variant,
                payer_group=line.asked.payer_group,
                quantities=line.asked.quantities,
                amount_vnd=line.amount_vnd,
                declared_vnd=line.asked.declared_vnd,
                explanation_code=line.explanation,
                legal_basis=line.legal_basis,
                exemption=_exemption(line),
                steps=[
                    StepAnswer.model_validate(step, from_attributes=True) for step in line.steps
                ],
            )
            for line_id, line in explained.lines
        ],
    )


def _exemption(line: ReckonedLine) -> Exemption | None:
    if line.exemption_reason_code is None:
        return None
    return Exemption(reason_code=line.exemption_reason_code, evidence_ref=line.asked.evidence_ref)
