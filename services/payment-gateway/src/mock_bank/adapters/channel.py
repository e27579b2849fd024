"""What every channel's counterpart can do: tell the partner of a payment."""

from datetime import datetime
from typing import Final, Protocol

import httpx

from mock_bank.domain.tellings import Due, UndeliverableError

TIMEOUT: Final = httpx.Timeout(10.0, connect=3.0)
NOTHING_TO_TELL: Final = "the protocol has no word for it"
_SHOWN: Final = 200


class Teller(Protocol):
    """Tells the partner in one protocol; only jobs may use it."""

    async def tell(self, due: Due, *, now: datetime) -> str:
        """Tell it and return the answer; UndeliverableError unless the partner accepts."""

    async def close(self) -> None:
        """Close the connections."""


async def heard_by(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send ``request``; raise UndeliverableError where nobody answers."""
    try:
        return await client.send(request)
    except httpx.HTTPError as error:
        raise UndeliverableError(f"no answer: {type(error).__name__}") from error


def shown(answer: httpx.Response) -> str:
    """Return an answer as the desk shows it."""
    return f"{answer.status_code} {answer.text[:_SHOWN]}"
