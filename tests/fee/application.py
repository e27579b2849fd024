"""The real application of fee, and who asks it."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from httpx import AsyncClient, Response

from fee.main import make_service
from shared.clock import utc_now
from shared.db.database import Database
from shared.service import Service
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

PEOPLE = {"Accept": "text/html"}


@dataclass
class Fee:
    """The application and who asks it."""

    client: AsyncClient
    service: Service
    database: Database

    async def page(self, path: str) -> str:
        answer = await self.client.get(path, headers=PEOPLE)
        assert answer.status_code == 200, answer.text
        return " ".join(answer.text.split())

    async def sign_in(self, role: Role, agency_code: str = "H34.10") -> None:
        await sign_in_as(
            role,
            client=self.client,
            service=self.service,
            database=self.database,
            agency_code=agency_code,
        )

    async def sign_in_person(self, subject: str, *roles: Role) -> None:
        """Let the same person come back, with more than one role if need be."""
        user = User(subject=subject, name=f"Người {subject}", roles=frozenset(roles))
        secret = new_secret()
        async with self.database.transaction() as session:
            session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
        cookie = session_cookie(self.service.name, self.service.settings.public_url)
        self.client.cookies.set(cookie, secret)

    async def post(self, path: str, form: Mapping[str, str] | None = None) -> Response:
        return await self.client.post(path, data=dict(form or {}), headers=PEOPLE)

    async def hand_in(self, data: bytes, reason: str = "nghị quyết mới") -> Response:
        return await self.client.post(
            "/can-bo/bieu-phi/nhap",
            data={"reason": reason},
            files={"file": ("bieu-phi.csv", data, "text/csv")},
            headers=PEOPLE,
        )


@asynccontextmanager
async def asking_fee(database: Database) -> AsyncIterator[Fee]:
    """Ask fee on ``database``, nobody being signed in."""
    service = make_service()
    async with client_of(service, database) as client:
        yield Fee(client, service, database)


def a_file(*rows: Mapping[str, str], columns: Iterable[str] | None = None) -> bytes:
    """Return a CSV file of ``rows``; the names of the columns are those of the first row."""
    names = list(columns or rows[0])
    lines = [names, *[[row.get(name, "") for name in names] for row in rows]]
    return "\r\n".join(
        ",".join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines
    ).encode()
