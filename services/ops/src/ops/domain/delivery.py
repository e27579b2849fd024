"""The invariants of delivery: I11, I12 (its deciding facts) and I13 of reliability.md."""

from typing import Final

from ops.domain.archive import CHECKPOINTS
from ops.domain.evidence import Deliveries, Evidence, OutboxEntry, Place, Told
from ops.domain.findings import Breach, Check, Finding
from shared.contracts.catalogue import EVENT_TYPES
from shared.contracts.dossier import TOPIC as DOSSIER_TOPIC
from shared.contracts.dossier import DossierReceived
from shared.contracts.fee import TOPIC as FEE_TOPIC
from shared.contracts.fee import FeeAssessed
from shared.contracts.notification import TOPIC as NOTIFICATION_TOPIC
from shared.contracts.ops import TOPIC as OPS_TOPIC
from shared.contracts.payment import TOPIC as PAYMENT_TOPIC
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import TOPIC as RECEIPT_TOPIC
from shared.contracts.receipt import ReceiptIssued

OWNERS: Final = {
    DOSSIER_TOPIC: "dossier",
    FEE_TOPIC: "fee",
    PAYMENT_TOPIC: "payment-gateway",
    RECEIPT_TOPIC: "receipt",
    NOTIFICATION_TOPIC: "notifier",
    OPS_TOPIC: "ops",
}

DECIDING: Final = {
    "fee": DossierReceived.type,
    "payment-gateway": FeeAssessed.type,
    "receipt": PaymentSettled.type,
    "dossier": PaymentSettled.type,
    "notifier": ReceiptIssued.type,
}
"""The fact that each consumer must not miss; the full list of types is checked with I12 proper."""


def said_is_kept(evidence: Evidence, check: Check) -> Finding:
    """I11: what owners stored, what stands on the topic and what is archived are the same bytes."""
    told = evidence.streams.told
    for place in evidence.streams.unreadable:
        check.violated(Breach.FACT_UNREADABLE, place)
    rows = 0
    for owner, outbox in evidence.outboxes.items():
        rows += len(outbox)
        _sent(owner, outbox, evidence, check)
    for topic, owner in OWNERS.items():
        if owner in evidence.outboxes:
            _stored(topic, evidence.outboxes[owner], evidence, check)
    _archived(evidence, check)
    counts = {"in_outboxes": rows, "on_topics": len(told), "in_archive": len(evidence.archive)}
    missing = tuple(sorted(set(OWNERS.values()) - evidence.outboxes.keys()))
    statement = "Điều đã ghi, đã phát và đã lưu là một, từng byte"
    return check.finding("I11", statement, counts, missing)


def heard_is_done(evidence: Evidence, check: Check) -> Finding:
    """I12: below a reader's next offset each deciding fact is heard, parked or discarded."""
    facts = 0
    for consumer, event_type in DECIDING.items():
        if consumer in evidence.deliveries:
            facts += _heard(consumer, event_type, evidence, check)
    for receipt in evidence.streams.receipts:
        cause = evidence.streams.told.get(receipt.causation_id) if receipt.causation_id else None
        if not receipt.replaces and (cause is None or cause.type != PaymentSettled.type):
            about = f"receipt {receipt.receipt_id}"
            check.missing(Breach.CAUSE_MISSING, about, since=receipt.issued_at)
    counts = {"consumers": len(evidence.deliveries), "deciding_facts": facts}
    missing = tuple(sorted(DECIDING.keys() - evidence.deliveries.keys()))
    return check.finding("I12", "Mỗi sự kiện quyết định đã tới nơi phải nghe", counts, missing)


def order_is_kept(evidence: Evidence, check: Check) -> Finding:
    """I13: per topic and subject the sequence is 1, 2, 3, …; repeats are the same bytes."""
    for turn in evidence.streams.turns:
        check.violated(Breach.SEQUENCE_BROKEN, turn.about, expected=turn.expected, found=turn.found)
    for event_id in evidence.streams.changed_repeats:
        check.violated(Breach.REPEAT_DIFFERS, str(event_id))
    counts = {
        "subjects": evidence.streams.subjects,
        "facts": len(evidence.streams.told),
        "repeats": evidence.streams.repeats,
    }
    return check.finding("I13", "Không thiếu, không đảo thứ tự trong từng hồ sơ", counts)


def _heard(consumer: str, event_type: str, evidence: Evidence, check: Check) -> int:
    deliveries = evidence.deliveries[consumer]
    facts = 0
    for event_id, fact in evidence.streams.told.items():
        if fact.type != event_type:
            continue
        facts += 1
        if event_id in deliveries.heard or _set_aside(evidence, consumer, fact):
            continue
        about = f"{event_id} {_name(fact)} by {consumer}"
        if fact.offset < deliveries.next_offsets.get(_place(fact), 0):
            check.violated(Breach.FACT_NOT_HEARD, about)
        else:
            check.missing(Breach.FACT_NOT_HEARD, about, since=fact.time)
    return facts


def _archived(evidence: Evidence, check: Check) -> None:
    told = evidence.streams.told
    for event_id, fact in told.items():
        about, archived = f"{event_id} {_name(fact)}", evidence.archive.get(event_id)
        if archived is None:
            quiet = fact.type in CHECKPOINTS
            check.missing(Breach.FACT_NOT_ARCHIVED, about, since=fact.time, always_moves=quiet)
        elif archived != fact.digest:
            check.violated(Breach.FACT_BYTES_DIFFER, f"{about} in the archive")
    for event_id in evidence.archive.keys() - told.keys():
        check.violated(Breach.FACT_NOT_ON_TOPIC, f"{event_id} in the archive")


def _sent(owner: str, outbox: list[OutboxEntry], evidence: Evidence, check: Check) -> None:
    for row in outbox:
        fact = evidence.streams.told.get(row.id)
        about = f"{row.id} {_short(row.type)} of {owner}"
        if fact is not None:
            if fact.digest != row.digest or fact.topic != row.topic:
                check.violated(Breach.FACT_BYTES_DIFFER, f"{about} on {fact.topic}")
        elif row.place is not None and _is_below_end(row, evidence):
            check.violated(Breach.FACT_LOST, f"{about} on {row.topic}")
        else:
            check.missing(
                Breach.FACT_NOT_SENT,
                about,
                since=row.created_at,
                always_moves=row.type in CHECKPOINTS,
            )


def _stored(topic: str, outbox: list[OutboxEntry], evidence: Evidence, check: Check) -> None:
    """What stands on a topic is in its owner's outbox, or below what may have been pruned."""
    rows = {row.id for row in outbox}
    oldest = _oldest_kept(topic, outbox)
    for event_id, fact in evidence.streams.told.items():
        if fact.topic != topic or event_id in rows:
            continue
        place = _place(fact)
        pruned = min(oldest.get(place, fact.offset + 1), evidence.checkpoints.get(place, 0))
        if fact.offset >= pruned:
            check.violated(Breach.FACT_NOT_IN_OUTBOX, f"{event_id} {_name(fact)} on {topic}")


def _oldest_kept(topic: str, outbox: list[OutboxEntry]) -> dict[Place, int]:
    oldest: dict[Place, int] = {}
    for row in outbox:
        if row.topic == topic and row.place is not None:
            partition, offset = row.place
            oldest[topic, partition] = min(offset, oldest.get((topic, partition), offset))
    return oldest


def _is_below_end(row: OutboxEntry, evidence: Evidence) -> bool:
    partition, offset = row.place or (0, 0)
    return offset < evidence.streams.ends.get((row.topic, partition), 0)


def _set_aside(evidence: Evidence, consumer: str, fact: Told) -> bool:
    deliveries: Deliveries = evidence.deliveries[consumer]
    where = (fact.topic, fact.partition, fact.offset)
    return where in deliveries.parked or (consumer, *where) in evidence.streams.discarded


def _place(fact: Told) -> Place:
    return (fact.topic, fact.partition)


def _name(fact: Told) -> str:
    return _short(fact.type)


def _short(event_type: str) -> str:
    known = EVENT_TYPES.get(event_type)
    return event_type if known is None else known.__name__
