"""Facts of ``lephi.notification``: what reached people and partners. Never an address."""

from enum import StrEnum
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import Code, DossierFact
from shared.contracts.parts import Count

TOPIC: Final = "lephi.notification"
SOURCE: Final = "/lephi/notifier"


class MessageChannel(StrEnum):
    """How a message travels to a person."""

    EMAIL = "email"
    SMS = "sms"
    ZALO = "zalo"


class NotificationSent(DossierFact):
    """A person was told; said once per message, heard by dossier and ops."""

    type: ClassVar[str] = "vn.lephi.NotificationSent.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    notification_id: UUID
    template: Code
    channel: MessageChannel
    cause: UUID
    """Id of the event that the message retells."""
    attempts: Count


class NotificationFailed(DossierFact):
    """A person was not told, and it is not tried again by itself; heard by dossier and ops."""

    type: ClassVar[str] = "vn.lephi.NotificationFailed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    notification_id: UUID
    template: Code
    channel: MessageChannel
    cause: UUID
    attempts: Count
    error_code: Code


class WebhookDelivered(DossierFact):
    """A partner's endpoint took a fact; heard by dossier (it counts as acknowledged) and ops."""

    type: ClassVar[str] = "vn.lephi.WebhookDelivered.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    endpoint_id: UUID
    fact_id: UUID
    cause: UUID
    attempts: Count
    http_status: Annotated[int, Field(strict=True, ge=100, le=599)]


class WebhookFailed(DossierFact):
    """A partner's endpoint did not take a fact; heard by dossier and ops."""

    type: ClassVar[str] = "vn.lephi.WebhookFailed.v1"
    topic: ClassVar[str] = TOPIC
    source: ClassVar[str] = SOURCE

    endpoint_id: UUID
    fact_id: UUID
    cause: UUID
    attempts: Count
    http_status: Annotated[int, Field(strict=True, ge=100, le=599)] | None = None
    """Absent where there was no answer at all."""
