"""What is asked for and what goes back, for any payment and any new amount."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from payment_gateway.domain.cases import Paid, compare, left_of
from shared.contracts.parts import FeeKind, Line
from tests.payment_gateway.builders import a_line
from tests.payment_gateway.test_domain import a_payable

CODES = ("PHI-A", "PHI-B")
AMOUNTS = st.integers(min_value=1_000, max_value=500_000)
LINES = st.lists(st.tuples(st.sampled_from(FeeKind), st.sampled_from(CODES), AMOUNTS), max_size=4)
Drawn = list[tuple[FeeKind, str, int]]


def lines_of(drawn: Drawn) -> tuple[Line, ...]:
    return tuple(
        a_line(kind, amount_vnd=amount).model_copy(update={"fee_code": code})
        for kind, code, amount in drawn
    )


def by_kind(lines: tuple[Line, ...]) -> Counter[FeeKind]:
    found: Counter[FeeKind] = Counter()
    for line in lines:
        found[line.kind] += line.amount_vnd
    return found


@given(paid=st.lists(LINES, max_size=3), due=LINES)
def test_given_any_payments_when_any_amount_is_due_then_each_kind_ends_where_the_law_says(
    paid: list[Drawn], due: Drawn
) -> None:
    before = [Paid(a_payable(), lines_of(lines)) for lines in paid]
    owed = lines_of(due)

    change = compare(before, owed)

    lines = {line.line_id: line for each in before for line in each.lines}
    less: Counter[FeeKind] = Counter()
    for amounts in change.less.values():
        for line_id, amount in amounts.items():
            assert 0 < amount <= lines[line_id].amount_vnd
            less[lines[line_id].kind] += amount
    more, had, wanted = by_kind(change.more), Counter[FeeKind](), by_kind(owed)
    for each in before:
        had.update(by_kind(each.lines))
    for kind in FeeKind:
        assert had[kind] + more[kind] - less[kind] == wanted[kind]
        assert not (more[kind] and less[kind])
    assert compare(before, [line for each in before for line in each.lines]).more == ()


@given(taken=st.integers(min_value=0, max_value=60_000))
def test_given_a_part_went_back_when_it_is_compared_then_only_the_rest_was_paid(taken: int) -> None:
    payable = a_payable(amount_vnd=100_000)
    first = payable.lines[0]

    left = left_of(payable, {first.line_id: taken})

    assert sum(line.amount_vnd for line in left.lines) == 100_000 - taken
    assert compare([left], payable.lines).more_vnd == taken
