"""Gateway and mock bank, each a real application on a port, as they meet in the stack."""

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
import uvicorn
from httpx import AsyncClient
from sqlalchemy import text

from mock_bank.main import make_service as make_bank
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.main import make_service as make_gateway
from payment_gateway.use_cases.channels import load_channels
from payment_gateway.views.catalogue import VIEWS
from shared.db.database import Database
from shared.ids import new_id
from shared.jobs import JobRunner, run_due
from shared.kafka.view_schema import prepare_views
from shared.live import Live
from shared.service import Service
from shared.trust import authorities
from shared.web.app import create_app
from tests.payment_gateway.builders import PAYEE, given_a_payable
from tests.support.databases import Databases

BANK: Final = "/ngan-hang-thu"
API: Final = "/api/payment-gateway/v1"
_NUMBERS: Final = itertools.count(1)


def addresses(bank: str, gateway: str) -> Mapping[str, str]:
    """Return how each side finds the other."""
    return {
        "NPSP_URL": f"{bank}{BANK}/npsp",
        "VNPAY_URL": f"{bank}{BANK}/vnpay/paymentv2/vpcpay.html",
        "VNPAY_QUERY_URL": f"{bank}{BANK}/vnpay/merchant_webapi/api/transaction",
        "MOMO_URL": f"{bank}{BANK}/momo",
        "ZALOPAY_URL": f"{bank}{BANK}/zalopay",
        "SETTLEMENT_URL": f"{bank}{BANK}/api/statements",
        "MOCK_BANK_CALLBACK_URL": f"{gateway}/ipn",
        "RATE_LIMIT_TRUSTED": "127.0.0.0/8",
    }


@dataclass
class Side:
    """One application, its database, and a client on it."""

    service: Service
    database: Database
    client: AsyncClient

    async def work(self, name: str) -> None:
        """Do what is due of one job."""
        for job in self.service.jobs:
            if job.name == name:
                await run_due(self.database, job)

    async def run(self, statement: str, **values: object) -> list[Any]:
        """Run one statement; return the first column of its rows."""
        async with self.database.transaction() as session:
            if not statement.lstrip().startswith("SELECT"):
                await session.execute(text(statement), values)
                return []
            return list(await session.scalars(text(statement), values))


@dataclass(frozen=True)
class Paying:
    """One payer on the way."""

    code: str
    payment_id: str
    reference: str
    """The payable's own."""
    channel: str
    bank_id: str
    """The payment at the mock bank; for a transfer the bank's reference."""


@dataclass
class BothSides:
    """The gateway and the bank."""

    gateway: Side
    bank: Side

    async def fault(self, channel: str, name: str, **values: object) -> None:
        """Let the next payment of ``channel`` meet a fault."""
        body = {"channel": channel, "fault": name, "times": 1, **values}
        answer = await self.bank.client.put(f"{BANK}/api/faults", json=body)
        assert answer.status_code == 200, answer.text

    async def begin(self, channel: str, *, amount_vnd: int = 100_000, code: str = "") -> Paying:
        """Open a payable, unless ``code`` has one, and choose ``channel``."""
        if not code:
            code = f"H34.10-261122-{next(_NUMBERS):04d}"
            await given_a_payable(self.gateway.database, amount_vnd=amount_vnd, code=code)
        facts = (await self.gateway.client.get(f"{API}/payables/{code}")).json()
        token = facts["pay_url"].rpartition("/")[2]
        answer = await self.gateway.client.post(
            f"{API}/pay-links/{token}/attempts",
            json={"channel": channel},
            headers={"Idempotency-Key": str(new_id())},
        )
        assert answer.status_code == 201, answer.text
        own = "SELECT reference FROM payable WHERE dossier_code = :code"
        (reference,) = await self.gateway.run(own, code=code)
        ids = "SELECT id::text FROM payable WHERE dossier_code = :code"
        (payment_id,) = await self.gateway.run(ids, code=code)
        url = str(answer.json()["redirect_url"])
        bank_id = url.partition("?")[0].rpartition("/")[2]
        if channel == "vietqr":
            assert url.endswith("/chuyen-khoan"), "our own page"
            bank_id = f"FT26332{next(_NUMBERS):07d}"
        return Paying(code, payment_id, reference, channel, bank_id)

    async def tap(self, paying: Paying, **typed: object) -> str:
        """Pay, as the payer's tap or transfer does; return the payment's id at the bank."""
        if paying.channel != "vietqr":
            path = f"{BANK}/api/payments/{paying.bank_id}/approve"
            answer = await self.bank.client.post(path)
        else:
            account = {"bin": PAYEE.account.bin, "account": PAYEE.account.number}
            transfer = {
                "content": f"ck {paying.reference.lower()} cam on", "amount_vnd": 100_000,
                "bank_reference": paying.bank_id,
            }  # fmt: skip
            path = f"{BANK}/api/transfers"
            answer = await self.bank.client.post(path, json={**transfer, **account, **typed})
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    async def let_time_pass(self) -> None:
        """Let the bank tell all that waits, and let us ask about every attempt that is open."""
        await self.bank.run("UPDATE telling SET due_at = now() WHERE due_at IS NOT NULL")
        await self.bank.work("tell-partner")
        await self.gateway.run("UPDATE attempt SET due_at = now() WHERE due_at IS NOT NULL")
        await self.gateway.work("ask-attempt")

    async def status(self, paying: Paying) -> str:
        """Return the public status of what is paid."""
        facts = (await self.gateway.client.get(f"{API}/payables/{paying.code}")).json()
        return str(facts["status"])

    async def said(self, paying: Paying, type_: str) -> int:
        """Return how often the gateway said ``type_`` of the dossier."""
        count = "SELECT count(*) FROM outbox WHERE aggregateid = :code AND type LIKE :type"
        (found,) = await self.gateway.run(count, code=paying.code, type=f"%.{type_}.%")
        return int(found)


async def with_channels(database: Database) -> None:
    """Load channels and banks, and make empty views, as a start of the gateway does."""
    await prepare_views(database, VIEWS, consumer="payment-gateway.views")
    async with database.transaction() as session:
        await load_channels(session, read_catalogue())


@asynccontextmanager
async def both_sides(templates: Databases) -> AsyncIterator[BothSides]:
    """Serve both applications until the end of the block."""
    async with AsyncExitStack() as stack:
        bank_socket, gateway_socket = _listening(), _listening()
        bank_url, gateway_url = _url_of(bank_socket), _url_of(gateway_socket)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in addresses(bank_url, gateway_url).items():
                patch.setenv(name, value)
            bank, gateway = make_bank(), make_gateway()
        yield BothSides(
            await stack.enter_async_context(_side(templates, gateway, gateway_socket)),
            await stack.enter_async_context(_side(templates, bank, bank_socket)),
        )


@asynccontextmanager
async def _side(
    templates: Databases, service: Service, listening: socket.socket
) -> AsyncIterator[Side]:
    is_gateway = service.package == "payment_gateway"
    url = await templates.fresh(service.package, with_channels if is_gateway else None)
    database = Database(url, pool_size=20, name=f"both {service.package}")
    app = create_app(service, database, Live(), JobRunner(database, service.jobs))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_keep_alive=60)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with AsyncClient(base_url=_url_of(listening), timeout=20, verify=authorities()) as client:
        yield Side(service, database, client)
    server.should_exit = True
    await serving
    for close in service.closers:
        await close()
    await database.close()
    await templates.drop(url)


def _listening() -> socket.socket:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


def _url_of(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"
