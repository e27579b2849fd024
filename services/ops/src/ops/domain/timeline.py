"""Everything that happened to one dossier, across all streams, and what has not happened yet."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from ops.domain.archive import Head
from shared.contracts.dossier import (
    DossierReceived,
    PartnerFactAcknowledged,
    PartnerFactSent,
)
from shared.contracts.fee import FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.contracts.payment import PaymentClosed, PaymentRequested, PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued

_NAME_PART: Final = 2
"""``vn.lephi.<Name>.v1``"""


@dataclass(frozen=True)
class Archived:
    """One fact of the archive, in the order in which it was said."""

    topic: str
    partition: int
    offset: int
    archived_at: datetime
    head: Head


@dataclass(frozen=True)
class Entry:
    """One line of a timeline (dòng sự kiện)."""

    topic: str
    partition: int
    offset: int
    id: UUID
    type: str
    sequence: int
    time: datetime
    archived_at: datetime
    after: timedelta | None
    """Since the line before; None for the first."""
    amount_vnd: int | None
    detail: str | None
    """A code or a number that tells this fact from others of its type."""

    @property
    def name(self) -> str:
        """Return the type's name without its version: ``PaymentSettled``."""
        return self.type.split(".")[_NAME_PART]


class Wait(StrEnum):
    """What a dossier still waits for."""

    ASSESSMENT = "assessment"
    TARIFF = "tariff"
    PAYABLE = "payable"
    PAYER = "payer"
    RECEIPT = "receipt"
    FILE = "file"
    PARTNER = "partner"


@dataclass(frozen=True)
class Awaited:
    """Something that has not happened yet, and since when it is due."""

    what: Wait
    since: datetime


Keys = Callable[[dict[str, Any]], list[str]]


def _named(field: str) -> Keys:
    return lambda data: [str(data.get(field))]


def _receipts_due(data: dict[str, Any]) -> list[str]:
    kinds = {line.get("kind") for line in data.get("lines", ())}
    return [f"{data.get('payment_id')}/{kind}" for kind in sorted(map(str, kinds))]


def _receipt_given(data: dict[str, Any]) -> list[str]:
    return [f"{data.get('payment_id')}/{data.get('kind')}"]


@dataclass(frozen=True)
class _Rule:
    """After ``opening``, ``ends`` is awaited, matched by key."""

    what: Wait
    opening: str
    opened: Keys
    ends: dict[str, Keys]
    repeats: bool = False
    """It can open again after its end; opening and end stand on one stream, in order."""


_DOSSIER: Final = _named("dossier_code")
_PAYMENT: Final = _named("payment_id")
_FACT: Final = _named("fact_id")

_RULES: Final = (
    _Rule(
        Wait.ASSESSMENT,
        DossierReceived.type,
        _DOSSIER,
        dict.fromkeys((FeeAssessed.type, FeePending.type, FeeExempted.type), _DOSSIER),
    ),
    _Rule(
        Wait.TARIFF,
        FeePending.type,
        _DOSSIER,
        dict.fromkeys((FeeAssessed.type, FeeExempted.type, FeeWithdrawn.type), _DOSSIER),
    ),
    _Rule(
        Wait.PAYABLE,
        FeeAssessed.type,
        _DOSSIER,
        dict.fromkeys((PaymentRequested.type, FeeWithdrawn.type), _DOSSIER),
    ),
    _Rule(
        Wait.PAYER,
        PaymentRequested.type,
        _PAYMENT,
        dict.fromkeys((PaymentSettled.type, PaymentClosed.type), _PAYMENT),
    ),
    _Rule(Wait.RECEIPT, PaymentSettled.type, _receipts_due, {ReceiptIssued.type: _receipt_given}),
    _Rule(
        Wait.FILE,
        ReceiptIssued.type,
        _named("receipt_id"),
        {ReceiptFileReady.type: _named("receipt_id")},
    ),
    _Rule(
        Wait.PARTNER,
        PartnerFactSent.type,
        _FACT,
        {PartnerFactAcknowledged.type: _FACT},
        repeats=True,  # An operator may send a fact again.
    ),
)


def entries(archived: Sequence[Archived]) -> list[Entry]:
    """Return the lines of a timeline; ``archived`` is in order of time."""
    lines: list[Entry] = []
    before: datetime | None = None
    for each in archived:
        head = each.head
        lines.append(
            Entry(
                topic=each.topic,
                partition=each.partition,
                offset=each.offset,
                id=head.id,
                type=head.type,
                sequence=head.sequence,
                time=head.time,
                archived_at=each.archived_at,
                after=None if before is None else head.time - before,
                amount_vnd=_amount(head.data),
                detail=_detail(head.data),
            )
        )
        before = head.time
    return lines


def awaited(heads: Iterable[Head]) -> list[Awaited]:
    """Return what has not happened yet, longest wait first.

    Streams have no order between them, so an end counts wherever it stands in the list.
    """
    known = list(heads)
    waits: list[Awaited] = []
    for rule in _RULES:
        opened = {
            key: head.time
            for head in known
            if head.type == rule.opening
            for key in rule.opened(head.data)
        }
        ended = {
            key: head.time
            for head in known
            if head.type in rule.ends
            for key in rule.ends[head.type](head.data)
        }
        waits += [
            Awaited(rule.what, since)
            for key, since in opened.items()
            if key not in ended or (rule.repeats and ended[key] < since)
        ]
    return sorted(waits, key=lambda wait: wait.since)


def _amount(data: dict[str, Any]) -> int | None:
    found = data.get("amount_vnd", data.get("total_vnd"))
    return found if isinstance(found, int) else None


def _detail(data: dict[str, Any]) -> str | None:
    if "serial_symbol" in data and "number" in data:
        return f"{data.get('form_symbol')} {data['serial_symbol']} {data['number']}"
    for field in ("reason_code", "reason", "channel", "method", "template", "fact_type", "code"):
        if isinstance(data.get(field), str):
            return str(data[field])
    return None
