"""The receipt service as tests of its pages use it: who asks, and what happens meanwhile."""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from httpx import AsyncClient

from receipt.jobs.files import make_file
from receipt.jobs.workshop import Workshop
from shared.clock import utc_now
from shared.contracts.parts import FeeKind
from shared.contracts.receipt import ReceiptIssued
from shared.db.database import Database
from shared.ids import new_id
from shared.links import Purpose, make_token
from shared.service import Service
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie
from tests.receipt.acts import issued, know, settle
from tests.receipt.builders import DOSSIER, a_line, a_party, a_payment
from tests.support.environment import ENVIRONMENT
from tests.support.sign_in import sign_in_as

PEOPLE = {"Accept": "text/html"}
PERSONAL = ("Đặng Thị Ngọc Ánh", "Phan Đình Phùng", "062090000001", "0905", "123 456", "anh@")
"""What no page of a receipt shows: it stands in the file only."""


@dataclass
class World:
    """The application, who asks it, and what makes its files."""

    client: AsyncClient
    database: Database
    service: Service
    workshop: Workshop

    async def pay(self, *kinds: FeeKind, dossier_code: str = DOSSIER) -> list[ReceiptIssued]:
        await know(self.database, a_party(dossier_code=dossier_code))
        lines = [a_line(kind) for kind in kinds or (FeeKind.PHI,)]
        before = len(await issued(self.database))
        await settle(self.database, a_payment(*lines, dossier_code=dossier_code), clock=utc_now)
        return list(await issued(self.database))[before:]

    async def make_files(self) -> None:
        while await make_file(self.database, None, workshop=self.workshop):
            pass

    def store_files(self) -> list[str]:
        folder = Path(os.environ["RECEIPT_FILES_FOLDER"])
        return [str(path) for path in folder.rglob("*") if path.is_file()]

    async def page(self, path: str, *, status: int = 200) -> str:
        answer = await self.client.get(path, headers=PEOPLE)
        assert answer.status_code == status, answer.text
        return " ".join(answer.text.split())

    async def sign_in_citizen(self, id_number: str) -> None:
        user = User(
            subject=str(new_id()),
            name="Công dân",
            roles=frozenset({Role.CITIZEN}),
            id_number=id_number,
        )
        secret = new_secret()
        async with self.database.transaction() as session:
            session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
        cookie = session_cookie(self.service.name, self.service.settings.public_url)
        self.client.cookies.set(cookie, secret)

    async def sign_in(self, role: Role, agency_code: str = "H34.10") -> None:
        await sign_in_as(
            role,
            client=self.client,
            service=self.service,
            database=self.database,
            agency_code=agency_code,
        )


def token_of(receipt_id: UUID, purpose: Purpose = Purpose.RECEIPT) -> str:
    return make_token(ENVIRONMENT["LINK_KEY"], purpose, receipt_id)
