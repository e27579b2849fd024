"""What the proof looks at: streams folded up to a noted end, and rows of read-only snapshots."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from pydantic import ValidationError

from ops.domain.archive import Head
from ops.domain.told import Issued, Settled, issued_of, settled_of
from shared.contracts.messaging import MessageDiscarded
from shared.contracts.money import RefundSettled
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptFileReady, ReceiptIssued, ReceiptReplaced

Place = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(frozen=True)
class SeriesCounter:
    """A series with the last number that it gave."""

    series_id: UUID
    code: str
    year: int
    last_number: int


@dataclass(frozen=True)
class PayableState:
    """A payable with the sum of what its money was applied to it."""

    payable_id: UUID
    dossier_code: str
    status: str
    amount_vnd: int
    applied_vnd: int
    settled_at: datetime | None


@dataclass(frozen=True)
class MoneyState:
    """A money and its three parts."""

    money_id: UUID
    amount_vnd: int
    parts_vnd: int


@dataclass(frozen=True)
class RefundState:
    """A refund of the table."""

    refund_id: UUID
    money_id: UUID
    status: str
    amount_vnd: int
    ended_at: datetime | None


@dataclass(frozen=True)
class RefundedMoney:
    """A money of which something went back, or should."""

    money_id: UUID
    refunded_vnd: int
    must_go_back: bool
    """A part of it settles nothing, for a reason that asks for a refund by rule (I5)."""


@dataclass(frozen=True)
class LedgerState:
    """The ledger in figures, and the transactions whose entries do not sum to zero."""

    transactions: int = 0
    entries: int = 0
    unbalanced: Mapping[UUID, int] = field(default_factory=dict)


@dataclass(frozen=True)
class OutboxEntry:
    """A fact as its owner stored it."""

    id: UUID
    type: str
    topic: str
    created_at: datetime
    place: tuple[int, int] | None
    """Kafka's partition and offset, once the relay knows them."""
    digest: bytes


@dataclass(frozen=True)
class Told:
    """A fact as it stands on its topic; the first of its repeats."""

    topic: str
    partition: int
    offset: int
    time: datetime
    digest: bytes
    type: str


@dataclass(frozen=True)
class Deliveries:
    """What one consumer has recorded as heard, and where it goes on."""

    next_offsets: Mapping[Place, int]
    heard: frozenset[UUID]
    parked: frozenset[tuple[str, int, int]]


Hashes = tuple[str, str, str | None]
"""SHA-256 of a receipt before it was signed, of its PDF, of its XML."""


@dataclass(frozen=True)
class StoredFile:
    """The files of a receipt as their owner has them."""

    receipt_id: UUID
    hashes: Hashes
    stored_at: datetime
    checked_at: datetime | None
    """When its owner last read them back and printed again."""
    fault: str | None


@dataclass(frozen=True)
class Turn:
    """A sequence that does not go on by one."""

    about: str
    expected: int
    found: int


@dataclass
class Streams:
    """The kept streams, folded in the order of each partition."""

    ends: Mapping[Place, int]
    told: dict[UUID, Told] = field(default_factory=dict)
    settled: dict[UUID, Settled] = field(default_factory=dict)
    receipts: list[Issued] = field(default_factory=list)
    refunds: dict[UUID, int] = field(default_factory=dict)
    """What RefundSettled said went back, by refund."""
    files: dict[UUID, Hashes] = field(default_factory=dict)
    """What ReceiptFileReady said."""
    replaced: dict[UUID, set[UUID]] = field(default_factory=dict)
    """What ReceiptReplaced said, by predecessor."""
    settled_twice: list[str] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    """Holes and turns of ``sequence``."""
    changed_repeats: list[UUID] = field(default_factory=list)
    """Repeated with other bytes."""
    unreadable: list[str] = field(default_factory=list)
    discarded: set[tuple[str, str, int, int]] = field(default_factory=set)
    """Consumer, topic, partition and offset of what a person gave up."""
    repeats: int = 0
    _sequences: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, place: Place, offset: int, body: bytes | None, head: Head | None) -> None:
        """Take the next record of ``place``."""
        if head is None:
            self.unreadable.append(f"{place[0]}/{place[1]}/{offset}")
            return
        digest = sha256(body or b"").digest()
        first = self.told.get(head.id)
        if first is not None:
            self.repeats += 1
            if first.digest != digest:
                self.changed_repeats.append(head.id)
            return
        self.told[head.id] = Told(*place, offset, head.time, digest, head.type)
        self._follow(place[0], head)
        try:
            self._note(head)
        except ValidationError:
            self.unreadable.append(f"{place[0]}/{place[1]}/{offset}")

    @property
    def subjects(self) -> int:
        """Return how many (topic, subject) were seen."""
        return len(self._sequences)

    def _follow(self, topic: str, head: Head) -> None:
        last = self._sequences[topic, head.subject]
        if head.sequence != last + 1:
            about = f"{topic} {head.subject}"
            self.turns.append(Turn(about, expected=last + 1, found=head.sequence))
        self._sequences[topic, head.subject] = max(last, head.sequence)

    def _note(self, head: Head) -> None:
        if head.type == PaymentSettled.type:
            settled = settled_of(head)
            if settled.payment_id in self.settled:
                self.settled_twice.append(str(settled.payment_id))
            self.settled.setdefault(settled.payment_id, settled)
        elif head.type == RefundSettled.type:
            refund = RefundSettled.model_validate(head.data)
            self.refunds[refund.refund_id] = refund.amount_vnd
        elif head.type == ReceiptIssued.type:
            self.receipts.append(issued_of(head))
        elif head.type == ReceiptFileReady.type:
            ready = ReceiptFileReady.model_validate(head.data)
            hashes = (ready.render_sha256, ready.pdf_sha256, ready.xml_sha256)
            self.files[ready.receipt_id] = hashes
        elif head.type == ReceiptReplaced.type:
            replaced = ReceiptReplaced.model_validate(head.data)
            self.replaced.setdefault(replaced.receipt_id, set()).add(replaced.replaced_by)
        elif head.type == MessageDiscarded.type:
            fact = MessageDiscarded.model_validate(head.data)
            self.discarded.add((fact.consumer, fact.topic_name, fact.partition, fact.offset))


@dataclass(frozen=True)
class Evidence:
    """All that one run of the proof has seen, at one moment."""

    at: datetime
    grace: timedelta
    streams: Streams
    outboxes: Mapping[str, list[OutboxEntry]]
    archive: Mapping[UUID, bytes]
    """Id and digest of every archived fact below the noted ends."""
    checkpoints: Mapping[Place, int]
    """Below these offsets owners may have pruned their outbox."""
    receipts: list[Issued]
    series: list[SeriesCounter]
    payables: list[PayableState]
    monies: list[MoneyState]
    deliveries: Mapping[str, Deliveries]
    refunds: list[RefundState] = field(default_factory=list)
    refunded_monies: list[RefundedMoney] = field(default_factory=list)
    ledger: LedgerState = field(default_factory=LedgerState)
    files: list[StoredFile] = field(default_factory=list)
    awaiting: frozenset[tuple[UUID, str]] = frozenset()
    """Payments and kinds whose receipt waits for an open series (chờ cấp số)."""

    def age(self, since: datetime) -> timedelta:
        """Return how long ago ``since`` was when the proof looked."""
        return self.at - since
