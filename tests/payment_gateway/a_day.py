"""A day of payments with planted faults, and what an accountant has to find of it."""

import asyncio
import itertools
import json
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from payment_gateway.adapters.settlements.files import RECONCILE
from payment_gateway.use_cases import reconciling
from payment_gateway.use_cases.closing import Ending, close_payable
from payment_gateway.use_cases.reconciling import Wanted
from shared.clock import utc_now
from shared.contracts.parts import PaymentChannel
from shared.contracts.payment import CloseReason
from shared.days import vietnam_day
from tests.payment_gateway.both_sides import BothSides, Paying
from tests.payment_gateway.builders import assessed, hear_assessed, payable_of
from tests.support.facts import a_cause

CHANNELS: Final = ("npsp", "vnpay", "momo", "zalopay", "vietqr")
_AT_ONCE: Final = 8
_NUMBERS: Final = itertools.count(1)

_FOUND: Final = {
    "missing": "here_not_there", "extra": "unknown", "other_amount": "over",
    "malformed": "here_not_there", "double": "duplicate",
}  # fmt: skip
"""What each difference planted in a file is for an accountant."""


@dataclass
class Day:
    """What was done, and what has to be found."""

    both: BothSides
    first: date = field(default_factory=lambda: vietnam_day(utc_now()))
    expected: dict[str, str] = field(default_factory=dict)
    """The channel's reference of each difference that was planted, and its kind."""
    lost: list[Paying] = field(default_factory=list)
    """Paid, and never told."""

    async def pay(self, count: int) -> None:
        """Let so many payers pay, by all channels in turn."""
        codes = [a_code() for _ in range(count)]
        for start in range(0, count, 200):
            facts = [assessed(100_000, dossier_code=code) for code in codes[start : start + 200]]
            await hear_assessed(self.both.gateway.database, *facts)
        turns = zip(codes, itertools.cycle(CHANNELS), strict=False)
        await at_once(self._paid(code, channel) for code, channel in turns)

    async def lose(self, channel: str) -> None:
        """Let the bank take a payment and tell nobody."""
        await self.both.fault(channel, "lost")
        self.lost.append(await self._paid("", channel))

    async def pay_short(self, channel: str) -> None:
        """Let the bank take less than is due."""
        await self.both.fault(channel, "wrong_amount")
        paying = await self._paid("", channel)
        (reference,) = await self.both.gateway.run(
            """SELECT channel_reference FROM money m JOIN payable p ON p.id = m.payable_id
            WHERE p.dossier_code = :code""",
            code=paying.code,
        )
        self.expected[reference] = "short"

    async def transfer(self, kind: str) -> None:
        """Let a transfer come that does not fit: ``over``, ``duplicate``, ``late``, ``unknown``."""
        paying = await self.both.begin("vietqr")
        again = Paying(
            paying.code, paying.payment_id, paying.reference, "vietqr", f"X{next(_NUMBERS):08d}"
        )
        typed: dict[str, object] = {}
        if kind == "duplicate":
            await self.both.tap(paying)
        elif kind == "late":
            await self._close(paying.code)
        elif kind == "over":
            typed = {"amount_vnd": 130_000}
        else:
            typed = {"content": "tra tien"}
        await self.both.tap(again, **typed)
        self.expected[again.bank_id] = kind

    async def spoil(self, channel: str, count: int) -> None:
        """Let the channel's file tell of so many payments otherwise."""
        await self.both.fault(channel, "statement_differs", times=count)

    async def reconcile(self, channels: Sequence[str] = (*CHANNELS, "cash")) -> None:
        """Have the day of ``channels`` reconciled, as an accountant's button does."""
        days = sorted({self.first, vietnam_day(utc_now())})
        async with self.both.gateway.database.transaction() as session:
            for channel, day in itertools.product(channels, days):
                wanted = Wanted(PaymentChannel(channel), day, "ketoan", fetches=True)
                await reconciling.request_run(session, wanted, cause=a_cause(), now=utc_now())
        await self.both.gateway.work(RECONCILE)

    async def planted(self) -> dict[str, str]:
        """Return all that has to be found: reference and kind."""
        spoiled = await self.both.bank.run(
            """SELECT json_build_array(x.channel, x.kind, p.transaction_code)::text
            FROM planted x JOIN payment p ON p.id = x.payment_id"""
        )
        found = dict(self.expected)
        for channel, kind, code in map(_parts, spoiled):
            reference = code.removeprefix("GD") if channel in {"vnpay", "momo", "zalopay"} else code
            found[reference + ("99" if kind == "extra" else "")] = _FOUND[kind]
        return found

    async def listed(self) -> dict[str, str]:
        """Return the accountant's list: reference and kind of what is open."""
        rows = await self.both.gateway.run(
            """SELECT json_build_array(channel_reference, kind)::text FROM difference
            WHERE status = 'open'"""
        )
        assert len({_parts(row)[0] for row in rows}) == len(rows), "each stands there once"
        pairs = [_parts(row) for row in rows]
        return {pair[0]: pair[1] for pair in pairs}

    async def _paid(self, code: str, channel: str) -> Paying:
        paying = await self.both.begin(channel, code=code)
        await self.both.tap(paying)
        return paying

    async def _close(self, code: str) -> None:
        payable = await payable_of(self.both.gateway.database, code)
        ending = Ending(code, payable.version + 1, CloseReason.WITHDRAWN)
        async with self.both.gateway.database.transaction() as session:
            await close_payable(session, ending, cause=a_cause(), now=utc_now())


def a_code() -> str:
    """Return a dossier code that no other payment of this run has."""
    return f"H34.10-261128-{next(_NUMBERS) + 100_000:07d}"


async def at_once(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Do all of ``work``, some at a time."""
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(each: Coroutine[Any, Any, object]) -> None:
        async with free:
            await each

    await asyncio.gather(*(one(each) for each in work))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(str(part) for part in json.loads(text))
