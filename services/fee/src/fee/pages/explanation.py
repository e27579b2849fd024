"""*Vì sao có số tiền này?*: the explanation for the payer."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from fee.domain.assessment import AssessmentNotFoundError
from fee.pages.staff_words import said_entries, staff_lines
from fee.pages.wording import channel_words, shown_lines, verdict_of
from fee.use_cases.explain import Explained, explain, read_versions
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import MaybeSignedIn, Role, User, public
from shared.web.limits import count_look_up, count_miss
from shared.web.pages import render
from shared.web.request import database_of

router: Final = APIRouter()

_READ_BOOK: Final = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR})
_STAFF: Final = _READ_BOOK | {Role.OFFICER, Role.ACCOUNTANT}


@router.get("/thanh-toan/{dossier_code}/vi-sao", dependencies=[public()])
async def show_explanation(
    request: Request, user: MaybeSignedIn, dossier_code: str
) -> HTMLResponse:
    """Show why this amount is asked for: tariff, filing day, channel, steps, law.

    Public: says nothing about persons, and a wrong code is answered like a missing dossier. Staff
    of the receiving or collecting agency see everything that decided it, and what was said before.
    """
    explained = await _look_up(request, dossier_code)
    for_staff = user is not None and _may_see_all(user, explained)
    return render(
        request,
        "explanation.html",
        explained=explained,
        verdict=verdict_of(explained),
        lines=shown_lines(explained),
        channel=channel_words(explained.facts.channel),
        for_staff=for_staff,
        staff_lines=staff_lines(explained) if for_staff else [],
        entries=await _entries(request, explained) if for_staff else [],
        may_read_book=user is not None and bool(user.roles & _READ_BOOK),
    )


def _may_see_all(user: User, explained: Explained) -> bool:
    return bool(user.roles & _STAFF) and user.agency_code in explained.agencies


async def _entries(request: Request, explained: Explained) -> list[dict[str, Any]]:
    async with database_of(request).transaction() as session:
        return said_entries(await read_versions(session, explained.dossier_code))


async def _look_up(request: Request, typed: str) -> Explained:
    try:
        code = parse_dossier_code(typed)
    except InvalidDossierCodeError:
        await count_look_up(request)
        raise AssessmentNotFoundError from None
    await count_look_up(request, code)
    try:
        async with database_of(request).transaction() as session:
            return await explain(session, code)
    except AssessmentNotFoundError:
        await count_miss(request, code)
        raise
