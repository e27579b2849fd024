"""Who asks: roles, users, and the guard that every route declares."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Request, params
from fastapi.routing import APIRoute

from shared.clock import utc_now
from shared.db.web_tables import SessionRow
from shared.errors import DomainError, Kind
from shared.web import sessions
from shared.web.request import database_of


class Role(StrEnum):
    """What a person does (product: The people); names as the provider's claim has them."""

    OFFICER = "officer"
    ACCOUNTANT = "accountant"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    CITIZEN = "citizen"


STAFF: Final = frozenset(Role) - {Role.CITIZEN}
"""Everyone who works with the system."""


@dataclass(frozen=True)
class User:
    """Who is signed in; staff belong to an agency (cơ quan thu), citizens have an id number."""

    subject: str
    name: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    agency_code: str | None = None
    agency_name: str | None = None
    id_number: str | None = None
    is_machine: bool = False

    @property
    def is_staff(self) -> bool:
        """Tell whether the user works here."""
        return bool(self.roles & STAFF)


def user_of_claims(claims: Mapping[str, Any], *, is_machine: bool = False) -> User:
    """Return the user whom verified ``claims`` describe.

    Roles stand in ``roles``, or where Keycloak puts them (``realm_access.roles``); others than
    ours are left out.
    """
    said = claims.get("roles") or claims.get("realm_access", {}).get("roles", ())
    known = {role.value for role in Role}
    subject = str(claims["sub"])
    return User(
        subject=subject,
        name=str(claims.get("name") or claims.get("preferred_username") or subject),
        roles=frozenset(Role(role) for role in said if role in known),
        agency_code=claims.get("agency_code"),
        agency_name=claims.get("agency_name"),
        id_number=claims.get("id_number"),
        is_machine=is_machine,
    )


VerifyBearer = Callable[[str], Awaitable[User]]
"""Checks a bearer token of the provider; set by ``app.py``, because it may reach the network."""


class NotSignedInError(DomainError):
    """The page is for people who are signed in; a browser is sent to the provider."""

    kind = Kind.UNAUTHENTICATED
    code = "sign-in-required"
    title = "Cần đăng nhập"


class NoRightError(DomainError):
    """Signed in, but without a role that may do this."""

    kind = Kind.FORBIDDEN
    code = "forbidden"
    title = "Tài khoản này không có quyền mở trang này"


class KnownElsewhereError(NotSignedInError):
    """Another service of ours has a session in this browser: the provider is asked, without a page.

    So that a public page knows who is signed in although each service keeps its own sessions.
    """


class Audience(StrEnum):
    """For whom a route is."""

    PUBLIC = "public"
    ROLES = "roles"
    MACHINE = "machine"


@dataclass(frozen=True)
class Guard:
    """What a route demands of its caller; the test of all routes and all roles reads it."""

    audience: Audience
    roles: frozenset[Role] = field(default_factory=frozenset)

    async def __call__(self, request: Request) -> None:
        """Let the request through, or raise NotSignedInError or NoRightError."""
        user = await current_user(request)
        if self.audience is Audience.PUBLIC:
            if user is None and _is_known_elsewhere(request):
                raise KnownElsewhereError("signed in at another service")
            return
        if user is None:
            raise NotSignedInError("no session, and no bearer token")
        if not self.admits(user):
            raise NoRightError(f"needs {self.audience}: {', '.join(sorted(self.roles))}")

    def admits(self, user: User) -> bool:
        """Tell whether ``user`` may pass."""
        if self.audience is Audience.MACHINE:
            return user.is_machine
        return self.audience is Audience.PUBLIC or bool(self.roles & user.roles)


def public() -> params.Depends:
    """Mark a route that anyone may call."""
    return cast("params.Depends", Depends(Guard(Audience.PUBLIC)))


def allow(*roles: Role) -> params.Depends:
    """Mark a route for people who have one of ``roles``."""
    if not roles:
        raise ValueError("name at least one role")
    return cast("params.Depends", Depends(Guard(Audience.ROLES, frozenset(roles))))


def machine() -> params.Depends:
    """Mark a route for programs that bear a token of the provider (audience ``lephi-api``)."""
    return cast("params.Depends", Depends(Guard(Audience.MACHINE)))


def guard_of(route: APIRoute) -> Guard:
    """Return what ``route`` demands; raise ValueError unless it declares exactly one guard."""
    found = [each.dependency for each in route.dependencies if isinstance(each.dependency, Guard)]
    if len(found) != 1:
        raise ValueError(f"{route.path} must declare public(), allow(…) or machine(), once")
    return found[0]


OUR_COOKIES: Final = ("lephi-", "__Host-lephi-")
"""Cookies of all services begin so; they share one origin."""
LOGIN_SUFFIX: Final = "-login"
"""Ends the name of the cookie of a sign-in under way."""
_NEVER_ASKED: Final = ("/api/", "/p/", "/quay/", "/thanh-toan/tro-ve", "/ngan-hang-thu")
"""Pages that show nobody's name: phones of payers, counter displays, the bank."""
_UNREAD: Final = object()


async def current_user(request: Request) -> User | None:
    """Return who asks: by bearer token, else by session cookie; None if nobody is signed in."""
    known = getattr(request.state, "user", _UNREAD)
    if known is _UNREAD:
        known = await _read_user(request)
        request.state.user = known
    return cast("User | None", known)


def asked_cookie(request: Request) -> str:
    """Return the cookie that remembers for a while that the provider was asked in vain."""
    return f"lephi_asked_{request.app.state.service.name}"


def _is_known_elsewhere(request: Request) -> bool:
    """Tell whether a person opens a page here who has a session at another of our services."""
    if not request.cookies:
        return False
    opens_a_page = (
        request.method == "GET"
        and "text/html" in request.headers.get("accept", "")
        and "hx-request" not in request.headers
        and not request.url.path.startswith(_NEVER_ASKED)
    )
    has_client = bool(request.app.state.settings.oidc_client_secret.get_secret_value())
    if not (opens_a_page and has_client) or asked_cookie(request) in request.cookies:
        return False
    own = request.app.state.session_cookie
    others = (name for name in request.cookies if name.startswith(OUR_COOKIES) and name != own)
    return any(not name.endswith(LOGIN_SUFFIX) for name in others)


async def _read_user(request: Request) -> User | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.count(".") == 2:  # noqa: PLR2004 -- a JWT has three parts
        return await cast("VerifyBearer", request.app.state.verify_bearer)(token)
    secret = request.cookies.get(request.app.state.session_cookie)
    if secret is None:
        return None
    async with database_of(request).transaction() as session:
        row = await sessions.find_session(session, secret, now=utc_now())
    return None if row is None else _user_of_row(row)


def _user_of_row(row: SessionRow) -> User:
    return User(
        subject=row.subject,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        agency_code=row.agency_code,
        agency_name=row.agency_name,
        id_number=row.id_number,
    )


def session_of(user: User, *, secret: str, id_token: str, now: datetime) -> SessionRow:
    """Return the row of a new session of ``user``; ``secret`` is what its cookie holds."""
    return SessionRow(
        id=sessions.hashed(secret), subject=user.subject, name=user.name,
        roles=sorted(user.roles), agency_code=user.agency_code, agency_name=user.agency_name,
        id_number=user.id_number, id_token=id_token, created_at=now,
        expires_at=now + sessions.LIFE, last_seen_at=now,
    )  # fmt: skip


async def _signed_in(request: Request) -> User:
    user = await current_user(request)
    if user is None:
        raise NotSignedInError("no session, and no bearer token")
    return user


SignedIn = Annotated[User, Depends(_signed_in)]
"""The user; for routes that ``allow`` some roles."""

MaybeSignedIn = Annotated[User | None, Depends(current_user)]
"""The user, or None; for public routes that show more to those who are known."""
