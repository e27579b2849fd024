"""The grants of the provider: Authlib's, told where codes, people and keys are."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authlib.integrations.flask_oauth2 import AuthorizationServer  # type: ignore[import-untyped]  # ships no types
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin  # type: ignore[import-untyped]  # ships no types
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant  # type: ignore[import-untyped]  # ships no types
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]  # ships no types
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator  # type: ignore[import-untyped]  # ships no types
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]  # ships no types
from flask import Flask
from joserfc.jwk import KeySet

from lephi.identity.people import API_AUDIENCE, Client, Person

_CODE_SECONDS: Final = 60
_TOKEN_SECONDS: Final = 8 * 60 * 60


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # Authlib ships no types
    """One code, given to a browser and redeemed once by its program."""

    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    person: Person
    code: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    made_at: float = field(default_factory=time.time)

    def is_expired(self) -> bool:
        """Tell whether it is too late."""
        return time.time() > self.made_at + _CODE_SECONDS

    def get_redirect_uri(self) -> str:
        """Return the address to which it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return what was asked for."""
        return self.scope

    def get_nonce(self) -> str | None:
        """Return the nonce of the request."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Return when the person signed in."""
        return int(self.made_at)

    def get_acr(self) -> None:
        """Return no class of authentication."""

    def get_amr(self) -> list[str]:
        """Return how the person signed in."""
        return ["pwd"]


class Codes(dict[str, Code]):
    """The codes that are not redeemed yet; lost at a restart, which costs one more sign-in."""

    def keep(self, code: Code) -> None:
        """Keep ``code``, and forget those that nobody came for."""
        for old in [name for name, each in self.items() if each.is_expired()]:
            del self[old]
        self[code.code] = code


class Server(AuthorizationServer):  # type: ignore[misc]  # Authlib ships no types
    """Authlib's server, with the codes that it has given out."""

    codes: Codes


class Authorization(AuthorizationCodeGrant):  # type: ignore[misc]  # Authlib ships no types
    """The code flow of programs that prove themselves by their secret (RFC 6749, 4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = ["client_secret_basic"]
    server: Server

    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ANN401 - Authlib's
        """Keep a code until its program comes."""
        data = request.payload.data
        self.server.codes.keep(
            Code(
                client_id=request.client.client_id,
                redirect_uri=request.payload.redirect_uri,
                scope=request.payload.scope or "",
                nonce=data.get("nonce"),
                code_challenge=data.get("code_challenge"),
                code_challenge_method=data.get("code_challenge_method"),
                person=request.user,
                code=code,
            )
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        """Return the code if it was given for ``client`` and is not too old."""
        found = self.server.codes.get(code)
        if found is None or found.client_id != client.client_id or found.is_expired():
            return None
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Forget a code that was redeemed."""
        self.server.codes.pop(authorization_code.code, None)

    def authenticate_user(self, authorization_code: Code) -> Person:
        """Return who signed in."""
        return authorization_code.person


class Identity(OpenIDCode):  # type: ignore[misc]  # Authlib ships no types
    """The id token beside the access token (OpenID Connect Core 1.0, 3.1.3.6)."""

    def __init__(self, issuer: str, keys: KeySet, codes: Codes) -> None:
        super().__init__(require_nonce=True)
        self._issuer, self._keys, self._codes = issuer, keys, codes

    def exists_nonce(self, nonce: str, request: object) -> bool:  # noqa: ARG002 - Authlib's form
        """Tell whether a code that is still out has this nonce."""
        return any(code.nonce == nonce for code in self._codes.values())

    def resolve_client_private_key(self, client: Client) -> KeySet:  # noqa: ARG002 - Authlib's form
        """Return the one key that signs for all."""
        return self._keys

    def get_client_claims(self, client: Client) -> dict[str, object]:
        """Return who says it, to whom, and until when."""
        expires = int(time.time()) + _TOKEN_SECONDS
        return {"iss": self._issuer, "aud": [client.client_id], "exp": expires}

    def get_encode_header(self, client: Client) -> dict[str, str]:  # noqa: ARG002 - Authlib's form
        """Return which key signs, and how."""
        return {"alg": "RS256", "kid": str(self._keys.keys[0].kid)}

    def generate_user_info(self, user: Person, scope: str) -> dict[str, object]:  # noqa: ARG002
        """Return what services learn of the person."""
        return user.claims()


class AccessToken(JWTBearerTokenGenerator):  # type: ignore[misc]  # Authlib ships no types
    """A token for our own interfaces (RFC 9068)."""

    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(issuer=issuer)
        self._keys = keys

    def get_jwks(self) -> KeySet:
        """Return the key that signs."""
        return self._keys

    def get_audiences(self, client: Client, user: object, scope: str) -> str:  # noqa: ARG002
        """Return for whom it is."""
        return API_AUDIENCE

    def get_extra_claims(
        self,
        client: Client,  # noqa: ARG002 - Authlib's form
        grant_type: str,  # noqa: ARG002
        user: Person | None,
        scope: str,  # noqa: ARG002
    ) -> dict[str, object]:
        """Return the person's claims; the operator's program has the operator's role."""
        return user.claims() if user is not None else {"roles": ["operator"]}


def new_server(app: Flask, issuer: str, keys: KeySet, clients: Mapping[str, Client]) -> Server:
    """Return Authlib's server with our two grants, PKCE required."""
    server = Server(app, query_client=clients.get, save_token=lambda *_: None)
    server.codes = Codes()
    server.register_token_generator("default", AccessToken(issuer, keys))
    identity = Identity(issuer, keys, server.codes)
    server.register_grant(Authorization, [CodeChallenge(required=True), identity])
    server.register_grant(ClientCredentialsGrant)
    return server
