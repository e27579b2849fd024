"""Tells the partner about payments; only jobs may use it."""

from typing import Final

import httpx

from mock_bank.adapters.npsp import dialect
from mock_bank.domain.tellings import UndeliverableError

_TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
_SHOWN: Final = 200


class NpspClient:
    """Posts callbacks to one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False)

    async def confirm(self, message: dict[str, str]) -> str:
        """Post ``message`` and return the answer; UndeliverableError unless MaLoi is ``00``."""
        try:
            answer = await self._client.post(self._address, json=message)
        except httpx.HTTPError as error:
            raise UndeliverableError(f"no answer: {type(error).__name__}") from error
        shown = f"{answer.status_code} {answer.text[:_SHOWN]}"
        if not dialect.is_accepted(answer.status_code, answer.content):
            raise UndeliverableError(shown)
        return shown

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
