"""What moves an open page: facts that pass on a stream, told to whoever watches their key."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Final

_LOOKS_AGAIN: Final = (0.3, 0.7, 2.0)
"""Pauses in seconds after a fact: the reader that stores it may still be behind the stream."""
_LOOKS_ANYWAY: Final = 15.0
"""Seconds after which a page is read again even if nothing was heard."""


class Live:
    """The pages open in this process, by the key they watch."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, key: str) -> None:
        """Wake every page that watches ``key``."""
        for watcher in self._watchers.get(key, ()):
            watcher.set()

    async def changes(self, key: str) -> AsyncIterator[None]:
        """Yield when the page should look: at once, after each fact of ``key``, and every 15 s."""
        heard = asyncio.Event()
        self._watchers[key].add(heard)
        pauses: list[float] = []
        try:
            while True:
                yield
                pause = pauses.pop(0) if pauses else _LOOKS_ANYWAY
                try:
                    async with asyncio.timeout(pause):
                        await heard.wait()
                except TimeoutError:
                    continue
                heard.clear()
                pauses = list(_LOOKS_AGAIN)
        finally:
            self._watchers[key].discard(heard)
            if not self._watchers[key]:
                del self._watchers[key]
