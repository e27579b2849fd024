"""The invariants of money and receipts: I1, I3, I6 and I7 of reliability.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Final
from uuid import UUID

from ops.domain.evidence import Evidence, SeriesCounter
from ops.domain.findings import Breach, Check, Finding
from ops.domain.told import Issued, Settled
from shared.days import vietnam_day

SETTLED_STATUS: Final = "settled"


def paid_is_receipted(evidence: Evidence, check: Check) -> Finding:
    """I1: per payment and kind, the receipts that replace none add up to what was paid."""
    issued = _totals(evidence.streams.receipts)
    receipted = paid = 0
    for settled in evidence.streams.settled.values():
        for kind, due in settled.due.items():
            paid += due
            got = issued.get((settled.payment_id, kind))
            about = f"{settled.dossier_code} payment {settled.payment_id} {kind}"
            if got is None and (settled.payment_id, kind) in evidence.awaiting:
                check.waits(Breach.NUMBER_AWAITED, about, since=settled.time)
            elif got is None:
                check.missing(Breach.RECEIPT_MISSING, about, since=settled.time)
            elif got != due:
                check.violated(Breach.RECEIPT_SUM_DIFFERS, about, expected=due, found=got)
            receipted += got or 0
    counts = {
        "payments": len(evidence.streams.settled),
        "paid_vnd": paid,
        "receipted_vnd": receipted,
        "awaiting_number": len(evidence.awaiting),
    }
    return check.finding("I1", "Đã thu bao nhiêu, biên lai đúng bấy nhiêu", counts)


def money_adds_up(evidence: Evidence, check: Check) -> Finding:
    """I3: a money is the sum of its parts; a payable is settled exactly when it is covered."""
    for money in evidence.monies:
        if money.parts_vnd != money.amount_vnd:
            check.violated(
                Breach.MONEY_PARTS_DIFFER,
                f"money {money.money_id}",
                expected=money.amount_vnd,
                found=money.parts_vnd,
            )
    for payable in evidence.payables:
        over = payable.applied_vnd > payable.amount_vnd
        short = payable.status == SETTLED_STATUS and payable.applied_vnd < payable.amount_vnd
        if over or short:
            check.violated(
                Breach.PAYABLE_SUM_DIFFERS,
                f"{payable.dossier_code} payable {payable.payable_id} {payable.status}",
                expected=payable.amount_vnd,
                found=payable.applied_vnd,
            )
    for settled in evidence.streams.settled.values():
        if not sum(settled.due.values()) == settled.amount_vnd == settled.applied_vnd:
            check.violated(Breach.PAYMENT_SUMS_DIFFER, _payment(settled))
    for payment_id in evidence.streams.settled_twice:
        check.violated(Breach.PAYMENT_SETTLED_TWICE, f"payment {payment_id}")
    _settled_on_both_sides(evidence, check)
    counts = {
        "monies": len(evidence.monies),
        "payables": len(evidence.payables),
        "settled": len(evidence.streams.settled),
    }
    return check.finding("I3", "Tiền đã nhận khớp với khoản phải thu", counts)


def one_receipt_per_kind(evidence: Evidence, check: Check) -> Finding:
    """I6: one receipt per (payment, kind), none without a payment; stream and table agree."""
    told = [receipt for receipt in evidence.streams.receipts if not receipt.replaces]
    for (payment_id, kind), times in _per_kind(told).items():
        if times > 1:
            check.violated(Breach.RECEIPT_TWICE, f"payment {payment_id} {kind}", found=times)
    for (payment_id, kind), times in _per_kind(evidence.receipts).items():
        if times > 1:
            about = f"payment {payment_id} {kind} in the table"
            check.violated(Breach.RECEIPT_TWICE, about, found=times)
    for receipt in told:
        settled = evidence.streams.settled.get(receipt.payment_id)
        about = f"receipt {receipt.receipt_id} {receipt.kind}"
        if settled is None:
            check.missing(Breach.RECEIPT_WITHOUT_PAYMENT, about, since=receipt.issued_at)
        elif receipt.kind not in settled.due:
            check.violated(Breach.RECEIPT_WITHOUT_PAYMENT, about)
    _same_on_both_sides(evidence, check)
    counts = {"receipts_on_stream": len(evidence.streams.receipts)}
    counts["receipts_in_table"] = len(evidence.receipts)
    return check.finding("I6", "Mỗi khoản đã thu có đúng một biên lai cho mỗi loại", counts)


def numbers_have_no_gap(evidence: Evidence, check: Check) -> Finding:
    """I7: the numbers of each series are 1..count, on both sides, in the order of time."""
    table = _by_series(evidence.receipts)
    stream = _by_series(evidence.streams.receipts)
    for series in evidence.series:
        _counted(series, table.get(series.series_id, []), check)
    known = {series.series_id for series in evidence.series}
    for series_id in sorted((table.keys() | stream.keys()) - known, key=str):
        check.violated(Breach.SERIES_UNKNOWN, f"series {series_id}")
    for series in evidence.series:
        _told(series, stream.get(series.series_id, []), table.get(series.series_id, []), check)
    counts = {
        "series": len(evidence.series),
        "numbers": sum(series.last_number for series in evidence.series),
    }
    return check.finding("I7", "Số biên lai liên tục từ 1, không thiếu, không trùng", counts)


def _totals(receipts: Iterable[Issued]) -> dict[tuple[UUID, str], int]:
    totals: dict[tuple[UUID, str], int] = {}
    for receipt in receipts:
        if not receipt.replaces:
            key = (receipt.payment_id, receipt.kind)
            totals[key] = totals.get(key, 0) + receipt.total_vnd
    return totals


def _per_kind(receipts: Iterable[Issued]) -> Counter[tuple[UUID, str]]:
    return Counter(
        (receipt.payment_id, receipt.kind) for receipt in receipts if not receipt.replaces
    )


def _by_series(receipts: Iterable[Issued]) -> dict[UUID, list[Issued]]:
    series: dict[UUID, list[Issued]] = defaultdict(list)
    for receipt in receipts:
        series[receipt.series_id].append(receipt)
    for members in series.values():
        members.sort(key=lambda receipt: (receipt.number, str(receipt.receipt_id)))
    return series


def _settled_on_both_sides(evidence: Evidence, check: Check) -> None:
    told: dict[UUID, Settled] = evidence.streams.settled
    payables = {payable.payable_id: payable for payable in evidence.payables}
    for payment_id, settled in told.items():
        if payment_id not in payables:
            check.violated(Breach.PAYMENT_NOT_IN_TABLE, _payment(settled))
        elif payables[payment_id].amount_vnd != settled.amount_vnd:
            check.violated(
                Breach.PAYMENT_SUMS_DIFFER,
                _payment(settled),
                expected=payables[payment_id].amount_vnd,
                found=settled.amount_vnd,
            )
    for payable in evidence.payables:
        if payable.settled_at is not None and payable.payable_id not in told:
            about = f"{payable.dossier_code} payable {payable.payable_id}"
            check.missing(Breach.PAYMENT_NOT_SAID, about, since=payable.settled_at)


def _same_on_both_sides(evidence: Evidence, check: Check) -> None:
    told = {receipt.receipt_id: receipt for receipt in evidence.streams.receipts}
    stored = {receipt.receipt_id: receipt for receipt in evidence.receipts}
    for receipt_id, receipt in told.items():
        about = f"receipt {receipt_id} number {receipt.number}"
        if receipt_id not in stored:
            check.violated(Breach.RECEIPT_NOT_IN_TABLE, about)
        elif _essence(receipt) != _essence(stored[receipt_id]):
            check.violated(Breach.RECEIPT_DIFFERS, about)
    for receipt_id, receipt in stored.items():
        if receipt_id not in told:
            about = f"receipt {receipt_id} number {receipt.number}"
            check.missing(Breach.RECEIPT_NOT_SAID, about, since=receipt.issued_at)


def _essence(receipt: Issued) -> tuple[UUID, str, UUID, int, int]:
    return (
        receipt.payment_id,
        receipt.kind,
        receipt.series_id,
        receipt.number,
        receipt.total_vnd,
    )


def _counted(series: SeriesCounter, receipts: list[Issued], check: Check) -> None:
    numbers = [receipt.number for receipt in receipts]
    for number in _gaps(numbers, series.last_number):
        check.violated(Breach.NUMBER_MISSING, f"{series.code} number {number}")
    for number, times in Counter(numbers).items():
        if times > 1:
            check.violated(Breach.NUMBER_TWICE, f"{series.code} number {number}", found=times)
    if numbers and numbers[-1] > series.last_number:
        check.violated(
            Breach.NUMBER_BEYOND_COUNTER,
            series.code,
            expected=series.last_number,
            found=numbers[-1],
        )
    _timed(series, receipts, check)


def _timed(series: SeriesCounter, receipts: list[Issued], check: Check) -> None:
    for before, after in pairwise(receipts):
        if after.issued_at < before.issued_at:
            check.violated(Breach.NUMBER_OUT_OF_TIME, f"{series.code} number {after.number}")
    for receipt in receipts:
        if vietnam_day(receipt.issued_at).year != series.year:
            check.violated(Breach.NUMBER_OF_OTHER_YEAR, f"{series.code} number {receipt.number}")


def _told(series: SeriesCounter, told: list[Issued], stored: list[Issued], check: Check) -> None:
    numbers = [receipt.number for receipt in told]
    for number, times in Counter(numbers).items():
        if times > 1:
            check.violated(Breach.NUMBER_TWICE, f"{series.code} number {number}", found=times)
    known = {receipt.number: receipt for receipt in stored}
    for number in _gaps(numbers, max(numbers, default=0)):
        about = f"{series.code} number {number}"
        if number in known:
            check.missing(Breach.NUMBER_NOT_SAID, about, since=known[number].issued_at)
        else:
            check.violated(Breach.NUMBER_NOT_SAID, about)


def _payment(settled: Settled) -> str:
    return f"{settled.dossier_code} payment {settled.payment_id}"


def _gaps(numbers: list[int], last: int) -> list[int]:
    given = set(numbers)
    return [number for number in range(1, last + 1) if number not in given]
