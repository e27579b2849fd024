"""The timeline in words: each fact of a dossier as people say it, and what is still awaited."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dossier.pages import words
from dossier.pages.sayings import SAYINGS
from dossier.views.search import Folded
from dossier.views.standing import Awaited, Wait, waits_of
from dossier.views.timeline import TimelineRow
from shared.web.pages import duration, translate

Entry = dict[str, Any]
"""What the macro ``timeline`` shows: title, at, note, state."""

_MILESTONES: Final = frozenset(
    {
        "DossierReceived", "FeeAssessed", "FeePending", "FeeExempted", "PaymentSettled",
        "ReceiptIssued", "DossierWithdrawn", "DossierClosed", "RefundSettled", "ReceiptReplaced",
    }
)  # fmt: skip


def whole_diary(folded: Folded, *, now: datetime) -> list[Entry]:
    """Return everything that happened, and what is still awaited."""
    return [*(_entry(row) for row in folded.timeline), *_waits(folded, now=now)]


def milestones(folded: Folded, *, now: datetime) -> list[Entry]:
    """Return what matters at the counter, receipts of one payment together, and what is awaited."""
    found: list[Entry] = []
    receipts: dict[str, list[str]] = {}
    for row in folded.timeline:
        if row.name not in _MILESTONES:
            continue
        if row.name != "ReceiptIssued":
            found.append(_entry(row))
            continue
        names = receipts.setdefault(row.details["payment_id"], [])
        names.append(f"{row.details['serial_symbol']}-{row.details['number']}")
        title = translate("Biên lai %(name)s", name=", ".join(names))
        if len(names) == 1:
            found.append({"title": title, "at": row.at, "payment": row.details["payment_id"]})
        else:
            _entry_of(found, row.details["payment_id"])["title"] = title
    return [*found, *_waits(folded, now=now)]


def _entry_of(found: Sequence[Entry], payment_id: str) -> Entry:
    return next(entry for entry in found if entry.get("payment") == payment_id)


def _entry(row: TimelineRow) -> Entry:
    title, note, state = SAYINGS[row.name](row.details)
    return {"title": title, "at": row.at, "note": note, "state": state}


def _waits(folded: Folded, *, now: datetime) -> list[Entry]:
    return [_awaited(wait, now=now) for wait in waits_of(folded)]


def _awaited(wait: Wait, *, now: datetime) -> Entry:
    titles = {
        Awaited.ASSESSMENT: translate("Chờ xác định mức thu"),
        Awaited.TARIFF: translate("Chờ bổ sung biểu phí"),
        Awaited.PAYABLE: translate("Chờ mở khoản thu"),
        Awaited.PAYMENT: translate("Chờ thanh toán"),
        Awaited.RECEIPT: translate("Chờ cấp số biên lai"),
        Awaited.RECEIPT_FILE: translate("Biên lai đang được tạo"),
        Awaited.PROVINCE: translate("Chờ hệ thống tỉnh xác nhận đã nhận"),
        Awaited.PROVINCE_REFUSED: translate("Hệ thống tỉnh báo lỗi, cần xử lý"),
    }
    refused = wait.what is Awaited.PROVINCE_REFUSED
    note = words.reason_word(wait.code) if wait.code else duration(now - wait.since)
    return {
        "title": titles[wait.what],
        "at": wait.since,
        "note": note,
        "state": "wrong" if refused else "waiting",
    }
