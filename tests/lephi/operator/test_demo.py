"""Which dossier the demonstration pays."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from lephi.operator import demo
from lephi.operator.front import FrontDoor
from lephi.province.dossiers import make_dossiers
from tests.lephi.operator.front_door import CODE, PAYABLE, Product, a_product

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def product() -> Iterator[Product]:
    with a_product() as standing:
        yield standing


@pytest.fixture
async def door(product: Product, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FrontDoor]:
    monkeypatch.setattr(demo, "_SECONDS", 0.2)
    opened = FrontDoor(product.address, patience_seconds=0.5)
    yield opened
    await opened.close()


async def test_given_the_example_is_there_when_chosen_then_nothing_is_loaded(
    door: FrontDoor,
) -> None:
    loaded: list[int] = []

    async def load(count: int) -> int:
        loaded.append(count)
        return count

    assert await demo.find_payable_code(door, load, now=NOW) == CODE
    assert loaded == []


async def test_given_a_new_day_when_chosen_then_its_dossiers_are_loaded_first(
    product: Product, door: FrontDoor
) -> None:
    tomorrow = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
    code = "H34.10-261125-0007"
    loaded: list[int] = []

    async def load(count: int) -> int:
        loaded.append(count)
        product.payables[code] = PAYABLE
        return count

    assert await demo.find_payable_code(door, load, now=tomorrow) == code
    assert loaded == [demo.DOSSIERS]


async def test_given_the_example_is_paid_when_chosen_then_the_next_payable_one_is(
    product: Product, door: FrontDoor
) -> None:
    codes = [dossier.code for dossier in make_dossiers(4, seed=demo.SEED, now=NOW)]
    for code in codes[:3]:
        product.payables[code] = {**PAYABLE, "status": "paid"}
        product.times[f"/api/payment-gateway/v1/payables/{code}"] = 9
    product.payables[codes[3]] = PAYABLE
    product.times[f"/api/payment-gateway/v1/payables/{codes[3]}"] = 9

    async def load(count: int) -> int:
        raise AssertionError(f"{count} loaded in vain")

    assert await demo.find_payable_code(door, load, now=NOW) == codes[3]
