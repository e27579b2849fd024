"""Fetches the settlement file of a channel's day. Network; only jobs may use it."""

from datetime import date
from typing import Final

import httpx

from payment_gateway.adapters.settlements.reading import MAX_BYTES
from payment_gateway.domain.statements import StatementUnavailableError
from shared.contracts.parts import PaymentChannel
from shared.outside import require_open
from shared.trust import authorities

_LIMITS: Final = httpx.Timeout(30.0, connect=3.0)
_MOST: Final = 2 * MAX_BYTES
"""In Base64 a file is a third longer; what is longer still is not read to its end."""


class SettlementClient:
    """Asks one address for the files of all channels: ``{address}/{day}?channel=…``."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(timeout=_LIMITS, trust_env=False, verify=authorities())

    @property
    def is_reachable(self) -> bool:
        """Tell whether files can be fetched at all; else accountants hand them in."""
        return bool(self._address)

    async def fetch(self, channel: PaymentChannel, day_on: date) -> bytes:
        """Return the file as it came; raise StatementUnavailableError."""
        require_open("settlement")
        url = f"{self._address}/{day_on.isoformat()}"
        received = bytearray()
        try:
            async with self._client.stream("GET", url, params={"channel": channel.value}) as answer:
                if not answer.is_success:
                    raise StatementUnavailableError(f"HTTP {answer.status_code}")
                async for chunk in answer.aiter_bytes():
                    received += chunk
                    if len(received) > _MOST:
                        break
        except httpx.HTTPError as error:
            raise StatementUnavailableError(f"no answer: {type(error).__name__}") from error
        return bytes(received)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
