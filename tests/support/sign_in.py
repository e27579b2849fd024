"""Signing in without a provider: a session row, and the cookie that names it."""

from httpx import AsyncClient

from shared.clock import utc_now
from shared.db.database import Database
from shared.ids import new_id
from shared.service import Service
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie


async def sign_in_as(
    role: Role,
    *,
    client: AsyncClient,
    service: Service,
    database: Database,
    agency_code: str = "H34.10",
) -> User:
    """Let ``client`` be someone who has ``role`` at ``agency_code``; return who that is."""
    user = User(
        subject=str(new_id()),
        name=role.value,
        roles=frozenset({role}),
        agency_code=agency_code,
        agency_name=f"Cơ quan {agency_code}",
    )
    secret = new_secret()
    async with database.transaction() as session:
        session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
    client.cookies.set(session_cookie(service.name, service.settings.public_url), secret)
    return user
