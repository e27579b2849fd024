"""OpenID Connect by Authlib: which grants there are, what the tokens say, where codes wait.

Authlib ships no types, and types-Authlib tells of other signatures than it has (``handle_response``
of a tuple, a challenge method as a list): its classes are Any to mypy, and each says so below.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidRequestError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
)
from authlib.oauth2.rfc6749.requests import (
    BasicOAuth2Payload,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc9068 import (
    JWTBearerTokenGenerator,
)
from authlib.oidc.core import OpenIDCode
from authlib.oidc.rpinitiated import (
    EndSessionEndpoint,
)
from joserfc.jwk import KeySet
from starlette.datastructures import FormData, Headers, QueryParams
from starlette.responses import JSONResponse, Response

from lephi.identity.clients import Client
from lephi.identity.people import Person

API_AUDIENCE: Final = "lephi-api"
"""Whom a machine's token is for."""
_CODE_SECONDS: Final = 60


@dataclass(frozen=True)
class Ask:
    """What a browser or a service asks of us, with its body read."""

    method: str
    url: str
    headers: Headers
    query: QueryParams
    form: FormData


class _Request(OAuth2Request):  # type: ignore[misc]  # Authlib's base is Any
    def __init__(self, ask: Ask) -> None:
        super().__init__(ask.method, ask.url, headers=ask.headers)
        pairs = [*ask.query.multi_items(), *ask.form.multi_items()]
        self.payload = BasicOAuth2Payload({name: str(value) for name, value in pairs})
        self.payload._datalist = {  # noqa: SLF001 - Authlib's own loses repeated names
            name: [value for other, value in pairs if other == name] for name, _ in pairs
        }
        self._args, self._form = dict(ask.query), dict(ask.form)

    @property
    def args(self) -> Mapping[str, Any]:
        return self._args

    @property
    def form(self) -> Mapping[str, Any]:
        return self._form


@dataclass(frozen=True)
class Code:
    """One authorization code that waits to be exchanged."""

    code: str
    client_id: str
    person: Person
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    signed_in_at: int
    expires_at: float

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return what was asked for."""
        return self.scope

    def get_nonce(self) -> str | None:
        """Return the client's own mark."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Return when the person gave the password."""
        return self.signed_in_at

    def get_acr(self) -> None:
        """Return None: no class of sign-in is claimed."""

    def get_amr(self) -> list[str]:
        """Return how the person signed in."""
        return ["pwd"]


class _CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib's base is Any
    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        asked = request.payload.data
        self.server.codes[code] = Code(
            code=code, client_id=request.client.client_id, person=request.user,
            redirect_uri=asked["redirect_uri"], scope=request.scope, nonce=asked.get("nonce"),
            code_challenge=asked["code_challenge"],
            code_challenge_method=asked["code_challenge_method"],
            signed_in_at=self.server.signed_in_at, expires_at=time.monotonic() + _CODE_SECONDS,
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        # Taken out at once: a code works once, also when the exchange then fails.
        found: Code | None = self.server.codes.pop(code, None)
        is_good = found is not None and found.client_id == client.client_id
        return found if is_good and found and time.monotonic() < found.expires_at else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Person:
        return authorization_code.person


class _Pkce(CodeChallenge):  # type: ignore[misc]  # Authlib's base is Any
    """RFC 7636, for every client and with S256 only (RFC 9700, 2.1.1)."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: AuthorizationCodeGrant, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("'code_challenge' with method S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class _IdToken(OpenIDCode):  # type: ignore[misc]  # Authlib's base is Any
    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(require_nonce=False)
        self._issuer, self._keys = issuer, keys

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:  # noqa: ARG002 - Authlib's
        return False  # A code works once and for a minute: there is nothing to replay.

    def resolve_client_private_key(self, client: Client) -> KeySet:  # noqa: ARG002 - Authlib's
        return self._keys

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self._issuer, "aud": client.client_id}

    def generate_user_info(self, user: Person, scope: str) -> dict[str, Any]:  # noqa: ARG002
        return user.claims()


class _AccessToken(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib's base is Any
    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(issuer)
        self._keys = keys

    def get_jwks(self) -> KeySet:
        return self._keys

    def get_audiences(self, client: Client, user: Person | None, scope: str) -> str:  # noqa: ARG002
        # A person's token opens userinfo alone: the services' addresses are for machines.
        return API_AUDIENCE if user is None else f"{self.issuer}/userinfo"

    def get_extra_claims(
        self, client: Client, grant_type: str, user: Person | None, scope: str  # noqa: ARG002
    ) -> dict[str, Any]:  # fmt: skip
        if user is not None:
            return {}
        return {"name": client.client_id, "roles": list(client.machine_roles)}


class _EndSession(EndSessionEndpoint):  # type: ignore[misc]  # Authlib's base is Any
    def get_server_jwks(self) -> KeySet:
        keys: KeySet = self.server.keys
        return keys

    def get_algorithms(self) -> list[str]:
        return ["RS256"]

    def end_session(self, end_session_request: object) -> None:
        """Do nothing here: the session is a cookie, which the door takes back."""


class Provider(AuthorizationServer):  # type: ignore[misc]  # Authlib's base is Any
    """Authlib's server on Starlette's answers; codes live in memory, for a minute."""

    def __init__(self, issuer: str, keys: KeySet, clients: Mapping[str, Client]) -> None:
        super().__init__(scopes_supported=["openid", "profile", API_AUDIENCE])
        self.keys = keys
        self.codes: dict[str, Code] = {}
        self.signed_in_at = 0
        self._clients = clients
        self.register_token_generator("default", _AccessToken(issuer, keys))
        self.register_grant(_CodeGrant, [_Pkce(required=True), _IdToken(issuer, keys)])
        self.register_grant(ClientCredentialsGrant)
        self.register_endpoint(_EndSession)

    def grant_code(self, ask: Ask, person: Person, *, signed_in_at: int) -> Response:
        """Send the browser back to the client with a code for ``person``."""
        now = time.monotonic()
        self.codes = {key: code for key, code in self.codes.items() if code.expires_at > now}
        self.signed_in_at = signed_in_at
        grant = self.get_consent_grant(ask, end_user=person)
        answer: Response = self.create_authorization_response(ask, person, grant)
        return answer

    def query_client(self, client_id: str) -> Client | None:
        """Return a client (Authlib asks)."""
        return self._clients.get(client_id)

    def save_token(self, token: object, request: OAuth2Request) -> None:
        """Keep nothing: tokens are signed, and nobody takes them back (Authlib asks)."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody (Authlib asks)."""

    def create_oauth2_request(self, request: Ask) -> _Request:
        """Return the request in Authlib's form."""
        return _Request(request)

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:  # noqa: ANN401
        """Return Starlette's answer."""
        names = dict(headers)
        if isinstance(body, dict):
            return JSONResponse(json.loads(json.dumps(body)), status_code=status, headers=names)
        return Response(body, status_code=status, headers=names)
