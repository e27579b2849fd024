"""The provider's doors under ``/sso``: discovery, keys, signing in, tokens, signing out."""

import hmac
import time
from typing import Any, Final
from urllib.parse import quote

from authlib.oauth2 import OAuth2Error
from joserfc import jwt
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from lephi.identity import session
from lephi.identity.clients import make_clients
from lephi.identity.keys import ALGORITHM, load_keys
from lephi.identity.people import BY_SUBJECT, PEOPLE, Person
from lephi.identity.provider import Ask, Provider
from lephi.identity.settings import Settings
from shared.web.language import COOKIE as LANGUAGE_COOKIE
from shared.web.language import current_language, use_language
from shared.web.pages import Shell, environment_of

_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings: Settings) -> Starlette:
    """Return the provider's application."""
    doors = _Doors(settings)
    routes = [
        Route("/.well-known/openid-configuration", doors.discover),
        Route("/jwks.json", doors.show_keys),
        Route("/authorize", doors.authorize, methods=["GET", "POST"]),
        Route("/token", doors.give_token, methods=["POST"]),
        Route("/userinfo", doors.show_person, methods=["GET", "POST"]),
        Route("/end-session", doors.end_session, methods=["GET", "POST"]),
    ]
    return Starlette(routes=[Mount("/sso", routes=routes)])


class _Doors:
    """The doors, with what they share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._keys = load_keys(settings.folder)
        self._provider = Provider(settings.issuer, self._keys, make_clients(settings))

    async def discover(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's form
        """Answer with the metadata (OpenID Connect Discovery 1.0)."""
        issuer = self._settings.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "end_session_endpoint": f"{issuer}/end-session",
                "jwks_uri": f"{issuer}/jwks.json",
                "scopes_supported": ["openid", "profile", "lephi-api"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_basic",
                    "client_secret_post",
                ],
            }
        )

    async def show_keys(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's form
        """Answer with the public keys."""
        return JSONResponse(self._keys.as_dict(private=False))

    async def authorize(self, request: Request) -> Response:
        """Send a person who is signed in back with a code; let the others sign in first."""
        use_language(request.cookies.get(LANGUAGE_COOKIE))
        ask = await _ask_of(request, with_form=False)
        known = session.who_is_signed_in(request, self._keys)
        try:
            grant = self._provider.get_consent_grant(ask, end_user=known and known[0])
        except OAuth2Error as error:
            return self._refused(request, error)
        if request.method == "POST":
            return await self._sign_in(request, ask)
        if known is None or grant.prompt == "login":
            return self._login_page(request)
        return self._provider.grant_code(ask, known[0], signed_in_at=known[1])

    async def give_token(self, request: Request) -> Response:
        """Exchange a code, or a client's own secret, for tokens."""
        answer: Response = self._provider.create_token_response(await _ask_of(request))
        return answer

    async def show_person(self, request: Request) -> Response:
        """Answer with the claims of the bearer (OpenID Connect Core 5.3)."""
        _, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            claims = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            audience = jwt.ClaimsOption(essential=True, value=f"{self._settings.issuer}/userinfo")
            jwt.JWTClaimsRegistry(exp={"essential": True}, aud=audience).validate(claims)
        except (JoseError, ValueError):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return JSONResponse(BY_SUBJECT[str(claims["sub"])].claims())

    async def end_session(self, request: Request) -> Response:
        """End the provider's session (RP-Initiated Logout 1.0)."""
        use_language(request.cookies.get(LANGUAGE_COOKIE))
        try:
            wish = self._provider.validate_endpoint_request("end_session", await _ask_of(request))
        except OAuth2Error as error:
            return self._refused(request, error)
        if wish.needs_confirmation and request.method == "GET":
            return self._page(request, "signed_out.html", is_signed_out=False)
        answer: Response | None = self._provider.create_endpoint_response("end_session", wish)
        answer = answer or self._page(request, "signed_out.html", is_signed_out=True)
        session.forget(answer, secure=self._settings.is_secure)
        return answer

    async def _sign_in(self, request: Request, ask: Ask) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return Response("cross-site", status_code=403)
        form = await request.form()
        person = _whose(str(form.get("username", "")).strip(), str(form.get("password", "")))
        if person is None:
            return self._login_page(request, username=str(form.get("username", "")), status=401)
        now = int(time.time())
        answer = self._provider.grant_code(ask, person, signed_in_at=now)
        session.remember(answer, person, self._keys, secure=self._settings.is_secure)
        return answer

    def _login_page(self, request: Request, *, username: str = "", status: int = 200) -> Response:
        return self._page(
            request, "login.html", status=status, username=username, is_wrong=status != 200,  # noqa: PLR2004 - OK
            action=f"/sso/authorize?{request.url.query}", people=list(PEOPLE.values()),
        )  # fmt: skip

    def _refused(self, request: Request, error: OAuth2Error) -> Response:
        """Tell the client if its address is known to be its own, else the person."""
        if error.redirect_uri:
            status, body, headers = error()
            return Response(str(body), status_code=status, headers=dict(headers))
        return self._page(request, "refused.html", status=400, reason=error.error)

    def _page(
        self, request: Request, template: str, *, status: int = 200, **context: Any  # noqa: ANN401 - what it shows
    ) -> Response:  # fmt: skip
        path = request.url.path
        shell = Shell(
            service="dossier",  # It answers the language switch.
            path=path,
            here=quote(f"{path}?{request.url.query}", safe=""),
            language=current_language(),
            support_phone=self._settings.support_phone,
            user=None,
        )
        page = environment_of("lephi.identity").get_template(template)
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": _POLICY}
        text = page.render({"shell": shell, **context})
        return HTMLResponse(text, status_code=status, headers=headers)


def _whose(username: str, password: str) -> Person | None:
    """Return the person with this password, which in the demonstration is the user name."""
    person = PEOPLE.get(username.lower())
    if person is None or not hmac.compare_digest(person.username.encode(), password.encode()):
        return None
    return person


async def _ask_of(request: Request, *, with_form: bool = True) -> Ask:
    has_form = with_form and request.method == "POST"
    return Ask(
        method=request.method,
        url=str(request.url),
        headers=request.headers,
        query=request.query_params,
        form=await request.form() if has_form else FormData(),
    )
