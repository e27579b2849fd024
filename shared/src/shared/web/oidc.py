"""The identity provider, over the network: discovery, code exchange, checks of tokens."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from shared.errors import DomainError, Kind
from shared.outside import require_open
from shared.settings import ServiceSettings
from shared.trust import authorities
from shared.web.identity import NotSignedInError, User, user_of_claims
from shared.web.sessions import Login

API_AUDIENCE: Final = "lephi-api"
"""What a machine's token must be meant for."""
_ALGORITHMS: Final = ["RS256", "ES256"]
"""Never chosen by the token (RFC 8725, 3.1)."""
_LEEWAY_SECONDS: Final = 30
_TIMEOUT_SECONDS: Final = 5.0
_KEYS_AT_MOST_EVERY_SECONDS: Final = 30.0
_SCOPE: Final = "openid profile"


class ProviderAwayError(DomainError):
    """The identity provider does not answer."""

    kind = Kind.UNAVAILABLE
    code = "identity-provider-unavailable"
    title = "Hệ thống đăng nhập đang gián đoạn"


class SignInFailedError(DomainError):
    """What the provider sent back does not fit the sign-in that began here."""

    kind = Kind.GONE
    code = "sign-in-failed"
    title = "Lần đăng nhập này đã hết hạn"


@dataclass(frozen=True)
class Client:
    """Who we are to the provider, and where it sends people back to."""

    client_id: str
    client_secret: str
    redirect_uri: str


class Provider:
    """One provider, discovered once; its keys are fetched again when a token names a new one."""

    def __init__(self, settings: ServiceSettings, client: Client) -> None:
        self._issuer = settings.oidc_issuer
        self._internal = (settings.oidc_internal_url or settings.oidc_issuer).rstrip("/")
        self._client = client
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._keys_at = 0.0
        self._lock = asyncio.Lock()

    async def login_url(self, login: Login, *, silent: bool = False) -> str:
        """Return where the browser goes to sign in (OpenID Connect Core 3.1.2.1, RFC 7636).

        With ``silent`` the provider answers at once and shows no page (``prompt=none``).
        """
        query = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": self._client.redirect_uri,
            "scope": _SCOPE,
            "state": login.state,
            "nonce": login.nonce,
            "code_challenge": create_s256_code_challenge(login.verifier),
            "code_challenge_method": "S256",
        }
        if silent:
            query["prompt"] = "none"
        endpoint = (await self._discovered())["authorization_endpoint"]
        return f"{endpoint}?{urlencode(query)}"

    async def logout_url(self, id_token: str, *, back_to: str) -> str:
        """Return where the browser goes to end the provider's session (RP-Initiated Logout 1.0)."""
        endpoint = (await self._discovered()).get("end_session_endpoint")
        if endpoint is None:
            return back_to
        query = {
            "id_token_hint": id_token,
            "client_id": self._client.client_id,
            "post_logout_redirect_uri": back_to,
        }
        return f"{endpoint}?{urlencode(query)}"

    async def redeem(self, code: str, login: Login) -> tuple[User, str]:
        """Exchange ``code``; return the user and the id token. Raises SignInFailedError."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect_uri,
            "code_verifier": login.verifier,
        }
        endpoint = (await self._discovered())["token_endpoint"]
        answer = await self._request("POST", endpoint, form=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SignInFailedError(f"no id token: {answer.get('error', 'unknown')}")
        return user_of_claims(await self._id_claims(token, login.nonce)), token

    async def _id_claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """Return the claims of a genuine id token (OpenID Connect Core 3.1.3.7)."""
        try:
            decoded = await self._decoded(token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": self._issuer},
                    "aud": {"essential": True, "value": self._client.client_id},
                },
                params={"nonce": nonce, "client_id": self._client.client_id},
            )
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError) as error:
            raise SignInFailedError(f"id token refused: {type(error).__name__}") from error
        return dict(claims)

    async def verify_bearer(self, token: str) -> User:
        """Return the program that bears ``token``; raise NotSignedInError if it is not genuine."""
        try:
            decoded = await self._decoded(token)
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": API_AUDIENCE},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise NotSignedInError(f"bearer token refused: {type(error).__name__}") from error
        return user_of_claims(decoded.claims, is_machine=True)

    async def _decoded(self, token: str) -> jwt.Token:
        """Return the token if one of the provider's keys signed it."""
        try:
            return jwt.decode(token, await self._key_set(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError):
            if time.monotonic() - self._keys_at < _KEYS_AT_MOST_EVERY_SECONDS:
                raise
        self._keys = None  # The provider may have changed its keys since.
        return jwt.decode(token, await self._key_set(), algorithms=_ALGORITHMS)

    async def _key_set(self) -> KeySet:
        if self._keys is None:
            address = (await self._discovered())["jwks_uri"]
            told = cast("KeySetSerialization", await self._request("GET", address))
            self._keys = KeySet.import_key_set(told)
            self._keys_at = time.monotonic()
        return self._keys

    async def _discovered(self) -> dict[str, Any]:
        async with self._lock:
            if self._metadata is None:
                address = f"{self._internal}/.well-known/openid-configuration"
                found = await self._request("GET", address)
                if found.get("issuer") != self._issuer:
                    raise ProviderAwayError(f"the provider calls itself {found.get('issuer')}")
                self._metadata = found
            return self._metadata

    async def _request(
        self, method: str, address: str, *, form: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Call the provider where services reach it; only answers in JSON count."""
        require_open("oidc")
        if address.startswith(self._issuer):
            address = self._internal + address.removeprefix(self._issuer.rstrip("/"))
        auth = (self._client.client_id, self._client.client_secret) if form else None
        try:
            async with httpx.AsyncClient(
                timeout=_TIMEOUT_SECONDS, trust_env=False, verify=authorities()
            ) as http:
                answer = await http.request(method, address, data=form, auth=auth)
            if answer.is_server_error or (form is None and not answer.is_success):
                raise ProviderAwayError(f"{method} {address} answered {answer.status_code}")
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAwayError(f"{method} {address}: {type(error).__name__}") from error
        if not isinstance(found, dict):
            raise ProviderAwayError(f"{method} {address} answered no object")
        return found
