"""A running mock bank on real PostgreSQL, and a partner that hears it."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient
from pydantic import SecretStr

from mock_bank import jobs
from mock_bank.adapters.npsp import dialect
from mock_bank.adapters.npsp.client import NpspTeller
from mock_bank.domain.payments import Channel
from mock_bank.main import make_service
from shared.db.database import Database
from shared.jobs import run_due
from shared.service import Service
from tests.mock_bank.partner import Partner, a_partner
from tests.support.web import client_of

SECRET = SecretStr("npsp-secret-of-the-tests").get_secret_value()
PATH = "/ngan-hang-thu/npsp"


@dataclass
class Bank:
    """The bank as partner and payer meet it."""

    http: AsyncClient
    database: Database
    service: Service

    async def ask(self, message: dict[str, Any], fields: tuple[str, ...]) -> Any:  # noqa: ANN401 (any JSON)
        signed = {**message, "MaXacThuc": dialect.sign(message, fields, SECRET)}
        return (await self.http.post(PATH, json=signed)).json()

    async def begin(self, reference: str, **changes: object) -> UUID:
        answer = await self.ask(an_init(reference, **changes), dialect.INIT_FIELDS)
        assert answer["error_code"] == "0"
        return UUID(answer["UrlThanhToan"].rpartition("/")[2])

    async def query(self, reference: str, kind: str = "QUERY") -> Any:  # noqa: ANN401 (any JSON)
        return await self.ask(a_question(reference, kind), dialect.QUESTION_FIELDS)

    async def tap(self, payment_id: UUID, act: str) -> dict[str, Any]:
        answer = await self.http.post(f"/ngan-hang-thu/api/payments/{payment_id}/{act}")
        shown: dict[str, Any] = answer.json()
        return shown

    async def fault(self, name: str, **values: object) -> None:
        body = {"channel": "npsp", "fault": name, "times": 1, **values}
        assert (await self.http.put("/ngan-hang-thu/api/faults", json=body)).status_code == 200

    async def work(self) -> None:
        for job in self.service.jobs:
            await run_due(self.database, job)


def an_init(reference: str, **changes: object) -> dict[str, Any]:
    return {
        "LoaiBanTin": "INIT", "PhienBan": "1.0.6", "MaDoiTac": "LEPHI", "MaThamChieu": reference,
        "SoTien": 62_000, "LoaiHinhThanhToan": "PAY", "MaKenhThanhToan": "1", "MaThietBi": "1",
        "NgonNgu": "vi-VN", "MaTienTe": "VND", "MaNganHang": "VCB",
        "ThongTinGiaoDich": "THANH TOAN HO SO H34.10-261124-0007",
        "ThoiGianGD": "20261124100000", "Ip": "127.0.0.1",
        "ThongTinBienLai": {"MaHoSo": "H34.10-261124-0007", "TenDonVi": "Trung tâm"}, **changes,
    }  # fmt: skip


def a_question(reference: str, kind: str) -> dict[str, Any]:
    return {
        "LoaiBanTin": kind, "PhienBan": "1.0.6", "MaDoiTac": "LEPHI", "MaThamChieu": reference,
        "ThoiGianGD": "20261124100100",
    }  # fmt: skip


@pytest.fixture
def partner() -> Iterator[Partner]:
    with a_partner() as listening:
        yield listening


@pytest.fixture
async def bank(
    database_of: Callable[[str], Awaitable[Database]], partner: Partner
) -> AsyncIterator[Bank]:
    database = await database_of("mock_bank")
    client = NpspTeller(partner.address, SECRET)
    service = dataclasses.replace(make_service(), jobs=jobs.jobs({Channel.NPSP: client}))
    async with client_of(service, database) as http:
        yield Bank(http, database, service)
    await client.close()
    for close in service.closers:
        await close()
