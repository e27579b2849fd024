"""The life of a payment and what is told about it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from mock_bank.domain import payments, tellings
from mock_bank.domain.banks import find_bank
from mock_bank.domain.payments import LIFECYCLE, Status, Trigger
from mock_bank.domain.tellings import DELIVERY, Answer, Delivery, Fault, Result
from shared.lifecycle import IllegalStepError

NOW = datetime(2026, 11, 22, 7, 5, tzinfo=UTC)
OPEN = {Status.CREATED, Status.SIGNED_IN, Status.CONFIRMING, Status.ABANDONED}
DECIDED = {Status.APPROVED, Status.DECLINED, Status.EXPIRED}
ALLOWED = {
    **{(state, Trigger.APPROVE): Status.APPROVED for state in OPEN},
    **{(state, Trigger.DECLINE): Status.DECLINED for state in OPEN},
    **{(state, Trigger.EXPIRE): Status.EXPIRED for state in OPEN},
    **{(state, Trigger.ABANDON): Status.ABANDONED for state in OPEN - {Status.ABANDONED}},
    (Status.CREATED, Trigger.SIGN_IN): Status.SIGNED_IN,
    (Status.ABANDONED, Trigger.SIGN_IN): Status.SIGNED_IN,
    (Status.SIGNED_IN, Trigger.SEND_CODE): Status.CONFIRMING,
}


@pytest.mark.parametrize(("state", "trigger"), list(product(Status, Trigger)))
def test_given_a_state_when_a_trigger_comes_then_only_the_table_decides(
    state: Status, trigger: Trigger
) -> None:
    if (state, trigger) in ALLOWED:
        assert LIFECYCLE.next(state, trigger) is ALLOWED[state, trigger]
        return
    with pytest.raises(IllegalStepError):
        LIFECYCLE.next(state, trigger)


@pytest.mark.parametrize(("state", "answer"), list(product(Delivery, Answer)))
def test_given_a_callback_when_answered_then_only_a_waiting_one_moves(
    state: Delivery, answer: Answer
) -> None:
    assert DELIVERY.allows(state, answer) is (state is Delivery.WAITING)


@pytest.mark.parametrize("status", Status)
def test_given_a_status_when_asked_then_only_a_decision_is_final(status: Status) -> None:
    state = payments.transaction_state(status).value

    assert (state == "3") is (status not in DECIDED)
    assert (state == "1") is (status is Status.APPROVED)


def told(*faults: Fault, amount_vnd: int = 62_000) -> tuple[tellings.Telling, ...]:
    waits = {fault: tellings.DEFAULT_DELAYS[fault] for fault in faults}
    return tellings.tell_success(amount_vnd, waits, now=NOW)


def test_given_no_fault_when_approved_then_one_success_is_due_at_once() -> None:
    assert told() == (tellings.Telling(Result.SUCCESS, 62_000, said_at=NOW, due_at=NOW),)


def test_given_faults_when_approved_then_each_changes_what_is_told() -> None:
    duplicate, late, lost = told(Fault.DUPLICATE), told(Fault.LATE), told(Fault.LOST)
    disorder, after = told(Fault.OUT_OF_ORDER), told(Fault.FAILED_AFTER_SUCCESS)

    assert duplicate[0] == duplicate[1]
    assert late[0].due_at == NOW + timedelta(seconds=5)
    assert [telling.due_at for telling in lost] == [None]
    assert [telling.result for telling in disorder] == [Result.SUCCESS, Result.FAILED]
    assert disorder[1].said_at < disorder[0].said_at < after[1].said_at
    assert all(telling.forged for telling in told(Fault.BAD_SIGNATURE))


@pytest.mark.parametrize("amount_vnd", [1, 1_000, 1_001, 62_000])
def test_given_a_wrong_amount_when_approved_then_it_differs_and_stays_positive(
    amount_vnd: int,
) -> None:
    (telling,) = told(Fault.WRONG_AMOUNT, amount_vnd=amount_vnd)

    assert telling.amount_vnd != amount_vnd
    assert telling.amount_vnd > 0


def test_given_all_faults_at_once_when_approved_then_nothing_is_sent_and_all_is_recorded() -> None:
    told_all = told(*Fault)

    assert len(told_all) == 4
    assert {telling.due_at for telling in told_all} == {None}


def test_given_a_partner_that_never_accepts_when_tried_then_pauses_grow_and_end() -> None:
    tries = range(1, len(tellings.PAUSES) + 2)

    answers = [tellings.answer_after(attempts) for attempts in tries]
    dues = [tellings.due_again(attempts, now=NOW) for attempts in tries]

    assert answers == [Answer.REFUSED] * len(tellings.PAUSES) + [Answer.EXHAUSTED]
    assert dues[-1] is None
    assert [due - NOW for due in dues if due is not None] == sorted(tellings.PAUSES)


def test_given_two_payments_when_codes_are_sent_then_each_has_its_own_six_digits() -> None:
    codes = {payments.one_time_code(UUID(int=number)) for number in range(50)}

    assert len(codes) == 50
    assert all(len(code) == 6 and code.isdigit() for code in codes)


@pytest.mark.parametrize(
    ("code", "name"),
    [("VCB", "Vietcombank"), ("970436", "Vietcombank"), ("vietcombank", "Vietcombank"),
     ("MoMo", "Ví MoMo"), ("Nam A Bank", "Nam A Bank")],
)  # fmt: skip
def test_given_a_bank_code_in_any_spelling_when_looked_up_then_it_has_a_page(
    code: str, name: str
) -> None:
    bank = find_bank(code)

    assert bank is not None
    assert bank.name == name


def test_given_no_bank_when_looked_up_then_the_payer_chooses() -> None:
    assert find_bank("PAYMENT") is None
    assert find_bank("") is None
