"""The timeline of a dossier: everything that happened to it, as its facts tell."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts import dossier, fee, money, notification, payment, receipt
from shared.contracts.envelope import DossierFact, Envelope, Event
from shared.db.metadata import ViewBase
from shared.views import Put, View, fold


class TimelineRow(ViewBase):
    """One fact of one dossier, with the plain values that people are shown."""

    __tablename__ = "timeline"
    __table_args__ = (Index("ix_timeline_dossier", "dossier_code", "at", "sequence"),)

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    dossier_code: Mapped[str]
    topic: Mapped[str]
    name: Mapped[str]
    """Of the event's class: ``PaymentSettled``."""
    at: Mapped[datetime]
    sequence: Mapped[int]
    details: Mapped[dict[str, Any]]


_HEARD: Final[tuple[type[DossierFact], ...]] = (
    dossier.DossierReceived,
    dossier.DossierChanged,
    dossier.DossierWithdrawn,
    dossier.DossierReinstated,
    dossier.DossierClosed,
    dossier.PartyRedacted,
    dossier.PartnerFactSent,
    dossier.PartnerFactAcknowledged,
    dossier.PartnerFactLate,
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
    payment.MoneyMatched,
    money.CaseOpened,
    money.CaseClosed,
    receipt.ReceiptIssued,
    receipt.ReceiptFileReady,
    receipt.ReceiptReplaced,
    receipt.ReceiptRefunded,
    receipt.ReceiptErrorNoticed,
    notification.NotificationSent,
    notification.NotificationFailed,
    notification.WebhookDelivered,
    notification.WebhookFailed,
)
_PERHAPS_OF_NONE: Final[tuple[type[Event], ...]] = (
    payment.MoneyUnmatched,
    money.RefundProposed,
    money.RefundApproved,
    money.RefundDeclined,
    money.RefundSettled,
    money.RefundFailed,
)
"""Facts about money whose dossier may be unknown; then they belong to no timeline."""


def timeline_put(event: Envelope[Event]) -> Iterator[Put]:
    """Add the fact to its dossier's timeline."""
    fact = event.data
    dossier_code = getattr(fact, "dossier_code", None)
    if dossier_code is None:
        return
    columns = {
        "dossier_code": dossier_code,
        "topic": type(fact).topic,
        "name": type(fact).__name__,
        "at": event.time,
        "sequence": event.sequence,
        "details": _details(fact),
    }
    yield Put(row=TimelineRow, key={"event_id": event.id}, columns=columns)


def compared_put(event: Envelope[dossier.PartnerDayCompared]) -> Iterator[Put]:
    """Add to the timeline of each dossier named that the province lacks it, or a fact of it."""
    found = event.data
    for code in found.missing_there:
        columns = {
            "dossier_code": code,
            "topic": dossier.PartnerDayCompared.topic,
            "name": "PartnerDayCompared",
            "at": event.time,
            "sequence": event.sequence,
            "details": {"day_on": found.day_on.isoformat(), "run": found.run},
        }
        yield Put(row=TimelineRow, key={"event_id": uuid5(event.id, code)}, columns=columns)


def _details(fact: Event) -> dict[str, Any]:
    """Return the plain values of ``fact``; of a change the names, of monies the last channel."""
    dumped = fact.model_dump(mode="json", exclude_none=True)
    plain = {name: value for name, value in dumped.items() if not isinstance(value, dict | list)}
    if isinstance(fact, dossier.DossierChanged):
        plain["changed"] = sorted(set(dumped) - {"dossier_code", "dossier_id", "cleared"})
    if isinstance(fact, payment.PaymentSettled):
        last = max(fact.monies, key=lambda each: each.received_at)
        plain |= {"channel": last.channel.value, "bank_code": last.bank_code}
    return plain


TIMELINE: Final = View(
    name="timeline",
    version=2,
    rows=(TimelineRow,),
    folds=(
        *(fold(event, timeline_put) for event in (*_HEARD, *_PERHAPS_OF_NONE)),
        fold(dossier.PartnerDayCompared, compared_put),
    ),
)
