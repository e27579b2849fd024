"""A citizen who knows only the public addresses."""

from dataclasses import dataclass
from typing import Any

from httpx import AsyncClient, Response

from shared.ids import new_id
from tests.support.waiting import eventually


@dataclass(frozen=True)
class Attempt:
    """What the browser that pays holds."""

    attempt_id: str
    payer_token: str
    redirect_url: str

    @property
    def bank_id(self) -> str:
        """Return the payment's id at the mock bank: the last segment of the path."""
        return self.redirect_url.partition("?")[0].rstrip("/").rpartition("/")[2]


async def payable(client: AsyncClient, code: str) -> dict[str, Any] | None:
    """Return the public facts of what is due for ``code``; None if nothing is known."""
    answer = await client.get(f"/api/payment-gateway/v1/payables/{code}")
    return _json(answer) if answer.status_code == 200 else None


async def status_of(client: AsyncClient, code: str) -> str | None:
    """Return the public word for the state of ``code``."""
    found = await payable(client, code)
    return None if found is None else str(found["status"])


async def until(
    client: AsyncClient, code: str, status: str, *, timeout_seconds: float = 20.0
) -> dict[str, Any]:
    """Wait until the public status of ``code`` is ``status``; return its facts."""

    async def look() -> dict[str, Any] | None:
        found = await payable(client, code)
        return found if found is not None and found["status"] == status else None

    found = await eventually(look, timeout_seconds=timeout_seconds)
    assert found is not None
    return found


async def start(client: AsyncClient, code: str, *, bank: str = "970436") -> Attempt:
    """Choose a bank for ``code``, as the phone page does."""
    facts = await until(client, code, "awaiting_payment")
    token = facts["pay_url"].rpartition("/")[2]
    answer = await client.post(
        f"/api/payment-gateway/v1/pay-links/{token}/attempts",
        json={"channel": "npsp", "bank": bank},
        headers={"Idempotency-Key": str(new_id())},
    )
    assert answer.status_code == 201, answer.text
    return Attempt(**{name: _json(answer)[name] for name in Attempt.__dataclass_fields__})


async def tap(client: AsyncClient, attempt: Attempt, what: str = "approve") -> None:
    """Do at the mock bank what the payer's tap does: approve, decline or abandon."""
    answer = await client.post(f"/ngan-hang-thu/api/payments/{attempt.bank_id}/{what}")
    assert answer.is_success, answer.text


async def receipts(
    client: AsyncClient, attempt: Attempt, *, count: int = 1, timeout_seconds: float = 20.0
) -> list[dict[str, Any]]:
    """Wait for the receipts of the money that ``attempt`` paid."""

    async def look() -> list[dict[str, Any]]:
        answer = await client.get(f"/api/payment-gateway/v1/attempts/{attempt.payer_token}")
        found: list[dict[str, Any]] = _json(answer)["receipts"] if answer.is_success else []
        return found if len(found) == count else []

    return await eventually(look, timeout_seconds=timeout_seconds)


async def pdf_of(client: AsyncClient, receipt: dict[str, Any]) -> bytes:
    """Wait for the file of ``receipt`` and return it."""
    token = receipt["url"].rpartition("/")[2]

    async def look() -> bytes | None:
        answer = await client.get(f"/api/receipt/v1/receipts/{token}/pdf")
        return answer.content if answer.status_code == 200 else None

    found = await eventually(look, timeout_seconds=30.0)
    assert found is not None
    return found


async def pay(client: AsyncClient, code: str) -> Attempt:
    """Pay what is due for ``code`` and wait until it is settled."""
    attempt = await start(client, code)
    await tap(client, attempt)
    await until(client, code, "paid")
    return attempt


def _json(answer: Response) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()
    return found
