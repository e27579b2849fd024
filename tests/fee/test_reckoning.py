"""Amounts by the published list: the cases handed over, and what must hold for every case."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fee.domain.reckoning import FREE_REASON, LineOutcome, ReckonedLine, reckon
from fee.domain.tariff import Circumstances, Tariff
from shared.contracts.fee import Certainty, TariffRule
from shared.contracts.parts import Explanation, FeeKind, FilingChannel
from tests.fee.tariff_file import TODAY, a_line, all_tariffs, by_fee_code, reckoned

DATA: Final = Path(__file__).parent / "data" / "assessments.csv"
CASES: Final = list(csv.DictReader(DATA.read_text(encoding="utf-8").splitlines()))
OUTCOMES: Final = {
    LineOutcome.DUE: "assessed",
    LineOutcome.EXEMPT: "exempted",
    LineOutcome.PENDING: "pending",
}


@pytest.mark.parametrize("case", CASES, ids=[case["case_id"] for case in CASES])
def test_given_a_case_of_the_data_when_reckoned_then_outcome_and_amount_are_as_stated(
    case: Mapping[str, str],
) -> None:
    line = a_line(
        case["fee_code"],
        variant=case["variant_code"] or None,
        copies=int(case["copies"]),
        pages=int(case["pages"]),
        payer_group=case["payer_group"] or None,
    )

    found = reckoned(
        line,
        procedure_code=case["procedure_code"],
        place=(FilingChannel(case["channel"]), case["territory_code"]),
        filed_on=date.fromisoformat(case["filed_on"]),
    )

    assert OUTCOMES[found.outcome] == case["expected_outcome"]
    assert found.amount_vnd == int(case["expected_amount_vnd"] or 0)


def test_given_the_whole_file_when_read_then_every_row_is_there_with_its_certainty() -> None:
    tariffs = all_tariffs()

    certain = [tariff for tariff in tariffs if tariff.certainty is Certainty.KNOWN]

    assert (len(tariffs), len(certain)) == (127, 45)


@given(copies=st.integers(1, 500), pages=st.integers(1, 2000))
def test_given_certified_copies_when_counted_then_the_formula_of_the_circular_holds(
    copies: int, pages: int
) -> None:
    found = reckoned(a_line(copies=copies, pages=pages))

    uncapped = 2000 * min(pages, 2) + 1000 * max(pages - 2, 0)
    assert found.amount_vnd == copies * min(uncapped, 200_000)
    assert (found.explanation is Explanation.TIERS_CAPPED) == (uncapped > 200_000)
    assert found.uncapped_vnd == (uncapped if uncapped > 200_000 else None)


tariff_cases = st.tuples(
    st.sampled_from(all_tariffs()),
    st.sampled_from(FilingChannel),
    st.sampled_from([None, "H34", "H48", "H21", "H15", "H99"]),
    st.sampled_from([None, "HO_NGHEO", "HSSV", "NGUOI_CO_CONG", "KHONG_CO"]),
    st.dates(date(2016, 1, 1), date(2027, 12, 31)),
    st.integers(1, 60),
    st.integers(1, 400),
)


def _case_of(
    drawn: tuple[Tariff, FilingChannel, str | None, str | None, date, int, int],
) -> ReckonedLine:
    tariff, channel, territory, group, day, copies, pages = drawn
    line = a_line(
        tariff.fee_code,
        variant=tariff.variant,
        copies=copies,
        pages=pages,
        payer_group=group,
    )
    return reckoned(
        line,
        procedure_code=tariff.procedure_code or "1.999999",
        place=(channel, territory),
        filed_on=day,
    )


@given(tariff_cases, st.integers(0, 40), st.integers(0, 300))
def test_given_any_case_when_quantities_grow_then_the_amount_never_falls(
    drawn: tuple[Tariff, FilingChannel, str | None, str | None, date, int, int],
    more_copies: int,
    more_pages: int,
) -> None:
    tariff, channel, territory, group, day, copies, pages = drawn

    less = _case_of(drawn)
    more = _case_of(
        (tariff, channel, territory, group, day, copies + more_copies, pages + more_pages)
    )

    assert more.outcome is less.outcome
    assert more.amount_vnd >= less.amount_vnd


@given(tariff_cases)
def test_given_any_case_when_reckoned_then_steps_sum_up_and_zero_has_a_reason(
    drawn: tuple[Tariff, FilingChannel, str | None, str | None, date, int, int],
) -> None:
    found = _case_of(drawn)

    assert found.amount_vnd == sum(step.amount_vnd for step in found.steps)
    assert all(step.amount_vnd == step.quantity * step.unit_vnd for step in found.steps)
    assert (found.outcome is LineOutcome.DUE) == (found.amount_vnd > 0)
    assert (found.outcome is LineOutcome.EXEMPT) == (found.exemption_reason_code is not None)
    assert (found.outcome is LineOutcome.PENDING) == (found.legal_basis is None)


def _changes() -> list[tuple[Tariff, date]]:
    begins = [(tariff, tariff.valid_from) for tariff in all_tariffs()]
    ends = [(t, t.valid_to + timedelta(days=1)) for t in all_tariffs() if t.valid_to is not None]
    return begins + ends


@pytest.mark.parametrize("change", _changes(), ids=lambda c: f"{c[0].code}@{c[1]}")
def test_given_a_day_of_change_when_filed_around_it_then_only_that_day_decides(
    change: tuple[Tariff, date],
) -> None:
    tariff, day = change
    applies = day == tariff.valid_from

    before, on_it = (_tariffs_used(tariff, filed) for filed in (day - timedelta(days=1), day))

    assert (tariff.code in before) == (not applies)
    assert (tariff.code in on_it) == applies


def _tariffs_used(tariff: Tariff, filed_on: date) -> set[str]:
    """Return the rows that fit the case which ``tariff`` describes, alone in its list."""
    channel = FilingChannel.ONLINE if tariff.channel == "online" else FilingChannel.COUNTER
    case = Circumstances(
        tariff.procedure_code or "1.999999",
        tariff.variant,
        channel,
        tariff.territory_code,
        tariff.payer_group,
        filed_on,
    )
    line = a_line(tariff.fee_code, variant=tariff.variant, copies=9, payer_group=tariff.payer_group)
    flat = replace(tariff, rule=TariffRule.FLAT)
    return {step.tariff_code for step in reckon(line, case, [flat]).steps}


def test_given_a_reduction_online_when_its_last_day_is_over_then_the_table_amount_returns() -> None:
    line = a_line("LP-GPLX")

    last, next_day = (
        reckoned(line, procedure_code="1.002809", place=(FilingChannel.ONLINE, "H34"), filed_on=day)
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    )

    assert (last.amount_vnd, next_day.amount_vnd) == (115_000, 135_000)


@pytest.mark.parametrize(
    ("fee_code", "declared_vnd", "basis", "outcome", "amount_vnd"),
    [
        ("PHI-LA", 40_000, "NQ 1/2026/NQ-HĐND", LineOutcome.DUE, 40_000),
        ("PHI-LA", 40_000, None, LineOutcome.PENDING, 0),
        ("PHI-LA", 0, "NQ 1/2026/NQ-HĐND", LineOutcome.PENDING, 0),
        ("PHI-LA", None, "NQ 1/2026/NQ-HĐND", LineOutcome.PENDING, 0),
        ("PHI-CHUNGTHUC-BS", 40_000, "NQ 1/2026/NQ-HĐND", LineOutcome.DUE, 2_000),
        ("LP-GCN", 40_000, "NQ 1/2026/NQ-HĐND", LineOutcome.PENDING, 0),
    ],
)
def test_given_a_declared_amount_when_reckoned_then_it_counts_only_without_any_tariff(
    fee_code: str,
    declared_vnd: int | None,
    basis: str | None,
    outcome: LineOutcome,
    amount_vnd: int,
) -> None:
    line = a_line(fee_code, declared_vnd=declared_vnd, declared_basis=basis)

    found = reckoned(line)

    assert (found.outcome, found.amount_vnd) == (outcome, amount_vnd)


def test_given_tiers_that_leave_pages_open_when_reckoned_then_nothing_is_guessed() -> None:
    tiers = [t for t in by_fee_code()["PHI-CHUNGTHUC-BS"] if t.rule is TariffRule.TIER]
    case = Circumstances("2.000815", None, FilingChannel.COUNTER, "H34", None, TODAY)

    first_only = reckon(a_line(pages=3), case, tiers[:1])
    overlapping = reckon(a_line(pages=3), case, [replace(t, from_quantity=1) for t in tiers])

    assert {first_only.outcome, overlapping.outcome} == {LineOutcome.PENDING}


def test_given_a_dossier_filed_as_free_when_reckoned_then_it_is_exempt_for_that_reason() -> None:
    freed = reckoned(a_line(), free=True)
    by_law = reckoned(
        a_line("LP-HOTICH-KHAISINH", variant="DUNG_HAN"), procedure_code="1.001193", free=True
    )

    assert (freed.outcome, freed.exemption_reason_code) == (LineOutcome.EXEMPT, FREE_REASON)
    assert by_law.exemption_reason_code == "MIEN_THEO_LUAT"
    assert by_law.kind is FeeKind.LE_PHI
