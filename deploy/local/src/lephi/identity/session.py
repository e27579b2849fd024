"""The provider's own session: one signed cookie, for single sign-on between the services."""

import time
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request
from starlette.responses import Response

from lephi.identity.keys import ALGORITHM
from lephi.identity.people import BY_SUBJECT, Person

COOKIE: Final = "lephi-sso"
_PURPOSE: Final = "sso-session"
_SECONDS: Final = 8 * 3600


def who_is_signed_in(request: Request, keys: KeySet) -> tuple[Person, int] | None:
    """Return the person of the cookie and when the password was given; None without a good one."""
    try:
        token = jwt.decode(request.cookies.get(COOKIE, ""), keys, algorithms=[ALGORITHM])
        registry = jwt.JWTClaimsRegistry(
            exp={"essential": True}, aud={"essential": True, "value": _PURPOSE}
        )
        registry.validate(token.claims)
    except (JoseError, ValueError):
        return None
    person = BY_SUBJECT.get(str(token.claims.get("sub")))
    return None if person is None else (person, int(token.claims["iat"]))


def remember(answer: Response, person: Person, keys: KeySet, *, secure: bool) -> None:
    """Give the browser the cookie."""
    now = int(time.time())
    claims = {"sub": person.subject, "aud": _PURPOSE, "iat": now, "exp": now + _SECONDS}
    value = jwt.encode({"alg": ALGORITHM}, claims, keys)
    answer.set_cookie(
        COOKIE, value, path="/sso", httponly=True, samesite="lax", secure=secure, max_age=_SECONDS
    )


def forget(answer: Response, *, secure: bool) -> None:
    """Take the cookie back."""
    answer.delete_cookie(COOKIE, path="/sso", httponly=True, samesite="lax", secure=secure)
