"""The faults seen in a real provincial system (domain.md 7.7): each has its test, by name."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from payment_gateway.adapters.npsp import dialect as npsp
from payment_gateway.adapters.reading import wire_time_of
from payment_gateway.adapters.vnpay import dialect as vnpay

TESTS: Final = Path(__file__).parents[1]
SEEN: Final = {
    1: (
        "payment_gateway/test_settle.py",
        "test_given_an_attempt_when_less_comes_then_it_is_held_until_the_rest_comes",
        "test_given_an_attempt_when_more_comes_then_it_settles_and_the_rest_is_to_go_back",
        "test_given_an_attempt_when_another_currency_comes_then_it_is_kept_and_not_booked",
    ),
    2: (
        "payment_gateway/test_settle.py",
        "test_given_a_settled_payable_when_a_second_success_comes_then_one_refund_is_proposed",
        "test_given_two_attempts_when_both_monies_come_at_once_then_one_settles_one_goes_back",
    ),
    3: (
        "payment_gateway/test_settle.py",
        "test_given_a_success_when_a_late_failure_comes_then_nothing_changes",
    ),
    4: (
        "receipt/test_make_file.py",
        "test_given_a_printer_that_fails_when_tried_again_later_then_the_file_comes",
    ),
    5: (
        "payment_gateway/test_attempts.py",
        "test_given_two_browsers_when_both_pay_at_once_then_one_lives_and_no_money_is_lost",
    ),
    6: (
        "architecture/test_signatures.py",
        "test_given_a_signature_when_it_is_compared_then_it_takes_constant_time",
    ),
    7: (
        "payment_gateway/test_settle.py",
        "test_given_no_such_reference_when_money_comes_then_it_is_kept_for_the_accountant",
        "test_given_no_such_reference_when_a_failure_comes_then_the_answer_is_defined",
    ),
    8: (
        "payment_gateway/test_vectors.py",
        "test_given_a_callback_when_it_is_answered_then_the_answer_is_signed_and_no_echo",
    ),
    9: (
        "payment_gateway/test_seen_faults.py",
        "test_given_any_hour_when_it_is_written_and_read_then_it_is_on_a_24_hour_clock",
    ),
    10: (
        "payment_gateway/test_domain.py",
        "test_given_an_attempt_in_the_dark_when_it_is_asked_about_then_pauses_grow_and_end",
    ),
    11: (
        "receipt/test_numbering.py",
        "test_given_several_allocators_when_they_race_for_the_same_then_numbers_have_no_gap",
    ),
}


def test_given_the_faults_seen_when_their_tests_are_looked_for_then_each_has_one() -> None:
    missing = [
        (number, name)
        for number, (file, *names) in SEEN.items()
        for name in names
        if not re.search(rf"^(async )?def {name}\(", (TESTS / file).read_text(), re.MULTILINE)
    ]

    assert missing == []
    assert list(SEEN) == list(range(1, 12))


@pytest.mark.parametrize("hour", range(24))
def test_given_any_hour_when_it_is_written_and_read_then_it_is_on_a_24_hour_clock(
    hour: int,
) -> None:
    at = datetime(2026, 11, 23 if hour < 7 else 24, (hour - 7) % 24, 5, 9, tzinfo=UTC)

    assert npsp.wire_time(at) == vnpay.wire_time(at) == f"20261124{hour:02d}0509"
    assert wire_time_of(npsp.wire_time(at)) == at
