"""Money that left by a channel's file: our refunds agree with it, all else is on the list."""

from typing import Any, Final

from payment_gateway.domain.statements import RowFault
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.web.identity import Role
from tests.payment_gateway.at_the_desk import REASON, approved, asked, given_paid, words_of
from tests.payment_gateway.builders import payable_of
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import sign_in
from tests.payment_gateway.machine import closing

REFUNDS: Final = "/can-bo/thu-tien/hoan-tien"
CAME: Final = {
    "line_no": 1, "channel_reference": "GD000000001", "reference": "", "amount_vnd": 135_000,
    "bank_code": None,
}  # fmt: skip


async def differing(gateway: Gateway, *debits: tuple[str, int]) -> list[tuple[str, str, int]]:
    """Close today by a file with these debits; return what differs."""
    kept: list[dict[str, Any]] = [
        {"line_no": n, "fault": RowFault.DEBIT, "raw": "-", "channel_reference": reference,
         "debit_vnd": amount}
        for n, (reference, amount) in enumerate(debits, start=2)
    ]  # fmt: skip
    day = f"{vietnam_day(utc_now())}"
    order = {"channel": "npsp", "day": day, "lines": [CAME], "kept": kept}
    left = await closing.close(gateway.database, order)
    assert [close["theirs_vnd"] for close in left["closes"]] == [135_000]
    return [
        (row["channel_reference"], row["kind"], row["theirs_vnd"])
        for row in left["differences"]
        if row["status"] == "open"
    ]


async def test_given_refunds_in_a_file_when_the_day_closes_then_those_that_are_not_ours_are_found(
    gateway: Gateway,
) -> None:
    await given_paid(gateway)
    payable = await payable_of(gateway.database)
    form = {"ma": payable.dossier_code, "ly_do": "assessed_less", "reason": REASON}
    refund = await asked(
        gateway, f"{REFUNDS}-moi", **form, **{f"so_tien_{payable.lines[0].line_id}": "20000"}
    )
    await approved(gateway, refund)
    early = await differing(gateway, ("CK-1", 20_000))
    await asked(gateway, f"{refund}/da-chi", ma_giao_dich="CK-1")

    agreed = await differing(gateway, ("CK-1", 20_000))
    less = await differing(gateway, ("CK-1", 19_000), ("LA-1", 5_000))

    assert early == [("CK-1", "there_not_here", 20_000)]
    assert agreed == []
    assert less == [("CK-1", "short", 19_000), ("LA-1", "there_not_here", 5_000)]
    await sign_in(gateway, Role.ACCOUNTANT)
    page = words_of(await gateway.page(f"/can-bo/doi-soat/{vietnam_day(utc_now())}"))
    assert page.count("Tiền ra không khớp khoản hoàn trả nào của ta") == 2
    assert "135.000 ₫" in page
    await sign_in(gateway, Role.ACCOUNTANT, "H34.22.08")
    theirs = words_of(await gateway.page(f"/can-bo/doi-soat/{vietnam_day(utc_now())}"))
    assert "Ngày này chưa chốt" in theirs
    assert "135.000 ₫" not in theirs
