"""Who looks at the pages, and what the public reads."""

from typing import Any

from httpx import AsyncClient

from payment_gateway.views.catalogue import VIEWS
from shared.contracts.envelope import Event
from shared.views import apply
from shared.web.identity import Role
from tests.payment_gateway.builders import (
    CODE,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import an_envelope
from tests.support.sign_in import sign_in_as

PAYABLES = "/api/payment-gateway/v1/payables"


async def fold_in(gateway: Gateway, fact: Event) -> None:
    """Let the views hear ``fact``."""
    puts = [
        put
        for view in VIEWS
        for each in view.folds
        if each.event is type(fact)
        for put in each.puts(an_envelope(fact))
    ]
    async with gateway.database.transaction() as session:
        await apply(session, puts)


async def sign_in(gateway: Gateway, role: Role, agency_code: str = "H34.10") -> None:
    await sign_in_as(
        role,
        client=gateway.client,
        service=gateway.service,
        database=gateway.database,
        agency_code=agency_code,
    )


async def facts_of(gateway: Gateway, code: str = CODE) -> dict[str, Any]:
    answer = await gateway.client.get(f"{PAYABLES}/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def guess(client: AsyncClient, number: int) -> int:
    return (await client.get(f"{PAYABLES}/H34.10-261122-{number:04}")).status_code
