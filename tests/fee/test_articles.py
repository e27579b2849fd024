"""Amounts written by hand from the articles, and a second reading of the rules beside ours.

``data/articles.csv`` was written from the law as domain.md quotes it, not from the tariff file;
each row cites its article. The second reading (``expected_vnd``) is rule 0 of domain.md section 5
put down once more, as plainly as it stands there, over the raw cells of the file.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fee.domain.assessment import AssessmentTrigger, Filing, find
from fee.domain.reckoning import LineOutcome, ReckonedLine
from shared.contracts.dossier import FeeLine
from shared.contracts.parts import FilingChannel
from tests.fee.tariff_file import TARIFFS_FILE, a_line, by_fee_code, reckoned

DATA: Final = Path(__file__).parent / "data" / "articles.csv"
ARTICLES: Final = list(csv.DictReader(DATA.read_text(encoding="utf-8").splitlines()))
ROWS: Final = list(csv.DictReader(TARIFFS_FILE.read_text(encoding="utf-8").splitlines()))
OUTCOMES: Final = {
    LineOutcome.DUE: "assessed",
    LineOutcome.EXEMPT: "exempted",
    LineOutcome.PENDING: "pending",
}
KEY: Final = ("procedure_code", "variant_code", "territory_code", "payer_group", "channel")

Case = Mapping[str, str]


def found_in(case: Case) -> ReckonedLine:
    line = a_line(
        case["fee_code"],
        variant=case["variant_code"] or None,
        copies=int(case["copies"]),
        pages=int(case["pages"]),
        payer_group=case["payer_group"] or None,
    )
    return reckoned(
        line,
        procedure_code=case["procedure_code"],
        place=(FilingChannel(case["channel"]), case["territory_code"] or None),
        filed_on=date.fromisoformat(case["filed_on"]),
    )


@pytest.mark.parametrize("case", ARTICLES, ids=[case["case_id"] for case in ARTICLES])
def test_given_an_article_when_its_case_is_reckoned_then_amount_and_outcome_are_the_laws(
    case: Case,
) -> None:
    found = found_in(case)

    assert case["article"]
    assert OUTCOMES[found.outcome] == case["expected_outcome"]
    assert found.amount_vnd == int(case["expected_amount_vnd"] or 0)


def fitting(case: Case, *rules: str) -> Sequence[Case]:
    """Return the rows of the most specific rank that fit, of ``rules``."""
    rows = [
        row
        for row in ROWS
        if row["fee_code"] == case["fee_code"]
        and row["rule"] in rules
        and row["valid_from"] <= case["filed_on"] <= (row["valid_to"] or "9999-12-31")
        and all(row[part] in {"", "both", case[part]} for part in KEY)
    ]
    ranks = [([row[part] not in {"", "both"} for part in KEY], row["valid_from"]) for row in rows]
    return [row for row, rank in zip(rows, ranks, strict=True) if rank == max(ranks)]


def expected_vnd(case: Case) -> int | None:
    """Return what the case costs by the rules as they stand in domain.md; None: it waits."""
    copies, pages = int(case["copies"]), int(case["pages"])
    winners = fitting(case, "flat", "tier")
    if not winners:
        return None
    if winners[0]["rule"] == "tier":
        sums = sum(
            int(tier["amount_vnd"])
            for page in range(1, pages + 1)
            for tier in winners
            if int(tier["from_quantity"]) <= page <= int(tier["to_quantity"] or page)
        )
        caps = [int(cap["amount_vnd"]) for cap in fitting(case, "cap_per_copy")]
        return copies * min([sums, *caps])
    amount = int(winners[0]["amount_vnd"])
    if amount == 0:
        return 0
    extra = sum(
        int(row["amount_vnd"]) * max(copies - int(row["from_quantity"]) + 1, 0)
        for row in fitting(case, "extra_from")
    )
    return amount * (1 if winners[0]["unit"] == "dossier" else copies) + extra


def cases_of(row: Case, filed_on: date) -> Case:
    """Return a case that ``row`` describes as narrowly as it is keyed."""
    return {part: row[part] for part in KEY} | {
        "fee_code": row["fee_code"],
        "procedure_code": row["procedure_code"] or "1.999999",
        "channel": "counter" if row["channel"] == "both" else row["channel"],
        "filed_on": filed_on.isoformat(),
        "copies": "3",
        "pages": "7",
    }


CHANGES: Final = sorted(
    {date.fromisoformat(row["valid_from"]) for row in ROWS}
    | {date.fromisoformat(row["valid_to"]) + timedelta(days=1) for row in ROWS if row["valid_to"]}
)


@pytest.mark.parametrize("day", CHANGES, ids=str)
def test_given_a_day_of_change_when_every_case_is_filed_around_it_then_both_readings_agree(
    day: date,
) -> None:
    different = []

    for row in ROWS:
        for filed_on in (day - timedelta(days=1), day, day + timedelta(days=1)):
            case = cases_of(row, filed_on)
            found, expected = found_in(case), expected_vnd(case)
            is_pending = found.outcome is LineOutcome.PENDING
            if (None if is_pending else found.amount_vnd) != expected:
                different.append((case, found.amount_vnd, expected))

    assert different == []


lines = st.builds(
    lambda row, group, copies, pages: (row, group, copies, pages),
    st.sampled_from(ROWS),
    st.sampled_from(["", "HO_NGHEO", "HSSV", "TRE_EM", "NGUOI_CO_CONG", "KHONG_CO"]),
    st.integers(1, 300),
    st.integers(1, 1200),
)


def to_line(drawn: tuple[Case, str, int, int]) -> FeeLine:
    row, group, copies, pages = drawn
    return a_line(
        row["fee_code"],
        variant=row["variant_code"] or None,
        payer_group=group or None,
        copies=copies,
        pages=pages,
    )


@given(
    st.lists(lines, max_size=6),
    st.sampled_from(ROWS),
    st.sampled_from(FilingChannel),
    st.sampled_from(["", "H21", "H24", "H34", "H48"]),
    st.dates(date(2016, 6, 1), date(2027, 12, 31)),
)
def test_given_any_dossier_when_found_then_the_total_is_the_sum_of_the_lines_of_both_readings(
    drawn: list[tuple[Case, str, int, int]],
    about: Case,
    channel: FilingChannel,
    territory: str,
    filed_on: date,
) -> None:
    filing = Filing(
        procedure_code=about["procedure_code"] or "1.999999",
        payee_known=True,
        channel=channel,
        territory_code=territory or None,
        filed_on=filed_on,
        free=False,
        status=2,
        paid_elsewhere=False,
        lines=tuple(to_line(each) for each in drawn),
    )
    common = {
        "procedure_code": filing.procedure_code,
        "channel": channel.value,
        "territory_code": territory,
        "filed_on": filed_on.isoformat(),
    }
    stated = [
        expected_vnd(
            common
            | {
                "fee_code": row["fee_code"],
                "variant_code": row["variant_code"],
                "payer_group": group,
                "copies": str(copies),
                "pages": str(pages),
            }
        )
        for row, group, copies, pages in drawn
    ]

    finding = find(filing, by_fee_code())

    amounts = [
        None if line.outcome is LineOutcome.PENDING else line.amount_vnd for line in finding.lines
    ]
    assert amounts == stated
    assert finding.total_vnd == sum(line.amount_vnd for line in finding.lines)
    assert (finding.trigger is AssessmentTrigger.NOT_DECIDABLE) == (not drawn or None in stated)
    assert (finding.trigger is AssessmentTrigger.NOTHING_DUE) == (
        bool(drawn) and all(amount == 0 for amount in stated)
    )


@given(lines, st.integers(1, 2000))
def test_given_certified_copies_when_pages_grow_then_no_copy_costs_more_than_the_cap(
    drawn: tuple[Case, str, int, int], pages: int
) -> None:
    copies = drawn[2]

    found = reckoned(a_line(copies=copies, pages=pages))

    assert found.amount_vnd <= copies * 200_000
    assert found.amount_vnd % copies == 0
