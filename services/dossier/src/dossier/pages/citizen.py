"""*Quản lý hồ sơ*: a citizen's own dossiers, with what is due."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from dossier.pages.board import own_lines_to_show
from dossier.use_cases import look
from dossier.views import search
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import render
from shared.web.request import Transaction

router: Final = APIRouter()

_PAGE: Final = 20


@router.get("/ho-so", dependencies=[allow(Role.CITIZEN)])
async def show_own_dossiers(
    request: Request,
    session: Transaction,
    user: SignedIn,
    after: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """Show the dossiers that the citizen owns or pays, newest filing first."""
    behind = after or None
    codes = await look.codes_of_citizen(session, user.id_number, after=behind, limit=_PAGE + 1)
    lines = await search.lines_of(session, codes[:_PAGE])
    return render(
        request,
        "own_dossiers.html",
        lines=own_lines_to_show(lines),
        next_url=f"/ho-so?after={codes[_PAGE - 1]}" if len(codes) > _PAGE else None,
        first_url="/ho-so" if after else None,
    )
