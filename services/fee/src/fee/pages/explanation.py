"""*Vì sao có số tiền này?*: the explanation for the payer."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from fee.domain.assessment import AssessmentNotFoundError
from fee.pages.wording import channel_words, shown_lines, verdict_of
from fee.use_cases.explain import Explained, explain
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import public
from shared.web.limits import LookUpLimit, LookUpLimits
from shared.web.pages import render
from shared.web.request import database_of

router: Final = APIRouter()


@router.get("/thanh-toan/{dossier_code}/vi-sao", dependencies=[public()])
async def show_explanation(
    request: Request, limits: LookUpLimit, dossier_code: str
) -> HTMLResponse:
    """Show why this amount is asked for: tariff, filing day, channel, steps, law.

    Public: says nothing about persons, and a wrong code is answered like a missing dossier.
    """
    explained = await _look_up(request, limits, dossier_code)
    return render(
        request,
        "explanation.html",
        explained=explained,
        verdict=verdict_of(explained),
        lines=shown_lines(explained),
        channel=channel_words(explained.facts.channel),
    )


async def _look_up(request: Request, limits: LookUpLimits, typed: str) -> Explained:
    try:
        code = parse_dossier_code(typed)
    except InvalidDossierCodeError:
        await limits.check(request)
        raise AssessmentNotFoundError from None
    await limits.check(request, code)
    try:
        async with database_of(request).transaction() as session:
            return await explain(session, code)
    except AssessmentNotFoundError:
        await limits.miss(request, code)
        raise
