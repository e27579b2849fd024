"""What the proof looks at, made up: a payment of two kinds, its two receipts, all delivered."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ops.domain.archive import Head, read_head
from ops.domain.evidence import (
    Deliveries,
    Evidence,
    MoneyState,
    OutboxEntry,
    PayableState,
    Place,
    SeriesCounter,
    Streams,
)
from ops.domain.told import Issued
from shared.contracts.catalogue import KEPT_TOPICS
from shared.contracts.envelope import Cause, Event, Said, envelope_bytes
from shared.contracts.payment import TOPIC as PAYMENT
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import TOPIC as RECEIPT
from shared.contracts.receipt import ReceiptIssued
from tests.contracts.examples import example_of

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
CODE = "H34.10-261124-0007"
PAYMENT_ID = UUID("0192f3c4-7a10-7c3e-8a55-0000000000aa")
SERIES = {
    "phi": UUID("0192f3c4-7a10-7c3e-8a55-0000000000b1"),
    "le_phi": UUID("0192f3c4-7a10-7c3e-8a55-0000000000b2"),
}
DUE = {"phi": 62_000, "le_phi": 50_000}


def an_id(number: int) -> UUID:
    """Return the same id for the same number."""
    return UUID(int=(0x0192F3C47A107C3E << 64) | (0x8A55 << 48) | number)


def _changed(event: type[Event], **changes: Any) -> Event:  # noqa: ANN401 - JSON
    data = json.loads(example_of(event).model_dump_json(by_alias=True, exclude_none=True))
    return event.model_validate_json(json.dumps(data | changes, default=str))


def a_settled_payment(
    *, code: str = CODE, payment_id: UUID = PAYMENT_ID, due: dict[str, int] | None = None
) -> PaymentSettled:
    """Return PaymentSettled of one line per kind."""
    example = json.loads(example_of(PaymentSettled).model_dump_json(exclude_none=True))
    due = DUE if due is None else due
    line = example["lines"][0] | {"steps": []}
    total = sum(due.values())
    settled = _changed(
        PaymentSettled,
        dossier_code=code,
        payment_id=payment_id,
        lines=[line | {"kind": kind, "amount_vnd": amount} for kind, amount in due.items()],
        monies=[example["monies"][0] | {"amount_vnd": total, "applied_vnd": total}],
        amount_vnd=total,
    )
    assert isinstance(settled, PaymentSettled)
    return settled


def a_receipt(
    kind: str, number: int = 1, *, code: str = CODE, payment_id: UUID = PAYMENT_ID
) -> ReceiptIssued:
    """Return ReceiptIssued of one kind."""
    data = json.loads(example_of(ReceiptIssued).model_dump_json(exclude_none=True))
    data.pop("replaces")
    data |= {
        "dossier_code": code,
        "receipt_id": str(an_id(1000 * number + len(kind))),
        "payment_id": str(payment_id),
        "kind": kind,
        "series_id": str(SERIES[kind]),
        "number": number,
        "total_vnd": DUE[kind],
        "issued_at": (LONG_AGO + timedelta(seconds=number)).isoformat(),
    }
    return ReceiptIssued.model_validate_json(json.dumps(data))


def told(
    fact: Event, *, event_id: UUID, sequence: int = 1, cause: UUID | None = None, at: datetime
) -> bytes:
    """Return the bytes of ``fact`` as they stand on its topic."""
    return envelope_bytes(
        fact,
        Said(
            id=event_id,
            source=fact.source or "/lephi/receipt",
            time=at,
            cause=Cause(event_id, cause or event_id),
            agency="H34.10",
            sequence=sequence,
        ),
    )


def head_of(body: bytes) -> Head:
    """Return what the archive reads of ``body``."""
    head = read_head(body)
    assert head is not None
    return head


def streams_of(*records: tuple[Place, bytes]) -> Streams:
    """Fold ``records``; offsets are counted per place."""
    ends: dict[Place, int] = dict.fromkeys(((topic, 0) for topic in KEPT_TOPICS), 0)
    placed: list[tuple[Place, int, bytes]] = []
    for place, body in records:
        placed.append((place, ends[place], body))
        ends[place] += 1
    streams = Streams(ends)
    for place, offset, body in placed:
        streams.add(place, offset, body, read_head(body))
    return streams


def sound_records(at: datetime = LONG_AGO) -> list[tuple[Place, bytes]]:
    """Return a settled payment and its two receipts, as said."""
    settled = told(a_settled_payment(), event_id=an_id(1), at=at)
    first = told(a_receipt("phi"), event_id=an_id(2), cause=an_id(1), at=at)
    second = told(a_receipt("le_phi"), event_id=an_id(3), sequence=2, cause=an_id(1), at=at)
    return [((PAYMENT, 0), settled), ((RECEIPT, 0), first), ((RECEIPT, 0), second)]


def sound(records: list[tuple[Place, bytes]] | None = None) -> Evidence:
    """Return evidence in which nothing is wrong, of ``records`` or of the sound ones."""
    streams = streams_of(*(sound_records() if records is None else records))
    facts = streams.told
    outbox = [
        OutboxEntry(event_id, fact.type, fact.topic, fact.time, (0, fact.offset), fact.digest)
        for event_id, fact in facts.items()
    ]
    receipts = [replace(receipt, causation_id=None) for receipt in streams.receipts]
    return Evidence(
        at=NOW,
        grace=timedelta(seconds=60),
        streams=streams,
        outboxes={
            "payment-gateway": [row for row in outbox if row.topic == PAYMENT],
            "receipt": [row for row in outbox if row.topic == RECEIPT],
        },
        archive={event_id: fact.digest for event_id, fact in facts.items()},
        checkpoints={},
        receipts=receipts,
        series=[
            SeriesCounter(series_id, f"6101234567/EBL01/26T{kind}", 2026, _last(receipts, kind))
            for kind, series_id in SERIES.items()
        ],
        payables=[PayableState(PAYMENT_ID, CODE, "settled", 112_000, 112_000, LONG_AGO)],
        monies=[MoneyState(an_id(50), 112_000, 112_000)],
        deliveries={
            "receipt": Deliveries({(PAYMENT, 0): 1}, frozenset({an_id(1)}), frozenset()),
        },
    )


def _last(receipts: list[Issued], kind: str) -> int:
    return max((receipt.number for receipt in receipts if receipt.kind == kind), default=0)
