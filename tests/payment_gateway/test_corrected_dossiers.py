"""A dossier that is corrected, withdrawn and taken up again: nobody pays twice, nothing is lost."""

import pytest

from dossier.adapters.province.facts import DaThu, PhaiThu
from shared.contracts.dossier import DossierClosed
from shared.contracts.money import CaseClosed, CaseOpened, CaseOutcome
from shared.contracts.payment import (
    PaymentClosed,
)
from shared.web.identity import Role
from tests.conftest import NewDatabase
from tests.dossier.builders import a_fee
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.looking import fold_in, sign_in
from tests.payment_gateway.whole_line import DUE, World, a_world
from tests.support.facts import facts
from tests.support.line import Fate

CODE = "H34.10-261122-0007"


@pytest.fixture
async def world(gateway: Gateway, database_of: NewDatabase) -> World:
    return await a_world(gateway, database_of)


async def test_given_an_open_payable_when_the_province_corrects_pages_then_link_and_reference_stay(
    world: World,
) -> None:
    await world.state(CODE, "2", 0)
    before = await world.payable(CODE)
    assert before is not None
    address = f"/thanh-toan/{CODE}/qr.svg"
    qr = (await world.gateway.client.get(address)).content

    for at, pages in enumerate((10, 3, 3), start=1):
        later = f"2026-11-2{at + 5}T17:00:00+07:00"  # A new date due alone says nothing of money.
        fees = [a_fee(SoTrang=pages)]
        await world.state(CODE, "4", at, DanhSachLePhi=fees, NgayHenTra=later)

    after = await world.payable(CODE)
    assert after is not None
    assert (after.id, after.reference, after.supplement_no) == (before.id, before.reference, 0)
    assert after.amount_vnd == 5_000
    assert (await world.gateway.client.get(address)).content == qr
    assert await world.said(CODE) == ["PaymentAmended", "PaymentAmended", "PaymentRequested"]


@pytest.mark.parametrize(
    ("pages", "kind", "difference"),
    [(100, "assessed_more", 40_000), (10, "assessed_less", -50_000)],
)
async def test_given_a_paid_dossier_when_it_is_corrected_then_a_case_and_no_second_demand(
    world: World, pages: int, kind: str, difference: int
) -> None:
    await world.state(CODE, "2", 0)
    await world.pay(CODE)

    await world.state(CODE, "4", 1, DanhSachLePhi=[a_fee(SoTrang=pages)])
    await world.line.go_on(fate=Fate.TWICE)

    (case,) = await facts(world.gateway.database, CaseOpened)
    assert (case.data.kind.value, case.data.difference_vnd) == (kind, difference)
    assert await world.said(CODE) == [f"CaseOpened {kind}", "PaymentRequested", "PaymentSettled"]
    page = await world.gateway.page(f"/thanh-toan/{CODE}")
    assert "Đã thanh toán" in page
    assert "62.000" in page


async def test_given_a_paid_dossier_when_it_is_withdrawn_and_back_then_nobody_pays_twice(
    world: World,
) -> None:
    await world.state(CODE, "2", 0)
    await world.pay(CODE)

    await world.state(CODE, "8", 1)
    await sign_in(world.gateway, Role.ACCOUNTANT)
    page = await world.gateway.page("/can-bo/thu-tien/cho-xu-ly")
    await world.state(CODE, "4", 2)
    after = await world.gateway.page("/can-bo/thu-tien/cho-xu-ly")

    assert await world.said(CODE) == [
        "CaseOpened withdrawn_paid", "PaymentRequested", "PaymentSettled",
    ]  # fmt: skip
    assert "Hồ sơ dừng sau khi đã nộp" in page
    assert "62.000" in page.partition("Hồ sơ dừng sau khi đã nộp")[2].partition("</tr>")[0]
    assert "Hồ sơ dừng sau khi đã nộp" not in after
    (closed,) = await facts(world.gateway.database, CaseClosed)
    assert closed.data.outcome is CaseOutcome.SUPERSEDED


async def test_given_a_dossier_when_it_goes_and_comes_three_times_then_each_gets_the_next_number(
    world: World,
) -> None:
    await world.state(CODE, "2", 0)
    references = set()
    for turn, status in enumerate(("8", "7", "3")):
        payable = await world.payable(CODE)
        assert payable is not None
        assert payable.supplement_no == turn
        references.add(payable.reference)
        await world.state(CODE, status, 2 * turn + 1)
        await world.state(CODE, "4", 2 * turn + 2)
    await world.pay(CODE)

    payable = await world.payable(CODE)
    assert payable is not None
    assert (payable.supplement_no, payable.status.value) == (3, "settled")
    assert len(references | {payable.reference}) == 4
    closed = [
        event.data.reason.value for event in await facts(world.gateway.database, PaymentClosed)
    ]
    assert closed == ["withdrawn"] * 3


UNKNOWN_FEE = a_fee(MaPhiLePhi="PHI-CHUA-CO-BIEU")


@pytest.mark.parametrize(
    ("change", "cases"),
    [
        ({"HinhThucThu": "mien_phi"}, ["assessed_less -62000"]),
        ({"DaNop": {"SoTien": DUE, "NgayThu": "2026-11-22"}}, ["assessed_less -62000"]),
        ({"DanhSachLePhi": []}, None),
        ({"DanhSachLePhi": [a_fee(), UNKNOWN_FEE]}, []),
    ],
)
async def test_given_a_paid_dossier_when_its_fee_ends_otherwise_then_the_case_says_how(
    world: World, change: dict[str, object], cases: list[str] | None
) -> None:
    await world.state(CODE, "2", 0)
    await world.pay(CODE)

    await world.state(CODE, "4", 1, **change)

    opened = await facts(world.gateway.database, CaseOpened)
    found = [f"{each.data.kind} {each.data.difference_vnd}" for each in opened]
    payable = await world.payable(CODE)
    assert payable is not None
    assert payable.status.value == "settled"
    assert cases is None or found == cases
    assert len(found) <= 1


async def test_given_a_paid_dossier_that_waited_for_a_tariff_when_it_is_assessed_then_a_case_opens(
    world: World,
) -> None:
    await world.state(CODE, "2", 0)
    await world.pay(CODE)
    await world.state(CODE, "4", 1, DanhSachLePhi=[a_fee(), UNKNOWN_FEE])
    assert await facts(world.gateway.database, CaseOpened) == []

    await world.state(CODE, "4", 2, DanhSachLePhi=[a_fee(SoTrang=100)])

    (case,) = await facts(world.gateway.database, CaseOpened)
    assert (case.data.kind.value, case.data.difference_vnd) == ("assessed_more", 40_000)


async def test_given_a_changed_dossier_when_it_is_paid_then_the_province_hears_each_amount_once(
    world: World,
) -> None:
    due = "2026-11-25T17:00:00+07:00"
    for at, (status, pages) in enumerate((("2", 60), ("4", 10), ("8", 10), ("4", 10))):
        fees = [a_fee(SoTrang=pages)]
        await world.state(CODE, status, at, DanhSachLePhi=fees, NgayHenTra=due)
    await world.pay(CODE, 12_000)
    await world.state(CODE, "9", 5, DanhSachLePhi=[a_fee(SoTrang=60)], NgayHenTra=due)
    await world.line.go_on(fate=Fate.TWICE)

    told = [each.data.SoTien for each in await facts(world.line.dossier, PhaiThu)]
    paid = [each.data.SoTien for each in await facts(world.line.dossier, DaThu)]
    assert (told, paid) == ([62_000, 12_000, 12_000], [12_000])


async def test_given_a_debt_when_the_result_was_handed_over_then_it_stands_with_the_accountant(
    world: World,
) -> None:
    await world.state(CODE, "2", 0)
    other = "H34.10-261122-0008"
    await world.state(other, "2", 0)
    for code in (CODE, other):
        await world.state(code, "10", 1)
    for closed in await facts(world.line.dossier, DossierClosed):
        await fold_in(world.gateway, closed.data)
    await world.pay(other)

    await sign_in(world.gateway, Role.ACCOUNTANT)
    page = await world.gateway.page("/can-bo/thu-tien")
    await sign_in(world.gateway, Role.ACCOUNTANT, "H34.22.08")
    elsewhere = await world.gateway.page("/can-bo/thu-tien")

    _, _, debts = page.partition("Đã trả kết quả, còn phải thu")
    debts = debts.partition("Đã thu</h2>")[0]
    assert CODE in debts
    assert f'{other}"' not in debts.partition("</table>")[0]
    assert CODE not in elsewhere
    await world.pay(CODE)  # A debt does not end with the dossier.
    paid = await world.payable(CODE)
    assert paid is not None
    assert paid.status.value == "settled"
