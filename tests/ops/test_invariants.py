"""Each invariant holds on sound evidence and turns red when it is broken."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ops.domain.evidence import Deliveries, Evidence, MoneyState, OutboxEntry, PayableState
from ops.domain.report import as_json, as_text, holds, prove
from shared.contracts.payment import TOPIC as PAYMENT
from shared.contracts.receipt import TOPIC as RECEIPT
from tests.ops.builders import (
    CODE,
    LONG_AGO,
    NOW,
    PAYMENT_ID,
    a_receipt,
    a_settled_payment,
    an_id,
    sound,
    sound_records,
    told,
)

Tamper = Callable[[], Evidence]


def red(evidence: Evidence, *, quiet: bool = False) -> set[str]:
    return {finding.code for finding in prove(evidence, quiet=quiet) if not finding.holds}


def without_a_receipt_on_the_stream() -> Evidence:
    return replace(sound(sound_records()[:2]), receipts=sound().receipts)


def with_a_wrong_total() -> Evidence:
    wrong = a_receipt("phi").model_copy(update={"total_vnd": 61_000})
    records = sound_records()
    records[1] = ((RECEIPT, 0), told(wrong, event_id=an_id(2), cause=an_id(1), at=LONG_AGO))
    return sound(records)


def with_a_second_receipt() -> Evidence:
    again = told(a_receipt("phi", 2), event_id=an_id(4), sequence=3, cause=an_id(1), at=LONG_AGO)
    return sound([*sound_records(), ((RECEIPT, 0), again)])


def settled_twice() -> Evidence:
    again = told(a_settled_payment(), event_id=an_id(9), sequence=2, at=LONG_AGO)
    return sound([*sound_records(), ((PAYMENT, 0), again)])


def with_a_receipt_of_no_payment() -> Evidence:
    return replace(sound(sound_records()[1:]), payables=[])


def with_a_deleted_receipt() -> Evidence:
    return replace(sound(), receipts=sound().receipts[1:])


def with_a_number_given_twice() -> Evidence:
    other = replace(sound().receipts[0], receipt_id=an_id(77), payment_id=an_id(78))
    return replace(sound(), receipts=[*sound().receipts, other])


def with_a_counter_ahead() -> Evidence:
    series = [replace(each, last_number=each.last_number + 1) for each in sound().series]
    return replace(sound(), series=series)


def with_a_number_of_another_year() -> Evidence:
    return replace(sound(), series=[replace(each, year=2027) for each in sound().series])


def with_money_that_vanished() -> Evidence:
    return replace(sound(), monies=[MoneyState(an_id(50), 112_000, 111_999)])


def with_a_payable_settled_short() -> Evidence:
    short = PayableState(PAYMENT_ID, CODE, "settled", 112_000, 100_000, LONG_AGO)
    return replace(sound(), payables=[short])


def with_an_unsent_fact() -> Evidence:
    unsent = OutboxEntry(an_id(90), "vn.lephi.PaymentClosed.v1", PAYMENT, LONG_AGO, None, b"")
    return replace(sound(), outboxes={**sound().outboxes, "payment-gateway": [unsent]})


def with_a_fact_marked_but_not_there() -> Evidence:
    (row,) = sound().outboxes["payment-gateway"]
    lost = replace(row, id=an_id(91))
    return replace(sound(), outboxes={**sound().outboxes, "payment-gateway": [row, lost]})


def with_a_forged_fact() -> Evidence:
    return replace(sound(), outboxes={**sound().outboxes, "receipt": []})


def with_other_bytes_in_the_outbox() -> Evidence:
    (row,) = sound().outboxes["payment-gateway"]
    return replace(
        sound(), outboxes={**sound().outboxes, "payment-gateway": [replace(row, digest=b"x")]}
    )


def with_a_hole_in_the_archive() -> Evidence:
    archive = dict(sound().archive)
    archive.pop(an_id(1))
    return replace(sound(), archive=archive)


def with_a_fact_that_was_skipped() -> Evidence:
    skipped = Deliveries({(PAYMENT, 0): 1}, frozenset(), frozenset())
    return replace(sound(), deliveries={"receipt": skipped})


def with_a_sequence_hole() -> Evidence:
    records = sound_records()
    records[2] = (
        (RECEIPT, 0),
        told(a_receipt("le_phi"), event_id=an_id(3), sequence=3, cause=an_id(1), at=LONG_AGO),
    )
    return sound(records)


def with_bytes_that_are_no_fact() -> Evidence:
    return sound([*sound_records(), ((PAYMENT, 0), b'{"type": "poison"}')])


def test_given_sound_evidence_when_proved_then_everything_holds_and_is_counted() -> None:
    findings = prove(sound(), quiet=True)

    assert red(sound(), quiet=True) == set()
    codes = ["I1", "I2", "I3", "I5", "I6", "I7", "I8", "I9", "I11", "I12", "I13"]
    assert [finding.code for finding in findings] == codes
    assert findings[0].counts == {
        "payments": 1,
        "paid_vnd": 112_000,
        "receipted_vnd": 112_000,
        "awaiting_number": 0,
    }
    assert findings[5].counts["numbers"] == 2


@pytest.mark.parametrize(
    ("tamper", "seen"),
    [
        (without_a_receipt_on_the_stream, {"I1", "I6"}),
        (with_a_wrong_total, {"I1"}),
        (with_a_second_receipt, {"I1", "I6"}),
        (settled_twice, {"I3"}),
        (with_a_receipt_of_no_payment, {"I6", "I12"}),
        (with_a_deleted_receipt, {"I6", "I7"}),
        (with_a_number_given_twice, {"I7"}),
        (with_a_counter_ahead, {"I7"}),
        (with_a_number_of_another_year, {"I7"}),
        (with_money_that_vanished, {"I3"}),
        (with_a_payable_settled_short, {"I3"}),
        (with_an_unsent_fact, {"I11"}),
        (with_a_fact_marked_but_not_there, {"I11"}),
        (with_a_forged_fact, {"I11"}),
        (with_other_bytes_in_the_outbox, {"I11"}),
        (with_a_hole_in_the_archive, {"I11"}),
        (with_a_fact_that_was_skipped, {"I12"}),
        (with_a_sequence_hole, {"I13"}),
        (with_bytes_that_are_no_fact, {"I11"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_given_one_thing_broken_when_proved_then_its_invariant_is_red(
    tamper: Tamper, seen: set[str]
) -> None:
    evidence = tamper()

    findings = red(evidence)

    assert seen <= findings
    assert not holds(prove(evidence))


@pytest.mark.parametrize(
    ("age", "quiet", "expected"),
    [
        (timedelta(seconds=59), False, set()),
        (timedelta(seconds=61), False, {"I1"}),
        (timedelta(seconds=1), True, {"I1"}),
    ],
)
def test_given_a_payment_without_its_receipts_when_proved_then_its_age_decides(
    age: timedelta,
    quiet: bool,  # noqa: FBT001 - pytest gives it by name
    expected: set[str],
) -> None:
    evidence = sound(sound_records(at=NOW - age)[:1])

    findings = prove(evidence, quiet=quiet)

    assert {finding.code for finding in findings if not finding.holds} == expected
    assert len(findings[0].on_its_way) == (0 if expected else 2)


def test_given_a_repeat_of_the_same_bytes_when_proved_then_nothing_is_wrong() -> None:
    records = sound_records()

    findings = prove(sound([*records, records[0]]))

    assert holds(findings)
    assert findings[-1].counts["repeats"] == 1


def test_given_a_repeat_with_other_bytes_when_proved_then_order_is_red() -> None:
    other = told(a_settled_payment(), event_id=an_id(1), sequence=2, at=LONG_AGO)

    evidence = sound([*sound_records(), ((PAYMENT, 0), other)])

    assert red(evidence) == {"I13"}


def test_given_pruned_rows_below_the_checkpoint_when_proved_then_they_count_as_said() -> None:
    later = told(a_settled_payment(), event_id=an_id(8), sequence=2, at=LONG_AGO)
    evidence = sound([*sound_records()[:1], ((PAYMENT, 0), later)])
    kept = [row for row in evidence.outboxes["payment-gateway"] if row.id == an_id(8)]
    pruned = replace(evidence, outboxes={"payment-gateway": kept})

    assert "I11" in red(pruned)
    assert "I11" not in red(replace(pruned, checkpoints={(PAYMENT, 0): 2}))


def test_given_a_message_put_aside_when_proved_then_it_counts_as_heard() -> None:
    parked = Deliveries({(PAYMENT, 0): 1}, frozenset(), frozenset({(PAYMENT, 0, 0)}))

    assert red(replace(sound(), deliveries={"receipt": parked})) == set()


def test_given_a_violation_when_told_then_text_and_json_name_it() -> None:
    findings = prove(with_a_deleted_receipt())

    text, told_json = as_text(findings), as_json(findings, at=NOW)

    assert "I7  SAI" in text
    assert "I11 CHƯA ĐỦ" in text
    assert "I13 ĐẠT" in text
    assert "number-missing: 6101234567/EBL01/26Tphi number 1" in text
    assert told_json["holds"] is False
    assert next(each for each in told_json["invariants"] if each["invariant"] == "I6")["violations"]
