"""What dossiers wait for, and how many an act on tariffs touches."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OpenCounts:
    """How many open dossiers have one of some fees."""

    open: int
    filed: int
    """Of these, filed on or after a day."""
    waiting: int
    """Of the filed ones, whose amount cannot be said yet."""

    @property
    def kept(self) -> int:
        """Return how many of the filed ones keep what was said of them."""
        return self.filed - self.waiting


@dataclass(frozen=True)
class Missing:
    """A fee that dossiers wait for because no tariff fits (chưa có biểu phí)."""

    fee_code: str
    name: str
    kind: str
    procedure_code: str
    variant: str | None
    territory_code: str | None
    dossiers: int
    filed_first: datetime
