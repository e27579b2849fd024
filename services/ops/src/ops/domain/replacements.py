"""The invariant of replaced receipts: I9 of reliability.md."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from ops.domain.evidence import Evidence
from ops.domain.findings import Breach, Check, Finding
from ops.domain.told import Issued

_ONE: Final = 1


def replaced_keep_their_place(evidence: Evidence, check: Check) -> Finding:
    """I9: a replaced receipt stays, names one successor, in no circle; said exactly if stored."""
    stored = {receipt.receipt_id: receipt for receipt in evidence.receipts}
    successors: dict[UUID, list[Issued]] = defaultdict(list)
    for receipt in evidence.receipts:
        if receipt.replaces is not None:
            successors[receipt.replaces].append(receipt)
    for predecessor, theirs in successors.items():
        _kept(predecessor, theirs, stored, check)
        if predecessor not in evidence.streams.replaced:
            since = max(each.issued_at for each in theirs)
            check.missing(Breach.REPLACEMENT_NOT_SAID, f"receipt {predecessor}", since=since)
    for receipt in evidence.receipts:
        if receipt.is_replaced and receipt.receipt_id not in successors:
            check.violated(Breach.REPLACED_BY_NONE, f"receipt {receipt.receipt_id}")
        if receipt.replaces is not None and _in_circle(receipt, stored):
            check.violated(Breach.REPLACED_IN_CIRCLE, f"receipt {receipt.receipt_id}")
    _said(evidence.streams.replaced, stored, check)
    counts = {
        "replaced": len(successors),
        "replacements": sum(len(theirs) for theirs in successors.values()),
    }
    return check.finding("I9", "Biên lai bị thay thế còn nguyên và có đúng một bản thay", counts)


def _kept(
    predecessor: UUID, theirs: Sequence[Issued], stored: Mapping[UUID, Issued], check: Check
) -> None:
    about = f"receipt {predecessor}"
    if len(theirs) > _ONE:
        check.violated(Breach.REPLACED_TWICE, about, expected=_ONE, found=len(theirs))
    if predecessor not in stored:
        check.violated(Breach.REPLACED_MISSING, about)
    elif not stored[predecessor].is_replaced:
        check.violated(Breach.REPLACED_NOT_MARKED, about)


def _said(said: Mapping[UUID, set[UUID]], stored: Mapping[UUID, Issued], check: Check) -> None:
    for predecessor, successors in said.items():
        about = f"receipt {predecessor}"
        if len(successors) > _ONE:
            check.violated(Breach.REPLACED_TWICE, about, expected=_ONE, found=len(successors))
        for successor in successors:
            if successor not in stored or stored[successor].replaces != predecessor:
                check.violated(Breach.REPLACEMENT_NOT_IN_TABLE, f"{about} by {successor}")


def _in_circle(receipt: Issued, stored: Mapping[UUID, Issued]) -> bool:
    seen = {receipt.receipt_id}
    before = receipt.replaces
    while before is not None and before in stored:
        if before in seen:
            return True
        seen.add(before)
        before = stored[before].replaces
    return False
