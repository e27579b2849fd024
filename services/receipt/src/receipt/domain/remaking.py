"""A refused submission of 01/TH-BLĐT made anew from what is known now (lập lại, ADR 25)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from receipt.domain.daily_tables import Line, LineState, Place, Submission, TableKey

EXPLANATION_LIMIT: Final = 300
"""Characters of an explanation of one line, in its own column (giải trình)."""
_OF_ITS_OWN: Final = ("ma", "lap_luc", "thay_cho")
"""Members in which any two submissions differ."""


@dataclass(frozen=True)
class Refused:
    """A submission that the authority refused, as it was sent."""

    submission_id: UUID
    table_id: UUID
    key: TableKey
    collector_name: str
    supplement_no: int
    lines_day: date
    body: Mapping[str, Any]
    lines: Sequence[Line]
    codes: Sequence[str]
    refusals: Mapping[int, Sequence[str]]
    """Codes by line (stt), where the authority named lines."""


@dataclass(frozen=True)
class Since:
    """What is known now about the receipt of one line."""

    basis: Line
    """As it is reported for the first time; of a correction, the line that it corrects."""
    replaced: Place | None
    """The receipt whose place it takes."""
    successor: Place | None
    """The one that takes its place, as far as this line is the one to tell of it."""
    notices: Sequence[tuple[UUID, Sequence[str]]]
    """Notices of which this line tells: id and fields, oldest first."""


@dataclass(frozen=True)
class Change:
    """One line that would read otherwise."""

    order: int
    place: Place
    receipt_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def columns(self) -> list[str]:
        """Return the columns that change."""
        return [name for name, value in self.after.items() if self.before[name] != value]


def line_anew(old: Line, since: Since, explanation: str) -> Line:
    """Return what ``old`` says when it is written now: in force, replaced, noticed, explained."""
    line = since.basis
    if old.adjusts is not None:
        line = line.correcting()
    elif since.replaced is not None:
        line = line.replacing(since.replaced)
    if since.successor is not None and line.state is not LineState.REPLACED:
        line = line.replaced_by(since.successor)
    for notice_id, fields in since.notices:
        line = line.explained(notice_id, fields)
    return line.saying(explanation) if explanation else line


def changes(old: Sequence[Line], new: Sequence[Line]) -> list[Change]:
    """Return the lines that read otherwise than before."""
    pairs = enumerate(zip(old, new, strict=True), start=1)
    return [
        Change(order, line.place, line.receipt_id, before.said(order), line.said(order))
        for order, (before, line) in pairs
        if before.said(order) != line.said(order)
    ]


def is_same(refused: Refused, anew: Submission) -> bool:
    """Tell whether a submission says, its own id and instant apart, what was refused."""
    said = json.loads(anew.body)
    return all(said[name] == refused.body.get(name) for name in said if name not in _OF_ITS_OWN)


def plan_of(refused: Refused, anew: Submission, explanations: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that an approved submission changes, as plain JSON.

    ``explanations``: by receipt. All lines, the unchanged ones too, are in the hash.
    """
    spelt = json.dumps([line.said(0) for line in anew.lines], ensure_ascii=False, sort_keys=True)
    return {
        "submission_id": str(refused.submission_id),
        "table_id": str(refused.table_id),
        "day_on": refused.key.day_on.isoformat(),
        "supplement_no": refused.supplement_no,
        "codes": list(refused.codes),
        "name_before": refused.collector_name,
        "name": anew.collector_name,
        "lines": len(anew.lines),
        "total_vnd": anew.total_vnd,
        "changes": [
            {
                "number": each.place.number,
                "serial_symbol": each.place.serial_symbol,
                "receipt_id": str(each.receipt_id),
                "columns": [
                    {"name": name, "before": each.before[name], "after": each.after[name]}
                    for name in each.columns
                ],
            }
            for each in changes(refused.lines, anew.lines)
        ],
        "explanations": dict(sorted(explanations.items())),
        "lines_sha256": hashlib.sha256(spelt.encode()).hexdigest(),
    }
