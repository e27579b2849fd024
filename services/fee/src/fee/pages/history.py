"""What happened to a tariff, as one timeline: drafted, edited, asked for, decided, published."""

from datetime import UTC, datetime
from typing import Any, Final

from fee.domain.tariff import TariffOrigin
from fee.use_cases import drafts
from fee.use_cases.tariffs import TariffHistory
from shared.approvals import ApprovalState
from shared.db.tables import ApprovalRow, AuditRow
from shared.web.pages import for_display, translate

_START: Final = datetime.min.replace(tzinfo=UTC)

Entry = dict[str, Any]


def history_entries(found: TariffHistory) -> list[Entry]:
    """Return the timeline, the oldest first; what waits stands hollow at its end."""
    entries = [_act(row) for row in found.acts]
    if found.origin is TariffOrigin.LIST:
        known = {"at": found.approved_at} if found.approved_at is not None else {}
        entries.append({"title": translate("Nạp từ danh mục đã công bố"), **known})
    for row in found.requests:
        entries += _request(row)
    return sorted(entries, key=lambda entry: entry.get("at", _START))


def decision_words(row: ApprovalRow) -> tuple[str, str]:
    """Return where a request stands, and its tag."""
    return {
        ApprovalState.REQUESTED: (translate("Chờ duyệt"), "waiting"),
        ApprovalState.APPROVED: (translate("Đã duyệt"), "done"),
        ApprovalState.DECLINED: (translate("Không duyệt"), "wrong"),
        ApprovalState.WITHDRAWN: (translate("Đã rút lại"), "neutral"),
    }[ApprovalState(row.state)]


def _act(row: AuditRow) -> Entry:
    title = {
        drafts.DRAFTED: translate("Soạn bản nháp"),
        drafts.IMPORTED: translate("Nhập bản nháp từ tệp"),
        drafts.EDITED: translate("Sửa bản nháp"),
        drafts.DISCARDED: translate("Bỏ bản nháp"),
    }[row.act]
    return {"title": title, "at": row.at, "note": row.details.get("name", "")}


def _request(row: ApprovalRow) -> list[Entry]:
    asked = {
        "title": _wanted(row),
        "at": row.requested_at,
        "note": f"{row.requested_by_name} · {row.reason}",
    }
    words, tag = decision_words(row)
    if row.decided_at is None:
        waiting = translate("Chờ người thứ hai duyệt")
        return [asked, {"title": waiting, "at": row.requested_at, "state": "waiting"}]
    said = " · ".join(part for part in (row.decided_by_name, row.decision_reason) if part)
    state = "wrong" if tag == "wrong" else "done"
    return [asked, {"title": words, "at": row.decided_at, "note": said, "state": state}]


def _wanted(row: ApprovalRow) -> str:
    if "last_day" in row.plan:
        day = datetime.fromisoformat(row.plan["last_day"]).date()
        return translate("Đề nghị kết thúc vào hết ngày %(day)s", day=for_display(day))
    return translate("Đề nghị đưa vào áp dụng")
