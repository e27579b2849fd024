"""The doors of signing in and out; the provider does the rest."""

from typing import Annotated, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse

from shared.clock import utc_now
from shared.web import sessions
from shared.web.identity import LOGIN_SUFFIX, OUR_COOKIES, asked_cookie, public, session_of
from shared.web.language import safe_path
from shared.web.oidc import Provider, ProviderAwayError, SignInFailedError
from shared.web.request import database_of

_ASKED_SECONDS: Final = 120
"""How long a page that everyone may see is not asked again who looks at it."""


def session_cookie(service: str, public_url: str) -> str:
    """Return the name of the session cookie; ``__Host-`` only works over https."""
    return f"__Host-lephi-{service}" if is_secure(public_url) else f"lephi-{service}"


def is_secure(public_url: str) -> bool:
    """Tell whether browsers reach us over https."""
    return urlsplit(public_url).scheme == "https"


def signing_router(service: str, public_url: str, provider: Provider) -> APIRouter:
    """Return the doors ``login``, ``callback`` and ``logout`` of ``service``."""
    router = APIRouter(prefix=f"/api/{service}/oidc", include_in_schema=False)
    cookie = session_cookie(service, public_url)
    desk = _Desk(cookie=cookie, public_url=public_url, provider=provider)
    for path, door, method in (
        ("/login", desk.login, "GET"),
        ("/callback", desk.callback, "GET"),
        ("/logout", desk.logout, "POST"),
    ):
        router.add_api_route(
            path, door, methods=[method], dependencies=[public()], response_model=None
        )
    return router


class _Desk:
    """The three doors, with what they share."""

    def __init__(self, *, cookie: str, public_url: str, provider: Provider) -> None:
        self._cookie = cookie
        self._login_cookie = f"{cookie}{LOGIN_SUFFIX}"
        self._public_url = public_url
        self._provider = provider
        self._secure = is_secure(public_url)

    async def login(
        self,
        request: Request,
        next: Annotated[str, Query(max_length=2000)] = "/",  # noqa: A002 -- the address is fixed
        *,
        silent: bool = False,
    ) -> RedirectResponse:
        """Begin to sign in; on another host than PUBLIC_URL's the cookies would be lost.

        ``silent`` serves a page that everyone may see: without an answer it is shown all the same.
        """
        public = urlsplit(self._public_url)
        if request.headers.get("host") != public.netloc:
            there = f"{self._public_url}{request.url.path}?next={quote(safe_path(next), safe='')}"
            return RedirectResponse(there, status_code=303)
        async with database_of(request).transaction() as session:
            login = await sessions.start_login(session, safe_path(next), now=utc_now())
        try:
            where = await self._provider.login_url(login, silent=silent)
        except ProviderAwayError:
            if not silent:
                raise
            where = login.next_path
        answer = RedirectResponse(where, status_code=303)
        self._set(answer, self._login_cookie, login.state, seconds=sessions.LOGIN_LIFE.seconds)
        if silent:
            self._set(answer, asked_cookie(request), "yes", seconds=_ASKED_SECONDS)
        return answer

    async def callback(
        self, request: Request, state: str = "", code: str = "", error: str = ""
    ) -> RedirectResponse:
        """Finish to sign in: the browser comes back from the provider."""
        if not state or request.cookies.get(self._login_cookie) != state:
            raise SignInFailedError("this browser did not begin this sign-in")
        async with database_of(request).transaction() as session:
            login = await sessions.take_login(session, state, now=utc_now())
        if login is None:
            raise SignInFailedError("this sign-in is unknown, used or too old")
        answer = RedirectResponse(f"{self._public_url}{login.next_path}", status_code=303)
        self._forget(answer, self._login_cookie)
        if error == "login_required":
            return answer  # Asked silently, and nobody is signed in there.
        if not code:
            raise SignInFailedError(f"the provider refused: {error[:40]}")
        user, id_token = await self._provider.redeem(code, login)
        secret = sessions.new_secret()
        row = session_of(user, secret=secret, id_token=id_token, now=utc_now())
        async with database_of(request).transaction() as session:
            await sessions.open_session(session, row)
        self._set(answer, self._cookie, secret, seconds=int(sessions.LIFE.total_seconds()))
        return answer

    async def logout(self, request: Request) -> RedirectResponse:
        """End the session here, and the provider's; forget all our cookies of this browser."""
        secret = request.cookies.get(self._cookie, "")
        async with database_of(request).transaction() as session:
            id_token = await sessions.close_session(session, secret)
        home = f"{self._public_url}/"
        where = home
        if id_token is not None:
            where = await self._provider.logout_url(id_token, back_to=home)
        answer = RedirectResponse(where, status_code=303)
        for name in request.cookies:
            if name.startswith(OUR_COOKIES):  # Signed out of one is signed out of all, here.
                self._forget(answer, name)
        return answer

    def _set(self, answer: RedirectResponse, name: str, value: str, *, seconds: int) -> None:
        answer.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=self._secure
        )

    def _forget(self, answer: RedirectResponse, name: str) -> None:
        answer.delete_cookie(name, httponly=True, samesite="lax", secure=self._secure)
