"""The mark đã hoàn: set once, beside the receipt in force, whatever order the facts come in."""

from receipt.jobs.numbers import mark_refunds
from receipt.repository import marks
from shared.contracts.money import RefundedLine, RefundScope, RefundSettled
from shared.contracts.parts import FeeKind
from shared.contracts.payment import PaymentSettled
from shared.contracts.receipt import ReceiptRefunded
from shared.ids import new_id
from shared.web.identity import Role
from tests.receipt.acts import issued, settle
from tests.receipt.builders import a_line, a_payment
from tests.receipt.correcting import STAFF, Desk, a_refund, hear_refund
from tests.receipt.world import World, token_of
from tests.support.facts import facts

CHECK = "/xac-minh/6101234567/EBL01"


async def refunded(world: World) -> list[ReceiptRefunded]:
    return [event.data for event in await facts(world.database, ReceiptRefunded)]


async def test_given_a_refund_of_both_kinds_when_told_again_and_again_then_each_has_one_mark(
    world: World,
) -> None:
    phi, le_phi = await world.pay(FeeKind.PHI, FeeKind.LE_PHI)
    both = tuple(
        RefundedLine(line_id=each.lines[0].line_id, kind=each.kind, amount_vnd=amount)
        for each, amount in ((phi, 62_000), (le_phi, 2_000))
    )
    refund = a_refund(phi, 64_000, lines=both)

    for _ in range(3):
        await hear_refund(world.database, refund)

    assert [(fact.receipt_id, fact.amount_vnd) for fact in await refunded(world)] == [
        (phi.receipt_id, 62_000), (le_phi.receipt_id, 2_000),
    ]  # fmt: skip
    await assert_shown(world, f"{CHECK}/26TAA/1", f"/bien-lai/{token_of(phi.receipt_id)}")
    part = await world.page(f"{CHECK}/26TAB/1")
    assert "Đã hoàn một phần" in part
    assert "2.000" in part
    await world.sign_in(Role.ACCOUNTANT)
    await assert_shown(world, f"{STAFF}/{phi.receipt_id}", STAFF)


async def assert_shown(world: World, *paths: str) -> None:
    for path in paths:
        page = await world.page(path)
        assert "Đã hoàn" in page, path
        assert "62.000" in page, path


async def test_given_a_surplus_or_money_of_no_dossier_when_it_goes_back_then_no_receipt_is_marked(
    world: World,
) -> None:
    [receipt] = await world.pay()

    await hear_refund(world.database, a_refund(receipt, 5_000, scope=RefundScope.SURPLUS, lines=()))
    await hear_refund(world.database, a_refund(receipt, 5_000, dossier_code=None))
    await hear_refund(world.database, a_refund(receipt, 5_000, payment_id=None))

    assert await refunded(world) == []
    assert "Đã hoàn" not in await world.page(f"{CHECK}/26TAA/1")


async def heard_before_its_number(world: World) -> tuple[PaymentSettled, RefundSettled]:
    """Let 3.000 of a payment go back before its receipt is numbered."""
    payment = a_payment(a_line())
    [other] = await world.pay(dossier_code="H34.10-261122-0009")
    line = payment.lines[0]
    early = a_refund(
        other, 3_000, dossier_code=payment.dossier_code, payment_id=payment.payment_id,
        lines=(RefundedLine(line_id=line.line_id, kind=line.kind, amount_vnd=3_000),),
    )  # fmt: skip
    await hear_refund(world.database, early)
    assert not await mark_refunds(world.database, None)
    await settle(world.database, payment)
    return payment, early


async def test_given_a_refund_heard_before_its_receipt_when_numbered_then_the_mark_is_set_once(
    world: World,
) -> None:
    _, early = await heard_before_its_number(world)
    receipt = (await issued(world.database))[-1]

    set_now = await mark_refunds(world.database, None)
    again = await mark_refunds(world.database, new_id())
    await hear_refund(world.database, early)

    assert (set_now, again) == (True, False)
    [fact] = await refunded(world)
    assert (fact.receipt_id, fact.amount_vnd) == (receipt.receipt_id, 3_000)


async def test_given_a_mark_that_stands_when_another_would_set_it_elsewhere_then_it_stays(
    world: World,
) -> None:
    await heard_before_its_number(world)
    other, own = await issued(world.database)
    async with world.database.transaction() as session:
        [mark] = await marks.waiting(session)
        placed = [await marks.place_mark(session, mark, each.receipt_id) for each in (own, other)]

    assert placed == [True, False]


async def test_given_a_mark_that_still_waits_when_the_receipt_is_replaced_then_it_counts_first(
    world: World,
) -> None:
    await heard_before_its_number(world)
    old = (await issued(world.database))[-1]
    desk = Desk(world)

    await desk.approve(await desk.ask_replacement(old))
    new = (await issued(world.database))[-1]
    await hear_refund(world.database, a_refund(new, 1_000))

    assert (old.total_vnd, new.total_vnd) == (62_000, 59_000)
    assert [(f.receipt_id, f.amount_vnd) for f in await refunded(world)] == [
        (old.receipt_id, 3_000), (new.receipt_id, 1_000),
    ]  # fmt: skip
