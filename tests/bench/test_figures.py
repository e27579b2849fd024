"""Ratios and verdicts."""

import pytest

from tests.bench.figures import Limit, Name, Spread, Verdict, percentile, result, spread

FAST = Name("P1", "settled payments/s", "", "settle.pgbench", Limit(must=0.25, aim=0.40))
SOON = Name("P5", "paid → number, p50 ms", "ms", "floor", Limit(must=4, aim=2, most=True))


def steady(value: float) -> Spread:
    return Spread(value, value, value)


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(0.24, Verdict.FAIL), (0.25, Verdict.MUST), (0.39, Verdict.MUST), (0.40, Verdict.AIM)],
)
def test_given_a_rate_when_judged_then_more_is_better(ratio: float, verdict: Verdict) -> None:
    assert Limit(0.25, 0.40).judge(steady(ratio)) is verdict


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(2.0, Verdict.AIM), (2.1, Verdict.MUST), (4.0, Verdict.MUST), (4.1, Verdict.FAIL)],
)
def test_given_a_latency_when_judged_then_less_is_better(ratio: float, verdict: Verdict) -> None:
    assert Limit(4, 2, most=True).judge(steady(ratio)) is verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.36, 0.64, Verdict.AIM), (0.34, 0.5, Verdict.UNSTABLE), (0.5, 0.66, Verdict.UNSTABLE)],
)
def test_given_wide_quartiles_when_judged_then_it_is_no_verdict(
    low: float, high: float, verdict: Verdict
) -> None:
    assert Limit(0.25, 0.40).judge(Spread(0.5, low, high)) is verdict


def test_given_pairs_when_compared_then_the_ratio_is_the_median_of_pairs() -> None:
    line = result(FAST, [100, 200, 400], [50, 80, 100])

    assert line.ratio.median == 0.4
    assert line.baseline.median == 200
    assert line.pairs == 3
    assert line.verdict is Verdict.UNSTABLE


def test_given_a_line_when_shown_then_it_has_baseline_ours_ratio_goal_and_verdict() -> None:
    line = result(SOON, [10.0] * 4, [15.0] * 4)

    assert line.line().startswith("P5   paid → number, p50 ms")
    assert line.line().endswith("ratio 1.50 (1.50–1.50)   must 4  aim 2   AIM")  # noqa: RUF001
    assert line.as_document()["verdict"] == "AIM"


def test_given_values_when_cut_then_percentiles_stay_inside() -> None:
    assert spread([3.0]) == steady(3.0)
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([1.0, 2.0, 3.0], 99) <= 3.0
