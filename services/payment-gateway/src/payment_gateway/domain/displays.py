"""The counter display (màn hình quầy): driven by one desk, blank when nobody stands before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from payment_gateway.domain.payables import Payable

PAIRING_LIFE: Final = timedelta(minutes=5)
IDLE: Final = timedelta(minutes=3)
"""After so long without an act of the desk the display forgets its dossier (product.md J1)."""
DESK_IDLE: Final = timedelta(hours=1)
"""A desk that nobody used for so long counts as signed out, as its session does."""
AFTERGLOW: Final = timedelta(seconds=12)
"""How long it says that the money is in, before it goes blank."""


class Face(StrEnum):
    """What a display shows."""

    BLANK = "blank"
    """The agency's name and the clock."""
    DUE = "due"
    PAID = "paid"


@dataclass(frozen=True)
class Display:
    """One display as its desk left it."""

    id: UUID
    agency_code: str
    agency_name: str
    dossier_code: str | None
    shown_at: datetime | None
    pairing_code: str | None
    pairing_until: datetime | None


def face(display: Display, payable: Payable | None, *, now: datetime) -> Face:
    """Return what ``display`` shows: nothing of an earlier citizen, ever."""
    if payable is None or display.shown_at is None or now >= display.shown_at + IDLE:
        return Face.BLANK
    if payable.takes_money:
        return Face.DUE
    settled_at = payable.settled_at
    fresh = settled_at is not None and display.shown_at <= settled_at
    if payable.is_paid and fresh and settled_at is not None and now < settled_at + AFTERGLOW:
        return Face.PAID
    return Face.BLANK
