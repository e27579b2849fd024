"""The judgement of the public check, on the full product of files and receipts."""

import itertools
from datetime import date

import pytest

from receipt.domain.checking import Difference, Result, judge_other_file, judge_place
from receipt.domain.issuing import Numbered, Settled, issued_fact, receipts_due
from receipt.domain.lifecycles import FileStatus, ReceiptStatus
from receipt.domain.receipt import Receipt, ReceiptFile
from receipt.domain.symbols import symbols_of
from receipt.domain.uploads import Kept, Problem, Seal, Told
from shared.contracts.receipt import ReceiptIssued
from shared.days import vietnam_day
from shared.ids import new_id
from tests.receipt.acts import NOW, RECEIPT_URL
from tests.receipt.builders import a_payment
from tests.support.facts import a_cause

OURS, OTHER = "aa", "bb"
SEALS = [(Seal.NONE, None), (Seal.WHOLE, OURS), (Seal.WHOLE, OTHER), (Seal.BROKEN, OURS)]
TOTALS = {None: (), 62_000: (), 620_000: (Difference.AMOUNT,)}
DAYS = {None: (), date(2026, 11, 22): (), date(2026, 11, 23): (Difference.DAY,)}
KEPT = [
    None,
    *(
        Kept(seal, certificate, begins)
        for seal, certificate in SEALS[:2]
        for begins in (False, True)
    ),
]


def a_fact() -> ReceiptIssued:
    due = next(receipts_due(Settled(a_payment(), a_cause(), "H34.10")))
    place = Numbered(new_id(), new_id(), symbols_of(due.kind, vietnam_day(NOW)), 1024, NOW)
    return issued_fact(due, place, receipt_url=RECEIPT_URL)


def a_receipt(status: ReceiptStatus, kept: Kept | None) -> Receipt:
    state = FileStatus.PENDING if kept is None else FileStatus.STORED
    return Receipt(a_fact(), status, ReceiptFile(state, None, None), "H34.10")


def seal_difference(told: Told, kept: Kept) -> tuple[Difference, ...]:
    """Say it once more, as a table."""
    if kept.begins_the_other:
        return (Difference.ADDED,)
    return {
        (Seal.NONE, None, Seal.NONE): (),
        (Seal.NONE, None, Seal.WHOLE): (Difference.NOT_SIGNED,),
        (Seal.WHOLE, OURS, Seal.NONE): (Difference.SIGNED_BY_ANOTHER,),
        (Seal.WHOLE, OURS, Seal.WHOLE): (),
        (Seal.WHOLE, OTHER, Seal.NONE): (Difference.SIGNED_BY_ANOTHER,),
        (Seal.WHOLE, OTHER, Seal.WHOLE): (Difference.SIGNED_BY_ANOTHER,),
        (Seal.BROKEN, OURS, Seal.NONE): (Difference.SIGNATURE_BROKEN,),
        (Seal.BROKEN, OURS, Seal.WHOLE): (Difference.SIGNATURE_BROKEN,),
    }[told.seal, told.certificate, kept.seal]


@pytest.mark.parametrize("status", ReceiptStatus)
@pytest.mark.parametrize("kept", KEPT)
def test_given_another_file_when_judged_then_only_what_we_signed_is_as_good_as_ours(
    status: ReceiptStatus, kept: Kept | None
) -> None:
    receipt = a_receipt(status, kept)
    good = {ReceiptStatus.ISSUED: Result.VALID, ReceiptStatus.REPLACED: Result.REPLACED}[status]

    every = itertools.product(SEALS, TOTALS, DAYS, (False, True))
    for (seal, certificate), total_vnd, day, is_data in every:
        told = Told(
            place=receipt.place, total_vnd=total_vnd, issued_on=day, is_data=is_data, seal=seal,
            certificate=certificate,
        )  # fmt: skip

        judged = judge_other_file(told, receipt, kept)

        content = TOTALS[total_vnd] + DAYS[day]
        if kept is None:
            assert judged.result is Result.ALTERED
            assert judged.differences == (Difference.NO_FILE_YET, *content)
        elif (
            is_data
            and (seal, certificate) == (kept.seal, kept.certificate) == SEALS[1]
            and not (content or kept.begins_the_other)
        ):
            assert (judged.result, judged.differences) == (good, ())
        else:
            assert judged.result is Result.ALTERED
            seals = seal_difference(told, kept)
            assert judged.differences == (Difference.BYTES, *seals, *content)


@pytest.mark.parametrize("problem", [None, *Problem])
def test_given_a_file_that_names_no_receipt_of_ours_when_judged_then_it_is_not_ours(
    problem: Problem | None,
) -> None:
    judged = judge_other_file(Told(problem=problem), None, None)

    assert (judged.result, judged.differences, judged.problem) == (Result.UNKNOWN, (), problem)


def test_given_a_place_when_judged_then_its_receipt_decides() -> None:
    kept = Kept(Seal.NONE, None, begins_the_other=False)

    assert judge_place(None).result is Result.UNKNOWN
    assert judge_place(a_receipt(ReceiptStatus.ISSUED, kept)).result is Result.VALID
    assert judge_place(a_receipt(ReceiptStatus.REPLACED, None)).result is Result.REPLACED
