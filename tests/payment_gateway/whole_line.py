"""From the province's words to the payable: three services in a line, and the payer beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from payment_gateway.domain.payables import Payable
from payment_gateway.repository import payables as rows
from shared.contracts.money import CaseOpened, RefundProposed
from shared.contracts.payment import (
    MoneyUnmatched,
    PaymentAmended,
    PaymentClosed,
    PaymentRequested,
    PaymentSettled,
)
from tests.conftest import NewDatabase
from tests.payment_gateway.builders import given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import facts
from tests.support.line import Line

DUE, LESS = 62_000, 40_000


HOURS: Final = tuple(f"2026-11-22T{hour:02}:00:00+07:00" for hour in range(9, 24))


@dataclass
class World:
    """The line of services, and the payer's side of it."""

    line: Line
    gateway: Gateway

    async def state(self, code: str, status: str, at: int, **more: object) -> None:
        await self.line.say(statement(code, status, at, **more))

    async def pay(self, code: str, amount_vnd: int = DUE) -> None:
        payable = await self.payable(code)
        assert payable is not None
        attempt = await given_an_attempt(self.gateway.database, payable)
        answer = told(
            attempt.reference,
            SoTien=str(amount_vnd),
            MaGiaoDich=f"GD{code[-4:]}{payable.supplement_no}",
        )
        assert await self.gateway.tell(answer) == "00"

    async def payable(self, code: str) -> Payable | None:
        async with self.gateway.database.transaction() as session:
            found = await rows.payables_of(session, code)
        return found[-1] if found else None

    async def said(self, code: str) -> list[str]:
        """Return what lephi.payment said of a dossier, without attempts, in alphabetical order."""
        database = self.gateway.database
        ended = await facts(database, PaymentClosed)
        cases = await facts(database, CaseOpened)
        loose = await facts(database, MoneyUnmatched)
        refunds = await facts(database, RefundProposed)
        found = [(each.subject, f"PaymentClosed {each.data.reason}") for each in ended]
        found += [(each.subject, f"CaseOpened {each.data.kind}") for each in cases]
        found += [(each.subject, f"MoneyUnmatched {each.data.kind}") for each in loose]
        found += [(each.subject, f"RefundProposed {each.data.reason_code}") for each in refunds]
        for event in (PaymentRequested, PaymentAmended, PaymentSettled):
            found += [(each.subject, event.__name__) for each in await facts(database, event)]
        return sorted(words for subject, words in found if subject == code)


def statement(code: str, status: str, at: int, **more: object) -> Mapping[str, object]:
    return {"MaHoSo": code, "TrangThaiHoSo": status, "NgayCapNhat": HOURS[at], **more}


async def a_world(gateway: Gateway, database_of: NewDatabase) -> World:
    """Put the two services before ``gateway`` in front of it."""
    line = Line(await database_of("dossier"), await database_of("fee"), gateway.database)
    await line.prepare()
    return World(line, gateway)
