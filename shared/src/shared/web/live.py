"""Server-sent events: a page hears that what it shows has changed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, cast

from fastapi import Request
from starlette.responses import StreamingResponse

from shared.db.database import is_disconnection
from shared.live import Live

_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_STILL_HERE: Final = ": \n\n"


def event_stream(
    request: Request, key: str, read: Callable[[], Awaitable[str | None]], event: str = "status"
) -> StreamingResponse:
    """Answer with a stream that says ``event`` with what ``read`` returns, whenever that changed.

    ``read`` opens a short transaction of its own; None means there is nothing to say. Whoever
    connects hears the present state first; a comment every 15 s keeps the connection open.
    """
    live = cast("Live", request.app.state.live)
    return StreamingResponse(
        _told(live, key, read, event), media_type="text/event-stream", headers=_HEADERS
    )


def is_refetched(request: Request) -> bool:
    """Tell whether a live page fetches itself again, for someone who sees it already."""
    return "HX-Request" in request.headers


async def _told(
    live: Live, key: str, read: Callable[[], Awaitable[str | None]], event: str
) -> AsyncIterator[str]:
    last: str | None = None
    async for _ in live.changes(key):
        try:
            text = await read()
        except Exception as error:
            if is_disconnection(error):
                return  # The browser connects again by itself.
            raise
        if text is None or text == last:
            yield _STILL_HERE
            continue
        last = text
        yield message_of(event, text)


def message_of(event: str, text: str) -> str:
    """Return one event as it travels (HTML, 9.2.6): a ``data:`` line per line of ``text``."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {event}\n{lines}\n"
