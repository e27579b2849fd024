"""Settlement files of the mock bank: one form per channel, right until they are made to differ."""

import base64
import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from mock_bank.domain import statements
from mock_bank.domain.payments import Channel
from mock_bank.domain.statements import Entry, Spoil
from mock_bank.routes.statements import WRITERS
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.ids import new_id
from tests.mock_bank.conftest import Bank

PATH = "/ngan-hang-thu/api/statements"


async def paid(bank: Bank, *references: str) -> list[UUID]:
    found = [await bank.begin(reference) for reference in references]
    for payment_id in found:
        await bank.tap(payment_id, "approve")
    return found


async def lines_of(bank: Bank, day: date | None = None) -> list[list[str]]:
    answer = await bank.http.get(f"{PATH}/{day or vietnam_day(utc_now())}")
    assert answer.status_code == 200, answer.text
    text = base64.b64decode(answer.content, validate=True).decode()
    return [line.split("|") for line in text.splitlines()]


def an_entry(**changes: object) -> Entry:
    known: dict[str, Any] = {
        "payment_id": new_id(), "reference": "LP0T01", "transaction_code": "GD261128000007",
        "amount_vnd": 62_000, "bank_code": "VCB", "description": 'a, "b"\n=1+1',
        "booked_at": datetime(2026, 11, 28, 3, 4, 5, tzinfo=UTC),
        "details": {"bin": "970436", "account": "7111"},
    }  # fmt: skip
    return Entry(**{**known, **changes})


async def test_given_payments_when_the_days_file_is_fetched_then_it_lists_them_and_their_totals(
    bank: Bank,
) -> None:
    approved, refused = await paid(bank, "REF1"), await bank.begin("REF2")
    await bank.tap(refused, "decline")
    await bank.begin("REF3")

    lines = await lines_of(bank)
    before = await lines_of(bank, date(2026, 1, 1))

    assert len(approved) == 1
    assert [line[0] for line in lines] == ["MaThamChieu", "REF1", "TONG"]
    assert lines[1][2:5] == ["62000", "VND", "VCB"]
    assert lines[-1] == ["TONG", "1", "62000"]
    assert before[1:] == [["TONG", "0", "0"]]


async def test_given_differences_asked_for_when_the_file_is_fetched_then_each_kind_stands_in_it(
    bank: Bank,
) -> None:
    references = [f"REF{number}" for number in range(7)]
    await paid(bank, *references)
    await bank.fault("statement_differs", times=5)

    lines = await lines_of(bank)
    again = await lines_of(bank)
    waiting = (await bank.http.get("/ngan-hang-thu/api/faults")).json()["faults"]
    await bank.http.delete("/ngan-hang-thu/api/faults")
    right = await lines_of(bank)

    assert waiting == []
    assert again == lines, "the same file comes again"
    names = [line[0] for line in lines[1:-1]]
    assert "REF0" not in names, "missing"
    assert len([name for name in names if name.startswith("KHONGRO")]) == 1, "extra"
    amounts = {line[0]: line[2] for line in lines[1:-1]}
    assert amounts["REF2"] == "63000", "other amount"
    assert not amounts["REF3"].isdigit(), "malformed"
    assert names.count("REF4") == 2, "double"
    assert [line[0] for line in right[1:-1]] == references


async def test_given_more_differences_than_payments_when_files_are_fetched_then_the_rest_waits(
    bank: Bank,
) -> None:
    await paid(bank, "REF1")
    await bank.fault("statement_differs", times=3)

    await lines_of(bank)

    (waiting,) = (await bank.http.get("/ngan-hang-thu/api/faults")).json()["faults"]
    assert (waiting["fault"], waiting["times"]) == ("statement_differs", 2)


@pytest.mark.parametrize("channel", list(Channel))
def test_given_a_channel_when_its_file_is_written_then_count_and_sum_close_it(
    channel: Channel,
) -> None:
    write, media_type = WRITERS[channel]
    entries = [an_entry(), an_entry(amount_vnd=1)]

    raw = write(statements.sheet(entries, []))

    if media_type == "text/plain":
        lines = [line.split("|") for line in base64.b64decode(raw).decode().splitlines()]
    else:
        lines = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    hundredths = 100 if channel is Channel.VNPAY else 1
    assert lines[-1][1:] == ["2", str(62_001 * hundredths)]
    assert len(lines) == 4
    assert len({len(line) for line in lines[:-1]}) == 1


@pytest.mark.parametrize(("kind", "count"), list(zip(Spoil, [0, 2, 1, 1, 2], strict=True)))
def test_given_a_planted_difference_when_the_sheet_is_made_then_the_totals_are_those_of_its_lines(
    kind: Spoil, count: int
) -> None:
    entry = an_entry()

    made = statements.sheet([entry], [statements.Planted(kind, entry.payment_id)])

    assert made.count == count
    assert made.sum_vnd == sum(line.amount_vnd for line in made.entries)
