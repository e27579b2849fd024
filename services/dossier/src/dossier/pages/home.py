"""The front page, and the pages that error codes lead to."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from shared.web.identity import MaybeSignedIn, Role, public
from shared.web.pages import render

router: Final = APIRouter()


@router.get("/", dependencies=[public()])
async def show_home(request: Request, user: MaybeSignedIn) -> HTMLResponse:
    """Show the way in: pay a dossier, find a receipt, sign in."""
    is_citizen = user is not None and Role.CITIZEN in user.roles
    return render(
        request,
        "home.html",
        is_citizen=is_citizen,
        is_staff=user is not None and user.is_staff,
        is_signed_in=user is not None,
    )


@router.get("/problems/{code}", dependencies=[public()])
async def show_problem(
    request: Request, code: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]
) -> HTMLResponse:
    """Show what to do about an error code (RFC 9457 §3.1.1: ``type`` may be opened)."""
    return render(request, "problem.html", code=code)
