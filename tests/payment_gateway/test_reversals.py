"""What a bank takes back is recorded wherever it is, and never paid out a second time."""

from typing import Final

import pytest

from payment_gateway.domain import payables
from shared.contracts.money import CaseOpened, RefundProposed, RefundReason, RefundSettled
from shared.contracts.payment import UnmatchedKind
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import (
    REASON,
    REPORT,
    TODO,
    approved,
    asked,
    given_paid,
    given_unknown_money,
    paid_now,
    send,
    the_case,
    the_loose_money,
    words_of,
)
from tests.payment_gateway.builders import given_a_payable, given_an_attempt, payable_of, told
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.soundness import sound
from tests.support.facts import facts

REFUNDS: Final = "/can-bo/thu-tien/hoan-tien"
REPORTS: Final = "SELECT status FROM reversal_report"


async def reported(gateway: Gateway, reference: str) -> str:
    """Let the accountant report that the platform took a money back; return where that leads."""
    return await asked(gateway, REPORT, channel="npsp", reference=reference)


async def the_refund(gateway: Gateway) -> str:
    (found,) = await gateway.column("SELECT id FROM refund")
    return f"{REFUNDS}/{found}"


async def ended_by_hand(gateway: Gateway, refund: str) -> None:
    """Let two persons agree to a refund, and the accountant type a reference for it."""
    await asked(gateway, f"{refund}/gui-duyet")
    await approved(gateway, refund)
    await asked(gateway, f"{refund}/da-chi", ma_giao_dich="DAO-01")


async def test_given_money_of_nobody_when_its_bank_takes_it_back_then_its_refund_is_the_banks(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 50_000)
    assert await reported(gateway, "GD-LA") == f"{TODO}#dao-giao-dich"
    await reported(gateway, "GD-LA")
    (refund,) = await facts(gateway.database, RefundProposed)
    assert "không chi thêm" in await gateway.page(TODO)
    assert "Không chi thêm lần nào" in await gateway.page(await the_refund(gateway))

    await ended_by_hand(gateway, await the_refund(gateway))

    (settled,) = await facts(gateway.database, RefundSettled)
    assert refund.data.reason_code is RefundReason.UNKNOWN
    assert (settled.data.channel, settled.data.amount_vnd) == ("npsp", 50_000)
    assert await gateway.column(REPORTS) == ["judged"]
    left = "SELECT account FROM ledger_entry GROUP BY account HAVING sum(amount_vnd) <> 0"
    assert await gateway.column(left) == []
    await sound(gateway)


async def test_given_money_that_came_short_when_its_bank_takes_it_back_then_all_is_due_again(
    gateway: Gateway,
) -> None:
    payable = await given_a_payable(gateway.database)
    for number, amount in enumerate(("40000", "30000")):
        attempt = await given_an_attempt(gateway.database, payable)
        await gateway.tell(told(attempt.reference, SoTien=amount, MaGiaoDich=f"GD-{number}"))

    await reported(gateway, "GD-0")
    one = await payable_of(gateway.database)
    await reported(gateway, "GD-1")

    both = await payable_of(gateway.database)
    assert (one.status, one.held_vnd) == (payables.Status.ON_HOLD, 30_000)
    assert (both.status, both.hold_reason, both.remaining_vnd) == ("open", None, 135_000)
    assert await gateway.column("SELECT problem FROM money") == [UnmatchedKind.LATE] * 2
    await sound(gateway)
    await paid_now(gateway)
    assert (await payable_of(gateway.database)).is_paid


async def test_given_a_refund_that_is_approved_when_the_bank_was_faster_then_nobody_pays_twice(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    payable = await payable_of(gateway.database)
    await gateway.tell(told(f"{payable.reference}T01", SoTien="135000", MaGiaoDich="GD-HAI"))
    refund = await the_refund(gateway)
    await asked(gateway, f"{refund}/gui-duyet")
    await approved(gateway, refund)

    await reported(gateway, "GD-HAI")
    await asked(gateway, f"{refund}/da-chi", ma_giao_dich="DAO-02")
    await reported(gateway, "GD-HAI")

    (settled,) = await facts(gateway.database, RefundSettled)
    assert settled.data.channel == "npsp"
    assert await gateway.column(f"{REPORTS} ORDER BY id") == ["judged", "waiting"]
    assert "đòi ngân hàng" in await gateway.page(TODO)
    (again,) = await gateway.column("SELECT id FROM reversal_report WHERE status = 'waiting'")
    refused = await send(gateway, Role.ACCOUNTANT, f"{REPORT}/{again}/dong", reason="x")
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    foreign = await gateway.submit(f"{REPORT}/{again}/dong", reason=REASON)
    assert (refused.status_code, foreign.status_code) == (422, 404)
    await asked(gateway, f"{REPORT}/{again}/dong")
    assert await gateway.column(f"{REPORTS} ORDER BY id") == ["judged", "closed"]
    assert len(await facts(gateway.database, CaseOpened)) == 0


async def test_given_a_declined_refund_when_its_money_is_gone_then_it_pays_for_no_dossier(
    gateway: Gateway,
) -> None:
    await given_a_payable(gateway.database)
    await given_unknown_money(gateway, 135_000)
    await reported(gateway, "GD-LA")
    refund = await the_refund(gateway)
    await asked(gateway, f"{refund}/gui-duyet")
    await send(gateway, Role.SUPERVISOR, f"{refund}/tu-choi", reason=REASON)

    money = await the_loose_money(gateway)
    code = (await payable_of(gateway.database)).dossier_code
    refused = await send(gateway, Role.ACCOUNTANT, f"{money}/gan", ma=code, reason=REASON)

    assert refused.status_code == 422
    assert "Ngân hàng báo đã lấy lại khoản tiền này" in words_of(refused.text)
    assert not (await payable_of(gateway.database)).is_paid


@pytest.mark.parametrize("outcome", ["kept", "written_off"])
async def test_given_a_part_went_back_meanwhile_when_a_dispute_ends_then_the_sums_are_what_is_left(
    gateway: Gateway, outcome: str
) -> None:
    payable = await given_a_payable(gateway.database)
    first = await given_an_attempt(gateway.database, payable)
    await gateway.tell(told(first.reference, SoTien="100000"))
    await paid_now(gateway)
    lines = {f"so_tien_{line.line_id}": "0" for line in payable.lines}
    lines[f"so_tien_{payable.lines[0].line_id}"] = "10.000"
    form = {"ma": payable.dossier_code, "ly_do": "assessed_less", **lines}
    refund = await asked(gateway, f"{REFUNDS}-moi", **form)
    await approved(gateway, refund)
    await reported(gateway, "GD000000001")
    waits = await asked(gateway, f"{await the_case(gateway)}/dong", outcome=outcome)

    if outcome == "written_off":
        early = await approved(gateway, waits, 409)
        assert "chờ xong rồi quyết" in words_of(early.text)
    await asked(gateway, f"{refund}/da-chi", ma_giao_dich="HOAN-01")
    await approved(gateway, waits)

    found = await payable_of(gateway.database)
    status, applied = ("partly_refunded", 125_000) if outcome == "kept" else ("reversed", 0)
    assert (found.status, found.applied_vnd) == (status, applied)
    parts = "SELECT sum(applied_vnd)::bigint FROM money"
    owed = "SELECT -sum(amount_vnd)::bigint FROM ledger_entry WHERE account LIKE 'payable/%'"
    assert await gateway.column(parts) == await gateway.column(owed) == [applied]
