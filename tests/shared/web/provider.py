"""A stub of the identity provider over real HTTP, which can also lie."""

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ISSUER = "http://lephi.test/sso"


KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class StubProvider:
    """Knows one officer; ``changes`` replace claims of the next id token."""

    signer: RSAKey = field(default_factory=lambda: KEY)
    changes: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens_asked: int = 0

    def app(self) -> Starlette:
        """Return the provider's doors."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discover),
                Route("/jwks", self.keys),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def discover(self, _request: Request) -> JSONResponse:
        """Say where everything is, as browsers see it."""
        paths = {"authorization": "authorize", "token": "token", "end_session": "end-session"}
        found = {f"{name}_endpoint": f"{ISSUER}/{path}" for name, path in paths.items()}
        return JSONResponse({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", **found})

    async def keys(self, _request: Request) -> JSONResponse:
        """Show the public key."""
        return JSONResponse({"keys": [KEY.as_dict(private=False)]})

    def sign_in(self, login_url: str) -> str:
        """Do what a person does on the provider's page; return the code for ``login_url``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(login_url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code

    async def token(self, request: Request) -> JSONResponse:
        """Exchange a code for an id token, if verifier and client fit."""
        self.tokens_asked += 1
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        challenge = create_s256_code_challenge(str(form.get("code_verifier")))
        if asked is None or asked["code_challenge"] != challenge:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        token = self.id_token(nonce=asked["nonce"], aud=asked["client_id"])
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def id_token(self, **claims: object) -> str:
        """Return a token of the officer with ``claims`` and the ``changes``."""
        now = int(time.time())
        said: dict[str, Any] = {
            "iss": ISSUER, "sub": "officer-1", "iat": now, "exp": now + 300, "name": "Cán bộ",
            "roles": ["officer", "dancer"], "agency_code": "H34.10", "agency_name": "Trung tâm",
        }  # fmt: skip
        said |= claims | self.changes
        alive = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "one"}, alive, self.signer)
