"""Every national status on every state of what a dossier owes: from the province to the payable.

The full product, each fact heard once, twice, and again after a crash; in order and out of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pytest

from tests.conftest import NewDatabase
from tests.dossier.builders import a_fee
from tests.payment_gateway.conftest import Gateway
from tests.payment_gateway.whole_line import DUE, HOURS, LESS, World, a_world, statement
from tests.support.line import Fate

STATES = ("nothing_due", "pending", "open", "short", "settled", "closed")
STATUSES = tuple(str(number) for number in range(1, 11))
LIVING, ENDING, HANDED_OVER = {"1", "2", "4", "5", "6", "9"}, {"3", "7", "8"}, "10"


@dataclass(frozen=True)
class Outcome:
    """What is said on lephi.payment because of a status, and where the dossier then stands."""

    said: tuple[str, ...]
    standing: str | None
    supplement_no: int | None = 0


def expected(state: str, status: str) -> Outcome:
    """Return what the design says (events.md, the table of national statuses)."""
    stays = {"nothing_due": None, "pending": None, "open": "open", "short": "on_hold",
             "settled": "settled", "closed": "closed"}  # fmt: skip
    if state in {"nothing_due", "pending"}:
        return Outcome((), None, None)
    if status in ENDING:
        return {
            "open": Outcome(("PaymentClosed withdrawn",), "closed"),
            "short": Outcome(
                ("MoneyUnmatched late", "PaymentClosed withdrawn", "RefundProposed late"), "closed"
            ),
            "settled": Outcome(("CaseOpened withdrawn_paid",), "settled"),
            "closed": Outcome((), "closed"),
        }[state]
    if status in LIVING and state == "closed":
        return Outcome(("PaymentRequested",), "open", 1)
    return Outcome((), stays[state])


@pytest.fixture
async def world(gateway: Gateway, database_of: NewDatabase) -> World:
    return await a_world(gateway, database_of)


async def given(world: World, state: str, codes: Sequence[str]) -> dict[str, object]:
    """Bring dossiers into ``state``; return what the province states of them besides."""
    kinds: dict[str, dict[str, object]] = {
        "nothing_due": {"HinhThucThu": "mien_phi"},
        "pending": {"DanhSachLePhi": [a_fee(MaPhiLePhi="PHI-CHUA-CO-BIEU")]},
    }
    more = kinds.get(state, {})
    await world.line.say(*[statement(code, "2", 0, **more) for code in codes])
    if state == "closed":
        await world.line.say(*[statement(code, "8", 1) for code in codes])
    if state in {"short", "settled"}:
        for code in codes:
            await world.pay(code, LESS if state == "short" else DUE)
    return more


@pytest.mark.parametrize("fate", list(Fate))
async def test_given_each_state_when_each_status_comes_then_the_payable_does_what_the_law_asks(
    world: World, fate: Fate
) -> None:
    cases = {
        (state, status): f"H34.10-261122-{n:04}"
        for n, (state, status) in enumerate(product(STATES, STATUSES), start=1)
    }
    before: dict[str, list[str]] = {}
    statements: list[Mapping[str, object]] = []
    for state in STATES:
        codes = [code for (each, _), code in cases.items() if each == state]
        more = await given(world, state, codes)
        before |= {code: await world.said(code) for code in codes}
        statements += [
            statement(code, status, 2, **more)
            for (each, status), code in cases.items()
            if each == state
        ]

    for _ in range(2 if fate is Fate.TWICE else 1):
        await world.line.say(*statements, fate=fate)
    older = [{**each, "NgayCapNhat": HOURS[1], "TrangThaiHoSo": "6"} for each in statements]
    await world.line.say(*older, fate=fate)  # An older version comes late: nothing is undone.

    wrong = []
    for (state, status), code in cases.items():
        wanted = expected(state, status)
        payable = await world.payable(code)
        standing = None if payable is None else payable.status.value
        supplement = None if payable is None else payable.supplement_no
        said = await world.said(code)
        for each in before[code]:
            said.remove(each)
        found = Outcome(tuple(said), standing, supplement)
        if found != wanted:
            wrong.append(f"{state} {status}: {found}, not {wanted}")
    assert len(cases) == 60
    assert wrong == []
    assert await world.gateway.column("SELECT sum(amount_vnd) FROM ledger_entry") == [0]
