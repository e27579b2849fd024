"""Jobs: one worker calls a counterpart, and a row whose worker died comes back by itself."""

import asyncio

import pytest
from sqlalchemy import text

from payment_gateway.adapters.npsp.callback import Partner
from payment_gateway.adapters.npsp.client import NpspClient
from payment_gateway.domain.attempts import HEAD_START, LEASE, Attempt
from payment_gateway.jobs import ask_attempt, begin_attempt
from shared.contracts.parts import PaymentChannel
from shared.failpoints import FailpointError
from tests.payment_gateway.builders import SECRET, given_a_payable, given_an_attempt
from tests.payment_gateway.conftest import Gateway


def clients(gateway: Gateway) -> dict[PaymentChannel, NpspClient]:
    partner = Partner("LEPHI", (SECRET,), "H34.10")
    return {PaymentChannel.NPSP: NpspClient(gateway.platform.url, partner, ip="127.0.0.1")}


async def given_a_new_attempt(gateway: Gateway) -> Attempt:
    return await given_an_attempt(gateway.database, await given_a_payable(gateway.database))


async def given_an_attempt_whose_door_is_gone(gateway: Gateway) -> None:
    await given_a_new_attempt(gateway)
    await pass_time(gateway, HEAD_START.total_seconds())


async def pass_time(gateway: Gateway, seconds: float) -> None:
    """Let ``seconds`` pass for all that is due later."""
    statement = text("UPDATE attempt SET due_at = due_at - make_interval(secs => :seconds)")
    async with gateway.database.transaction() as session:
        await session.execute(statement, {"seconds": seconds})


async def test_given_a_new_attempt_when_a_worker_looks_first_then_the_door_still_begins_it(
    gateway: Gateway,
) -> None:
    attempt = await given_a_new_attempt(gateway)
    ours = clients(gateway)

    by_worker = await begin_attempt(gateway.database, None, clients=ours)
    by_door = await begin_attempt(gateway.database, attempt.id, clients=ours)
    again = await begin_attempt(gateway.database, attempt.id, clients=ours)

    assert (by_worker, by_door, again) == (False, True, False)
    assert len(gateway.platform.questions("INIT")) == 1
    await ours[PaymentChannel.NPSP].close()


async def test_given_a_door_that_is_gone_when_two_workers_look_then_the_platform_hears_one_init(
    gateway: Gateway,
) -> None:
    await given_an_attempt_whose_door_is_gone(gateway)
    both = clients(gateway)

    done = await asyncio.gather(
        *[begin_attempt(gateway.database, None, clients=both) for _ in range(2)]
    )

    assert sorted(done) == [False, True]
    assert len(gateway.platform.questions("INIT")) == 1
    assert await gateway.column("SELECT status FROM attempt") == ["redirected"]
    await both[PaymentChannel.NPSP].close()


async def test_given_a_worker_that_dies_after_its_call_when_the_lease_ends_then_another_goes_on(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given_an_attempt_whose_door_is_gone(gateway)
    ours = clients(gateway)
    monkeypatch.setenv("FAILPOINT", "W16:raise:1")

    with pytest.raises(FailpointError):
        await begin_attempt(gateway.database, None, clients=ours)
    at_once = await begin_attempt(gateway.database, None, clients=ours)
    await pass_time(gateway, LEASE.total_seconds())
    after_lease = await begin_attempt(gateway.database, None, clients=ours)

    assert (at_once, after_lease) == (False, True)
    assert len(set(gateway.platform.questions("INIT"))) == 1, "the same reference is the key"
    assert await gateway.column("SELECT status FROM attempt") == ["redirected"]
    await ours[PaymentChannel.NPSP].close()


async def test_given_an_attempt_when_its_minute_is_over_then_it_is_asked_about_once(
    gateway: Gateway,
) -> None:
    await given_an_attempt_whose_door_is_gone(gateway)
    ours = clients(gateway)
    await begin_attempt(gateway.database, None, clients=ours)

    early = await ask_attempt(gateway.database, None, clients=ours)
    await pass_time(gateway, 60)
    in_time = [await ask_attempt(gateway.database, None, clients=ours) for _ in range(2)]

    assert (early, in_time) == (False, [True, False])
    assert await gateway.column("SELECT status FROM attempt") == ["unknown"]
    await ours[PaymentChannel.NPSP].close()
