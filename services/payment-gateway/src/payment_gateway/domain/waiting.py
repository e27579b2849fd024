"""What waits for whom while something is down (quầy khi có sự cố): words come from real rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.contracts.parts import PaymentChannel

UNSENT_AFTER: Final = timedelta(seconds=5)
"""A fact leaves within a second; one older than this waits for the stream."""

SILENT_AFTER: Final = timedelta(seconds=4)
"""A channel answers the first call within this; one that has not is silent."""

REMEMBERED: Final = timedelta(minutes=15)
"""A silence that nobody met for so long is forgotten: the next payer finds out."""


@dataclass(frozen=True)
class SilentChannel:
    """A channel whose latest attempts got no answer."""

    code: PaymentChannel
    name: str
    since: datetime


@dataclass(frozen=True)
class Stream:
    """Facts that are recorded here and wait for the stream."""

    since: datetime
    facts: int


@dataclass(frozen=True)
class Waits:
    """What a desk is told: what waits for the stream, and which channels do not answer."""

    stream: Stream | None = None
    channels: Sequence[SilentChannel] = ()

    @property
    def signature(self) -> str:
        """Return what changes when a page has to say something else."""
        since = self.stream.since.isoformat() if self.stream is not None else ""
        return f"{since} {' '.join(each.code.value for each in self.channels)}"
