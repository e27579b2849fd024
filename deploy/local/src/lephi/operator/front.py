"""The public addresses of the product, as a browser and a bank meet them; nothing inside."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from shared.errors import DomainError, Kind

T = TypeVar("T")

_TIMEOUT: Final = httpx.Timeout(15.0, connect=3.0)
_LOOK_SECONDS: Final = 0.05
_BANK: Final = "/ngan-hang-thu/"
_BANK_PAYMENT: Final = re.compile(_BANK + r"[a-z]+/([0-9a-f-]{36})")


class FrontDoorError(DomainError):
    """The front door does not answer as surface.md says."""

    kind = Kind.UNAVAILABLE
    code = "front-door"
    title = "Cửa vào chưa trả lời đúng"


class NothingDueError(DomainError):
    """There is nothing to pay for this dossier."""

    kind = Kind.NOT_FOUND
    code = "nothing-due"
    title = "Hồ sơ này không có khoản phải thu"


@dataclass
class Paid:
    """One payment through its public addresses; milliseconds since the payer pressed pay."""

    dossier_code: str
    amount_vnd: int
    bank: str
    steps_ms: dict[str, float] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    pdf_bytes: list[int] = field(default_factory=list)


class FrontDoor:
    """A payer with a browser, a bank's app, and patience."""

    def __init__(self, address: str, *, patience_seconds: float) -> None:
        self._patience = patience_seconds
        self._http = httpx.AsyncClient(base_url=address, timeout=_TIMEOUT, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def look_up(self, code: str) -> dict[str, Any] | None:
        """Return the payable of ``code``; None while there is none, or no fee is assessed."""
        answer = await self._get(f"/api/payment-gateway/v1/payables/{code}", allow=(404,))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        payable: dict[str, Any] = answer.json()
        return None if payable["status"] == "awaiting_fee" else payable

    async def find_payable(
        self, code: str, *, patience_seconds: float | None = None
    ) -> dict[str, Any]:
        """Return what is due for ``code`` once it can be paid; NothingDueError if it never can."""
        payable = await self._until(
            partial(self.look_up, code), f"what is due for {code}", patience_seconds
        )
        if payable["status"] != "awaiting_payment":
            raise NothingDueError(f"{code} is {payable['status']}")
        return payable

    async def pay(self, code: str) -> Paid:
        """Pay ``code`` with the first bank, as J1 does, until its receipts' files are there."""
        payable = await self.find_payable(code)
        token = payable["pay_url"].rpartition("/")[2]
        link = f"/api/payment-gateway/v1/pay-links/{token}"
        channel = (await self._get(link)).json()["channels"][0]
        bank = (channel.get("banks") or [{}])[0].get("code")
        paid = Paid(code, payable["remaining_vnd"], bank or channel["code"])
        begin = perf_counter()
        attempt = await self._post(
            f"{link}/attempts",
            {"channel": channel["code"], **({"bank": bank} if bank else {})},
        )
        paid.steps_ms["attempt opened"] = _since(begin)
        payment_id = await self._find_bank_payment(attempt["redirect_url"])
        await self._post(f"/ngan-hang-thu/api/payments/{payment_id}/approve", {})
        paid.steps_ms["bank approved, callback answered"] = _since(begin)
        await self._follow(paid, attempt["payer_token"], begin)
        return paid

    async def _find_bank_payment(self, address: str) -> str:
        """Return the bank's id of the payment; our own page links to it once the bank answered."""
        path = urlsplit(address).path
        if path.startswith(_BANK):
            return path.rpartition("/")[2]

        async def look() -> str | None:
            found = _BANK_PAYMENT.search((await self._get(path)).text)
            return None if found is None else found[1]

        return await self._until(look, "the bank's page")

    async def _follow(self, paid: Paid, payer_token: str, begin: float) -> None:
        address = f"/api/payment-gateway/v1/attempts/{payer_token}"

        async def look() -> list[dict[str, Any]] | None:
            attempt = (await self._get(address)).json()
            if attempt["status"] == "succeeded":
                paid.steps_ms.setdefault("payment settled", _since(begin))
            return attempt.get("receipts") or None

        paid.receipts = await self._until(look, "the receipt's number")
        paid.steps_ms["receipt numbered"] = _since(begin)
        for receipt in paid.receipts:
            paid.pdf_bytes.append(await self._fetch_pdf(receipt["url"].rpartition("/")[2]))
        paid.steps_ms["receipt's PDF fetched"] = _since(begin)

    async def _fetch_pdf(self, token: str) -> int:
        async def look() -> int | None:
            answer = await self._get(f"/api/receipt/v1/receipts/{token}/pdf", allow=(202, 404))
            ready = answer.status_code == httpx.codes.OK and answer.content.startswith(b"%PDF-")
            return len(answer.content) if ready else None

        return await self._until(look, "the receipt's PDF")

    async def _until(
        self, look: Callable[[], Awaitable[T | None]], what: str, patience: float | None = None
    ) -> T:
        limit = self._patience if patience is None else patience
        begin = perf_counter()
        while (found := await look()) is None:
            if perf_counter() - begin > limit:
                raise FrontDoorError(f"waited {limit:.0f} s for {what}")
            await asyncio.sleep(_LOOK_SECONDS)
        return found

    async def _get(self, path: str, *, allow: tuple[int, ...] = ()) -> httpx.Response:
        return _checked(await self._send("GET", path), allow)

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = _checked(await self._send("POST", path, json=body, headers=headers))
        document: dict[str, Any] = answer.json()
        return document

    async def _send(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        try:
            return await self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            raise FrontDoorError(f"{method} {path}: {type(error).__name__}") from error


def _checked(answer: httpx.Response, allow: tuple[int, ...] = ()) -> httpx.Response:
    if answer.is_success or answer.status_code in allow:
        return answer
    place = f"{answer.request.method} {answer.request.url.path}"
    raise FrontDoorError(f"{place}: {answer.status_code} {answer.text[:200]}")


def _since(begin: float) -> float:
    return round((perf_counter() - begin) * 1000, 1)
