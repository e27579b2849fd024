"""How clients ask: time limits, and answers that are not endless. Network; only jobs may use it."""

from typing import Final

import httpx

from payment_gateway.domain.errors import ChannelUnavailableError
from shared.outside import require_open

LIMITS: Final = httpx.Timeout(8.0, connect=2.0)
"""Shorter than an attempt's lease."""
_MAX_ANSWER: Final = 64 * 1024


async def in_full(client: httpx.AsyncClient, request: httpx.Request) -> bytes:
    """Send ``request`` and return the body of its answer; raise ChannelUnavailableError."""
    require_open("channel")
    try:
        answer = await client.send(request)
    except httpx.HTTPError as error:
        raise ChannelUnavailableError(f"no answer: {type(error).__name__}") from error
    if not answer.is_success or len(answer.content) > _MAX_ANSWER:
        raise ChannelUnavailableError(f"HTTP {answer.status_code}")
    return answer.content
