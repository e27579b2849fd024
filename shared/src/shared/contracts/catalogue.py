"""Every event and every topic of the product, and the reading of an envelope."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts import (
    dossier,
    fee,
    messaging,
    money,
    notification,
    ops,
    party,
    payment,
    receipt,
)
from shared.contracts.envelope import Envelope, Event, envelope_of
from shared.errors import DomainError, Kind

PARTITIONS: Final = 12
"""For the life of a topic: another count would send a key elsewhere (reliability 6.9)."""

_DAY_MS: Final = 24 * 60 * 60 * 1000
_KEPT: Final[Mapping[str, str]] = MappingProxyType(
    {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
)
_COMPACTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cleanup.policy": "compact",
        "delete.retention.ms": str(30 * _DAY_MS),
        "segment.ms": str(_DAY_MS),
        "max.compaction.lag.ms": str(_DAY_MS),
    }
)
_PASSING: Final[Mapping[str, str]] = MappingProxyType(
    {"cleanup.policy": "delete", "retention.ms": str(90 * _DAY_MS)}
)


@dataclass(frozen=True)
class Topic:
    """A topic and how Kafka keeps it."""

    name: str
    config: Mapping[str, str]
    kept: bool
    """Kept for good, and therefore archived and provable."""
    partitions: int = PARTITIONS


TOPICS: Final[tuple[Topic, ...]] = (
    Topic(dossier.TOPIC, _KEPT, kept=True),
    Topic(fee.TOPIC, _KEPT, kept=True),
    Topic(payment.TOPIC, _KEPT, kept=True),
    Topic(receipt.TOPIC, _KEPT, kept=True),
    Topic(notification.TOPIC, _KEPT, kept=True),
    Topic(ops.TOPIC, _KEPT, kept=True),
    Topic(party.TOPIC, _COMPACTED, kept=False),
    Topic("tthc.dossier", _PASSING, kept=False),
    Topic("tthc.ack", _PASSING, kept=False),
    Topic("tthc.fact", _PASSING, kept=False),
)

KEPT_TOPICS: Final = tuple(topic.name for topic in TOPICS if topic.kept)

_EVENTS: Final[tuple[type[Event], ...]] = (
    dossier.AgencyPublished,
    dossier.DossierReceived,
    dossier.DossierChanged,
    dossier.DossierWithdrawn,
    dossier.DossierReinstated,
    dossier.DossierClosed,
    dossier.PartyRedacted,
    dossier.PartnerFactSent,
    dossier.PartnerFactAcknowledged,
    dossier.PartnerFactLate,
    dossier.PartnerDayCompared,
    fee.TariffPublished,
    fee.FeeAssessed,
    fee.FeePending,
    fee.FeeExempted,
    fee.FeeWithdrawn,
    payment.PaymentRequested,
    payment.PaymentAmended,
    payment.PaymentAttempted,
    payment.PaymentAttemptEnded,
    payment.PaymentSettled,
    payment.PaymentClosed,
    payment.MoneyUnmatched,
    payment.MoneyMatched,
    money.RefundProposed,
    money.RefundApproved,
    money.RefundDeclined,
    money.RefundSettled,
    money.RefundFailed,
    money.CaseOpened,
    money.CaseClosed,
    money.TillOpened,
    money.TillClosed,
    money.TillHandedOver,
    money.DayReconciled,
    receipt.SeriesOpened,
    receipt.SeriesClosed,
    receipt.ReceiptIssued,
    receipt.ReceiptFileReady,
    receipt.ReceiptReplaced,
    receipt.ReceiptRefunded,
    receipt.ReceiptErrorNoticed,
    receipt.DailyReceiptTableSent,
    notification.NotificationSent,
    notification.NotificationFailed,
    notification.WebhookDelivered,
    notification.WebhookFailed,
    ops.ParkedRetryRequested,
    ops.ParkedDiscardRequested,
    ops.ReplayRequested,
    ops.ReplayApproved,
    ops.ReplayPaused,
    ops.ReplayResumed,
    ops.ReplayCancelled,
    ops.ReplayFinished,
    ops.ArchiveCheckpoint,
    messaging.MessageParked,
    messaging.MessageReleased,
    messaging.MessageDiscarded,
    messaging.OutboxCheckpoint,
    messaging.ReplayProgressed,
    party.PartyStated,
)

EVENT_TYPES: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {event.type: event for event in _EVENTS}
)
"""Each fact's class by its ``type``."""


class UnreadableMessageError(DomainError):
    """The bytes are no fact of ours: no JSON, no envelope, or a body that breaks its schema."""

    kind = Kind.INVALID
    code = "message-unreadable"
    title = "Không đọc được tin này"


class UnknownEventTypeError(DomainError):
    """The envelope is sound, its type or version is not one that we know."""

    kind = Kind.INVALID
    code = "event-type-unknown"
    title = "Loại sự kiện chưa biết"


def parse_envelope(raw: bytes) -> Envelope[Event]:
    """Return the fact that ``raw`` holds.

    Raises:
        UnreadableMessageError: not JSON, or not of its type's form; names fields, never values.
        UnknownEventTypeError: of a type or version that is not in the catalogue.
    """
    try:
        body = from_json(raw)
    except ValueError as error:
        raise UnreadableMessageError("not JSON") from error
    event_type = body.get("type") if isinstance(body, dict) else None
    if not isinstance(event_type, str):
        raise UnreadableMessageError("not an envelope: no type")
    event = EVENT_TYPES.get(event_type)
    if event is None:
        raise UnknownEventTypeError("type is not in the catalogue")
    try:
        return envelope_of(event).model_validate_json(raw)
    except ValidationError as error:
        fields = ", ".join(_where(problem["loc"]) for problem in error.errors()[:5])
        raise UnreadableMessageError(f"{event_type}: {fields}") from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(step) for step in location)
