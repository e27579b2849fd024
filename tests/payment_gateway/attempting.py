"""A payer who begins, and a bank that is asked."""

from typing import Any
from uuid import UUID

from httpx import AsyncClient, Response
from sqlalchemy import text

from payment_gateway.views.catalogue import VIEWS
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptIssued
from shared.ids import new_id
from shared.jobs import run_due
from shared.views import apply
from tests.payment_gateway.builders import (
    BANK,
    CONTEXT,
    PAYEE,
    a_line,
)
from tests.payment_gateway.conftest import Gateway
from tests.support.facts import NOON, an_envelope, facts

API = "/api/payment-gateway/v1"


async def begin(
    client: AsyncClient, token: str, *, key: str | None = None, **body: str
) -> Response:
    return await client.post(
        f"{API}/pay-links/{token}/attempts",
        json={"channel": "npsp", "bank": BANK} | body,
        headers={"Idempotency-Key": key or str(new_id())},
    )


async def given_begun(gateway: Gateway, token: str) -> dict[str, str]:
    answer = await begin(gateway.client, token)
    assert answer.status_code == 201, answer.text
    begun: dict[str, str] = answer.json()
    return begun


async def state_of(gateway: Gateway, begun: dict[str, str]) -> dict[str, Any]:
    state: dict[str, Any] = (
        await gateway.client.get(f"{API}/attempts/{begun['payer_token']}")
    ).json()
    return state


async def make_due(gateway: Gateway) -> None:
    """Let the minute pass after which the bank is asked."""
    async with gateway.database.transaction() as session:
        await session.execute(text("UPDATE attempt SET due_at = now() - interval '1 s'"))


async def ask_due(gateway: Gateway) -> None:
    (ask,) = [job for job in gateway.service.jobs if job.name == "ask-attempt"]
    await run_due(gateway.database, ask)


async def issue_receipt(gateway: Gateway, payment_id: UUID) -> UUID:
    """Let the view hear that the receipt's number is given."""
    (settled,) = await facts(gateway.database, PaymentSettled)
    fact = ReceiptIssued.model_validate(
        settled.data.model_dump()
        | {
            "receipt_id": new_id(), "payment_id": payment_id, "kind": "phi", "issuer": PAYEE,
            "context": CONTEXT, "series_id": new_id(), "form_symbol": "EBL01",
            "serial_symbol": "26TAA", "number": 7, "lines": [a_line()], "total_vnd": 62_000,
            "total_in_words": "Sáu mươi hai nghìn đồng", "issued_at": NOON, "template_version": 1,
            "check_url": "http://lephi.test/xac-minh/6101234567/EBL01/26TAA/7",
        }
    )  # fmt: skip
    puts = [
        put
        for view in VIEWS
        for each in view.folds
        if each.event is ReceiptIssued
        for put in each.puts(an_envelope(fact))
    ]
    async with gateway.database.transaction() as session:
        await apply(session, puts)
    return fact.receipt_id


def _reference(gateway: Gateway) -> str:
    return gateway.platform.questions("INIT")[0]
