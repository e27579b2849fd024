"""Series of numbers (dải số): what they count, how they live, and what opens them by rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from receipt.domain.lifecycles import SeriesStatus
from receipt.domain.symbols import Symbols, symbols_of, with_ending
from shared.contracts.parts import FeeKind

NEXT_YEAR_OPENS: Final = (12, 15)
"""Month and day on which next year's series open by rule (architecture: Money, numbers, time)."""

NEXT_YEAR_MISSED: Final = (12, 16)
"""From here on a missing one is an alarm."""

LAST_YEAR_CLOSES: Final = (1, 2)
"""A day after the turn, so that no clock that is a little late still asks for them."""


class Wait(StrEnum):
    """Why a receipt has no number yet (chờ cấp số)."""

    NO_OPEN_SERIES = "no-open-series"
    SERIES_FULL = "series-full"


@dataclass(frozen=True, order=True)
class SeriesKey:
    """What is counted: a collector's receipts of one kind in one year; one open series at most."""

    year: int
    tax_code: str
    kind: FeeKind


@dataclass(frozen=True)
class Registration:
    """The tax authority's acceptance of form 01/ĐKTĐ-CTĐT (NĐ 254/2026 Điều 4.3)."""

    reference: str
    accepted_on: date


@dataclass(frozen=True)
class NewSeries:
    """A series that is to be: whose, and under which symbols."""

    key: SeriesKey
    symbols: Symbols
    agency_code: str
    """The collector's."""


@dataclass(frozen=True)
class Series:
    """One series as it stands."""

    series_id: UUID
    key: SeriesKey
    symbols: Symbols
    agency_code: str
    agency_name: str
    status: SeriesStatus
    last_number: int
    last_issued_at: datetime | None
    registration: Registration | None
    opened_at: datetime | None
    opened_by_rule: bool
    closed_at: datetime | None
    waiting: int = 0
    """Receipts whose file is not stored yet."""

    @property
    def is_unregistered(self) -> bool:
        """Tell whether numbers are given although no acceptance is recorded."""
        return self.registration is None and self.status is SeriesStatus.OPEN


@dataclass(frozen=True)
class AwaitingNumber:
    """A receipt of a settled payment that waits for a series."""

    dossier_code: str
    key: SeriesKey
    total_vnd: int
    why: Wait
    since: datetime


def by_rule(key: SeriesKey, agency_code: str, day: date) -> NewSeries:
    """Return the series that the rule opens for ``key`` when its first receipt comes."""
    return NewSeries(key, symbols_of(key.kind, day), agency_code)


def opens_next_year(today: date) -> bool:
    """Tell whether next year's series are open by rule on ``today``."""
    return (today.month, today.day) >= NEXT_YEAR_OPENS


def misses_next_year(today: date) -> bool:
    """Tell whether it is an alarm that one of next year's series is missing on ``today``."""
    return (today.month, today.day) >= NEXT_YEAR_MISSED


def next_year(series: Iterable[Series], today: date) -> list[NewSeries]:
    """Return next year's series of those that are open now, under the same two letters."""
    first = date(today.year + 1, 1, 1)
    return [
        NewSeries(
            SeriesKey(first.year, each.key.tax_code, each.key.kind),
            with_ending(each.key.kind, first, each.symbols.serial_symbol[-2:]),
            each.agency_code,
        )
        for each in series
        if each.status is SeriesStatus.OPEN and each.key.year == today.year
    ]


def oldest_open_year(today: date) -> int:
    """Return the first year whose series may still be open on ``today``."""
    return today.year if (today.month, today.day) >= LAST_YEAR_CLOSES else today.year - 1
