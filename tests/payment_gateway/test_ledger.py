"""Sổ cái: balances and statements at any past instant, for whoever may see them."""

import csv
import io
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from payment_gateway.repository import monies as money_rows
from payment_gateway.repository.monies import Booking
from payment_gateway.use_cases import ledger
from shared.db.database import Database
from shared.ids import new_id
from shared.web.identity import Role
from tests.payment_gateway.builders import given_a_payable, given_an_attempt, told
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in

PATH = "/can-bo/thu-tien/so-cai"
ACCOUNT = "/can-bo/thu-tien/so-cai/tai-khoan"
CSV = "/can-bo/thu-tien/so-cai.csv"
ACCOUNT_CSV = "/can-bo/thu-tien/so-cai/tai-khoan.csv"
BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNTS = ("receivable/npsp", "suspense/over", "payable/H34.10/phi", "refund/H34.10")
AGENCIES = ("H34.10", "H34.22")
Booked = tuple[int, str, str, int, str]
"""Minute, debit, credit, amount, agency."""


def some_bookings(random: Random) -> list[Booked]:
    booked = []
    for _ in range(random.randrange(30)):
        debit, credit = random.sample(ACCOUNTS, 2)
        amount, agency = random.randint(1, 10**9), random.choice(AGENCIES)
        booked.append((random.randrange(41), debit, credit, amount, agency))
    return booked


@pytest.mark.parametrize("seed", range(12))
async def test_given_any_bookings_when_a_statement_is_read_then_its_sum_is_the_balance_then(
    database: Database, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - no secret
    booked = some_bookings(random)
    first, last = sorted(random.choices(range(-1, 42), k=2))
    span = (BEGINNING + timedelta(minutes=first), BEGINNING + timedelta(minutes=last))
    async with database.transaction() as session:
        for minute, debit, credit, amount, agency in booked:
            booking = Booking(new_id(), new_id(), {debit: amount, credit: -amount}, agency)
            await money_rows.book(session, booking, now=BEGINNING + timedelta(minutes=minute))

    async with database.transaction() as session:
        found = await ledger.balances_at(session, ["H34.10"], span[1])
        statements = [
            await ledger.statement_of(session, ["H34.10"], each, span) for each in ACCOUNTS
        ]

    expected = dict.fromkeys(ACCOUNTS, 0)
    for minute, debit, credit, amount, agency in booked:
        if agency == "H34.10" and minute <= last:
            expected[debit] += amount
            expected[credit] -= amount
    balances = {each.account: each.balance_vnd for each in found}
    assert sum(balances.values()) == 0
    assert {name: balances.get(name, 0) for name in ACCOUNTS} == expected
    for each in statements:
        summed = each.opening_vnd + sum(line.amount_vnd for line in each.lines)
        assert summed == each.closing_vnd == expected[each.account]
        assert summed == each.opening_vnd + each.debit_vnd - each.credit_vnd


async def test_given_a_payment_when_the_ledger_is_opened_then_each_instant_shows_what_stood_then(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))
    await sign_in(gateway, Role.AUDITOR)

    now = await gateway.page(PATH)
    before = await gateway.page(f"{PATH}?luc=2026-01-01T00:00")
    statement = await gateway.page(f"{ACCOUNT}?tk=receivable/npsp")
    answer = await gateway.client.get(f"{ACCOUNT_CSV}?tk=payable/H34.10/phi")
    balances = await gateway.client.get(CSV)
    wrong = await gateway.page(f"{PATH}?luc=hom-qua", 422)

    assert "135.000" in now
    assert "receivable/npsp" in now
    assert "Chưa có bút toán nào" in before
    assert "payable/H34.10/le_phi payable/H34.10/phi" in statement
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["amount_vnd"], row["balance_vnd"]) for row in rows] == [("-85000", "-85000")]
    whole = list(csv.DictReader(io.StringIO(balances.content.decode("utf-8-sig"))))
    assert sum(int(row["balance_vnd"]) for row in whole) == 0
    assert "Ghi ngày giờ có thật" in wrong


async def test_given_another_agency_when_it_opens_the_ledger_then_it_sees_none_of_ours(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    attempt = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(attempt.reference))
    await sign_in(gateway, Role.SUPERVISOR, "H34.22")

    shown = await gateway.page(PATH)
    statement = await gateway.page(f"{ACCOUNT}?tk=receivable/npsp")

    assert "135.000" not in shown
    assert "135.000" not in statement
