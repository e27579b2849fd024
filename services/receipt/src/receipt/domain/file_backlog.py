"""Files of receipts that are late: how many, since when, why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LATE: Final = timedelta(minutes=2)
"""Later than this a file is late: a payer's name may take one minute, printing seconds."""


@dataclass(frozen=True)
class FileBacklog:
    """What waits; numbers and money are right meanwhile."""

    late: int
    failing: int
    """Of them or of younger ones: tried in vain at least once."""
    oldest_at: datetime | None
    """When the oldest one that is late or failing was issued."""
    reason: str | None
    """Why most of them failed the last time: a code of ours."""

    @property
    def is_visible(self) -> bool:
        """Tell whether anybody has to know."""
        return bool(self.late or self.failing)
