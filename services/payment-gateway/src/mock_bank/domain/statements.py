"""What a day's settlement file lists, and how it is made to disagree on demand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import cycle, islice
from typing import Final
from uuid import UUID

from mock_bank.domain.tellings import WRONG_BY_VND


class Spoil(StrEnum):
    """How one line of a file disagrees with what happened (fault ``statement_differs``)."""

    MISSING = "missing"
    EXTRA = "extra"
    """A line of a payment that nobody made."""
    OTHER_AMOUNT = "other_amount"
    MALFORMED = "malformed"
    """Its amount is no number."""
    DOUBLE = "double"


@dataclass(frozen=True)
class Entry:
    """One payment as its day's file lists it."""

    payment_id: UUID
    reference: str
    transaction_code: str
    amount_vnd: int
    bank_code: str
    description: str
    booked_at: datetime
    details: Mapping[str, str]
    is_malformed: bool = False

    @property
    def amount(self) -> str:
        """Return the amount as the file writes it."""
        return f"{self.amount_vnd}đ?" if self.is_malformed else str(self.amount_vnd)


@dataclass(frozen=True)
class Planted:
    """A difference that stands in every file of its day until faults are taken back."""

    kind: Spoil
    payment_id: UUID


@dataclass(frozen=True)
class Sheet:
    """A day's file before it is written: the entries, and the totals of its last line."""

    entries: tuple[Entry, ...]

    @property
    def count(self) -> int:
        """Return how many lines there are, unreadable ones included."""
        return len(self.entries)

    @property
    def sum_vnd(self) -> int:
        """Return what the lines sum to."""
        return sum(entry.amount_vnd for entry in self.entries)


_TURN: Final = tuple(Spoil)


def planted(entries: Sequence[Entry], known: Sequence[Planted], wanted: int) -> list[Planted]:
    """Return ``wanted`` more differences, each of another kind than the one before.

    As many as there are entries that are still as they should be.
    """
    taken = {each.payment_id for each in known}
    free = [entry.payment_id for entry in entries if entry.payment_id not in taken]
    kinds = islice(cycle(_TURN), len(known), len(known) + wanted)
    return [Planted(kind, payment_id) for kind, payment_id in zip(kinds, free, strict=False)]


def sheet(entries: Sequence[Entry], spoils: Sequence[Planted]) -> Sheet:
    """Return the day's file with its planted differences."""
    kinds = {each.payment_id: each.kind for each in spoils}
    lines = [line for entry in entries for line in _spoiled(entry, kinds.get(entry.payment_id))]
    return Sheet(tuple(lines))


def _spoiled(entry: Entry, kind: Spoil | None) -> tuple[Entry, ...]:
    match kind:
        case None:
            return (entry,)
        case Spoil.MISSING:
            return ()
        case Spoil.EXTRA:
            return (entry, _invented(entry))
        case Spoil.OTHER_AMOUNT:
            return (replace(entry, amount_vnd=entry.amount_vnd + WRONG_BY_VND),)
        case Spoil.MALFORMED:
            return (replace(entry, is_malformed=True),)
        case Spoil.DOUBLE:
            return (entry, entry)


def _invented(entry: Entry) -> Entry:
    return replace(
        entry,
        reference=f"KHONGRO{entry.payment_id.hex[-8:].upper()}",
        transaction_code=f"{entry.transaction_code}99",
        description="KHONG RO NOI DUNG",
    )
