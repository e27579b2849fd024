"""What staff are told of an amount beside what the payer is: everything that decided it. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from fee.domain.reckoning import LineOutcome, ReckonedLine
from fee.pages.tariff_words import exemption_words, group_words, rule_words
from fee.pages.wording import channel_words
from fee.use_cases.explain import Explained, Said
from shared.contracts.fee import Certainty, FeeAssessed, FeeExempted, FeePending, FeeWithdrawn
from shared.web.pages import amount, for_display, number, translate

Rows = list[tuple[str, str]]


def staff_lines(explained: Explained) -> list[dict[str, Any]]:
    """Return, line by line, what chose the tariff, what was stated, and each step's source."""
    return [
        {
            "rows": _rows(explained, line),
            "steps": [
                {
                    "code": step.tariff_code,
                    "rule": rule_words(step.rule),
                    "quantity": step.quantity,
                    "unit_vnd": step.unit_vnd,
                    "amount_vnd": step.amount_vnd,
                    "legal_basis": step.legal_basis,
                    "to_confirm": step.certainty is Certainty.TO_CONFIRM,
                }
                for step in line.steps
            ],
        }
        for _, line in explained.lines
    ]


def said_entries(said: Sequence[Said]) -> list[dict[str, Any]]:
    """Return the versions as a timeline."""
    return [_entry(each) for each in said]


def _rows(explained: Explained, line: ReckonedLine) -> Rows:
    asked = line.asked
    quantities = translate(
        "%(copies)s bản, %(pages)s trang",
        copies=number(asked.quantities.copies),
        pages=number(asked.quantities.pages),
    )
    rows = [
        (translate("Mã khoản thu"), asked.fee_code),
        (translate("Chọn mức thu theo"), _chosen_by(explained, line)),
        (translate("Số lượng"), quantities),
        (translate("Tỉnh khai báo"), _declared(line)),
    ]
    if asked.declared_basis is not None:
        rows.append((translate("Căn cứ tỉnh khai báo"), asked.declared_basis))
    if line.exemption_reason_code is not None:
        reason = exemption_words(line.exemption_reason_code)
        rows.append((translate("Lý do miễn"), f"{reason} ({line.exemption_reason_code})"))
        rows.append((translate("Minh chứng"), asked.evidence_ref or translate("không nêu")))
    return rows


def _declared(line: ReckonedLine) -> str:
    """Return what the province stated; 0 is a placeholder, and the tariff decides (domain.md 5)."""
    declared_vnd = line.asked.declared_vnd
    if not declared_vnd:
        return translate("không nêu")
    if line.outcome is LineOutcome.PENDING or declared_vnd == line.amount_vnd:
        return amount(declared_vnd)
    return translate("%(amount)s, khác số đã xác định", amount=amount(declared_vnd))


def _chosen_by(explained: Explained, line: ReckonedLine) -> str:
    facts, asked = explained.facts, line.asked
    parts = (
        translate("thủ tục %(code)s", code=facts.context.procedure_code),
        asked.variant,
        translate("địa bàn %(code)s", code=facts.territory_code) if facts.territory_code else "",
        group_words(asked.payer_group) if asked.payer_group else "",
        channel_words(facts.channel),
        translate("nộp %(day)s", day=for_display(explained.filed_on)),
    )
    return " · ".join(part for part in parts if part)


def _entry(said: Said) -> dict[str, Any]:
    title = _TITLES[said.event_type]()
    if said.total_vnd is not None:
        title = f"{title} {amount(said.total_vnd)}"
    version = translate("lần %(n)s", n=said.version)
    return {"title": title, "at": said.at, "note": version}


_TITLES: Final = {
    FeeAssessed.type: lambda: translate("Xác định số phải thu:"),
    FeePending.type: lambda: translate("Chưa xác định được số phải thu"),
    FeeExempted.type: lambda: translate("Miễn thu"),
    FeeWithdrawn.type: lambda: translate("Thôi thu"),
}
