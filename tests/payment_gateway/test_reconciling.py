"""Comparing a day: every line and every money ends in one finding, each difference has an act."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payment_gateway.domain import nights
from payment_gateway.domain.debits import Debit, OurRefund, compare_debits
from payment_gateway.domain.reconciling import (
    LIFECYCLE,
    Act,
    Finding,
    Known,
    OurMoney,
    OurSide,
    Status,
    Trigger,
    act_of,
    by_agency,
    compare,
)
from payment_gateway.domain.statements import StatementLine
from shared.contracts.money import DifferenceKind
from shared.contracts.payment import UnmatchedKind
from shared.ids import new_id
from shared.lifecycle import IllegalStepError

NOON: Final = datetime(2026, 11, 28, 5, tzinfo=UTC)
OWNER: Final = "H34.10"
Kind = DifferenceKind


def a_line(reference: str = "GD1", *, amount_vnd: int = 100, ours: str = "LP1T01") -> StatementLine:
    return StatementLine(1, reference, ours, amount_vnd, "VCB", NOON)


def a_money(
    reference: str = "GD1",
    *,
    amount_vnd: int = 100,
    problem: UnmatchedKind | None = None,
    unmatched_vnd: int | None = None,
) -> OurMoney:
    loose = (amount_vnd if problem else 0) if unmatched_vnd is None else unmatched_vnd
    return OurMoney(new_id(), reference, amount_vnd, loose, problem, OWNER, "H34.10-261128-0001")


def the_finding(
    lines: list[StatementLine], monies: list[OurMoney], *, known: bool = True
) -> Finding:
    names = {"LP1T01": Known(new_id(), "H34.10-261128-0001", OWNER)} if known else {}
    return compare(lines, OurSide(monies, names, OWNER))[-1]


CASES: Final = [
    ("equal", [a_line()], [a_money()], None, None),
    ("less there", [a_line(amount_vnd=99)], [a_money()], Kind.SHORT, Act.QUESTION_FILE),
    ("more there", [a_line(amount_vnd=101)], [a_money()], Kind.OVER, Act.QUESTION_FILE),
    ("listed twice", [a_line(), a_line()], [a_money()], Kind.DUPLICATE, Act.QUESTION_FILE),
    ("only there", [a_line()], [], Kind.THERE_NOT_HERE, Act.ASK_CHANNEL),
    ("only here", [], [a_money()], Kind.HERE_NOT_THERE, Act.LOCK),
    ("paid short", [a_line()], [a_money(problem=UnmatchedKind.SHORT)], Kind.SHORT,
     Act.ASK_FOR_REST),
    ("paid over", [a_line()], [a_money(problem=UnmatchedKind.OVER, unmatched_vnd=1)], Kind.OVER,
     Act.REFUND),
    ("paid twice", [a_line()], [a_money(problem=UnmatchedKind.DUPLICATE)], Kind.DUPLICATE,
     Act.REFUND),
    ("paid late", [a_line()], [a_money(problem=UnmatchedKind.LATE)], Kind.LATE, Act.REFUND),
    ("nobody's", [a_line()], [a_money(problem=UnmatchedKind.UNKNOWN)], Kind.UNKNOWN, Act.MATCH),
    ("another's", [a_line()], [a_money(problem=UnmatchedKind.WRONG_PAYEE)], Kind.UNKNOWN,
     Act.MATCH),
    ("settled since", [a_line()], [a_money(problem=UnmatchedKind.SHORT, unmatched_vnd=0)], None,
     None),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_given_both_sides_when_compared_then_the_kind_and_its_act_are_these(
    case: tuple[str, list[StatementLine], list[OurMoney], Kind | None, Act | None],
) -> None:
    _, lines, monies, kind, act = case

    finding = the_finding(lines, monies)

    assert (finding.kind, act_of(finding)) == (kind, act)


def test_given_a_line_of_a_reference_nobody_knows_when_compared_then_it_is_unknown() -> None:
    finding = the_finding([a_line()], [], known=False)

    assert (finding.kind, act_of(finding)) == (Kind.UNKNOWN, Act.RECORD)
    assert finding.agency_code == OWNER


def test_given_the_cases_when_counted_then_each_of_the_seven_kinds_has_an_act() -> None:
    shown = {case[3] for case in CASES} - {None}

    assert shown == set(Kind)
    assert len(Kind) == 7


def test_given_a_row_set_apart_when_its_money_is_only_here_then_the_finding_names_the_row() -> None:
    ours = OurSide([a_money("GD9")], {}, OWNER)

    (finding,) = compare([], ours, kept={"GD9": 17})

    assert finding.kept_line_no == 17


@pytest.mark.parametrize(
    ("theirs_vnd", "reference", "kind"),
    [(90, "RF1", None), (91, "RF1", Kind.OVER), (89, "RF1", Kind.SHORT),
     (90, "RF2", Kind.THERE_NOT_HERE)],
)  # fmt: skip
def test_given_money_that_left_when_it_is_held_against_our_refunds_then_what_differs_is_found(
    theirs_vnd: int, reference: str, kind: Kind | None
) -> None:
    paid = {"RF1": OurRefund("RF1", 90, "H34.22", "H34.10-261128-0001")}
    debits = [Debit(5, reference, theirs_vnd)]

    (found,) = compare_debits(debits, paid, owner=OWNER, only_known=False)
    figures = by_agency([found, *compare([a_line()], OurSide([a_money()], {}, OWNER))], OWNER)

    assert found.kind is kind
    assert act_of(found) is (None if kind is None else Act.QUESTION_DEBIT)
    assert found.agency_code == ("H34.22" if reference == "RF1" else OWNER)
    assert figures[OWNER].theirs.sum_vnd == 100, "what left is not taken off what came"
    quiet = compare_debits(debits, paid, owner=OWNER, only_known=True)
    assert quiet == ([] if reference == "RF2" else [found])


numbers = st.integers(1, 30)
some_lines = st.lists(
    st.builds(lambda n, vnd: a_line(f"GD{n}", amount_vnd=vnd), numbers, st.integers(1, 5)),
    max_size=30,
)
some_monies = st.lists(
    st.builds(
        lambda n, vnd, problem: a_money(f"GD{n}", amount_vnd=vnd, problem=problem),
        numbers, st.integers(1, 5), st.none() | st.sampled_from(UnmatchedKind),
    ),
    max_size=30, unique_by=lambda money: money.channel_reference,
)  # fmt: skip


@settings(max_examples=300)
@given(lines=some_lines, monies=some_monies)
def test_given_any_two_sides_when_compared_then_every_dong_of_both_is_in_exactly_one_finding(
    lines: list[StatementLine], monies: list[OurMoney]
) -> None:
    found = compare(lines, OurSide(monies, {}, OWNER))
    again = compare(lines, OurSide(monies, {}, OWNER))

    day = by_agency(found, OWNER)[OWNER]
    assert day.theirs.sum_vnd == sum(line.amount_vnd for line in lines)
    assert day.ours.sum_vnd == sum(money.amount_vnd for money in monies)
    assert (day.theirs.count, day.ours.count) == (len(lines), len(monies))
    keys = Counter((each.channel_reference, each.occurrence) for each in found)
    assert set(keys.values()) <= {1}
    apart = sum((each.theirs_vnd or 0) - (each.ours_vnd or 0) for each in found if each.kind)
    assert day.theirs.sum_vnd - day.ours.sum_vnd == apart, "the differences explain the rest"
    assert day.matched.count + sum(each.count for each in day.kinds.values()) == len(found)
    assert all((act_of(each) is None) == (each.kind is None) for each in found)
    assert all(each.at_stake_vnd > 0 for each in found if each.kind)
    assert found == again


@pytest.mark.parametrize(("state", "trigger"), list(product(Status, Trigger)))
def test_given_a_difference_in_any_state_when_anything_happens_then_the_table_decides(
    state: Status, trigger: Trigger
) -> None:
    refused = {(Status.EXPLAINED, Trigger.EXPLAIN), (Status.GONE, Trigger.EXPLAIN)}
    ends = {
        Trigger.AGREE: Status.GONE,
        Trigger.CHANGE: Status.OPEN,
        Trigger.EXPLAIN: Status.EXPLAINED,
    }
    if (state, trigger) in refused:
        with pytest.raises(IllegalStepError):
            LIFECYCLE.next(state, trigger)
        return

    found = LIFECYCLE.next(state, trigger)

    stays = Status.EXPLAINED if state is Status.EXPLAINED else Status.OPEN
    assert found is ends.get(trigger, stays)


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-11-28T15:59:59+00:00", date(2026, 11, 27)),
        ("2026-11-28T16:00:00+00:00", date(2026, 11, 28)),
        ("2026-11-28T17:00:00+00:00", date(2026, 11, 28)),
        ("2026-12-31T18:00:00+00:00", date(2026, 12, 31)),
    ],
)
def test_given_an_instant_when_asked_for_the_last_night_then_23_hours_in_vietnam_decides(
    now: str, night: date
) -> None:
    instant = datetime.fromisoformat(now)

    assert nights.last_night(instant) == night
    assert nights.nights_due(night, instant) == []
    assert nights.nights_due(None, instant) == [night]
    assert nights.due_at(night) <= instant


def test_given_nights_nobody_worked_when_planned_then_each_is_made_good_up_to_a_month() -> None:
    now = nights.due_at(date(2026, 11, 28))

    after_three = nights.nights_due(date(2026, 11, 25), now)
    after_a_year = nights.nights_due(date(2025, 11, 25), now)

    assert after_three == [date(2026, 11, 26), date(2026, 11, 27), date(2026, 11, 28)]
    assert len(after_a_year) == nights.MOST_NIGHTS
    assert after_a_year[-1] == date(2026, 11, 28)
    assert nights.days_of(date(2026, 11, 28)) == [date(2026, 11, 27), date(2026, 11, 28)]


def test_given_a_file_that_does_not_come_when_tried_then_pauses_grow_and_end() -> None:
    dues = [nights.fetch_again(tried, now=NOON) for tried in range(1, 7)]

    pauses = [due - NOON for due in dues if due is not None]
    assert pauses == sorted(pauses)
    assert dues[-1] is None
    assert sum(pauses, timedelta()) < timedelta(hours=8), "before the accountant's morning"
