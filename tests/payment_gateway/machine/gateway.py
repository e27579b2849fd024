"""The gateway in a process of its own, which dies by failpoint or signal and is begun anew.

It is forked: what it needs is loaded once, so that a death costs a few hundredths of a second.
"""

import asyncio
import gc
import json
import os
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import uvloop
from starlette.types import Message

from payment_gateway import handlers
from payment_gateway.adapters.paying import ASK, BEGIN
from payment_gateway.domain.channels import (
    REFUNDS_BY_CALL,
    Begun,
    NotKnownYet,
    Order,
    Redirect,
    Refused,
    Standing,
)
from payment_gateway.domain.monies import Credit
from payment_gateway.domain.refunds import (
    NeverAsked,
    NotPaidBack,
    Outcome,
    PaidBack,
    RefundOrder,
    Undecided,
)
from payment_gateway.jobs import ask_attempt, begin_attempt, pay_refund
from payment_gateway.main import service_of
from payment_gateway.settings import Settings
from payment_gateway.use_cases.refund_sending import PAY
from shared import failpoints
from shared.contracts.envelope import Event
from shared.contracts.fee import FeeAssessed, FeeExempted, FeeWithdrawn
from shared.contracts.parts import PaymentChannel
from shared.db.database import Database
from shared.jobs import Job, JobRunner, run_due
from shared.live import Live
from shared.web.app import create_app
from tests.payment_gateway.builders import assessed
from tests.payment_gateway.machine import closing, people
from tests.payment_gateway.told import Said, said
from tests.support.facts import an_envelope

NAME: Final = "machine's gateway"
_LENGTH_BYTES: Final = 4
_FACTS: Final[Mapping[str, type[Event]]] = {
    each.__name__: each for each in (FeeAssessed, FeeExempted, FeeWithdrawn)
}


class Bank:
    """A counterpart as the gateway's jobs call it: it knows what the play told it."""

    standings: dict[str, dict[str, Any]]
    """Our reference → what became of it, for all channels."""

    def __init__(self, channel: PaymentChannel) -> None:
        self._channel = channel
        self.standings = {}

    async def begin(self, order: Order, *, now: object) -> Begun:  # noqa: ARG002 - the interface
        """Take the order: the payer goes on at the bank's page."""
        return Redirect(f"http://bank.test/{order.reference}")

    async def ask(self, order: Order, *, now: object) -> Standing:  # noqa: ARG002 - the interface
        """Say what became of it."""
        known = self.standings.get(order.reference)
        if known is None or self._channel is PaymentChannel.VIETQR:
            return NotKnownYet()
        if known["amount_vnd"] is None:
            return Refused(f"{self._channel.value}-24")
        return Credit(
            channel=self._channel, reference=order.reference,
            channel_reference=known["channel_reference"], amount_vnd=known["amount_vnd"],
            bank_code=None, booked_at=None, agency_code="H34.10", is_ours=True, raw=b"asked",
        )  # fmt: skip

    async def refund(self, order: RefundOrder, *, now: object) -> Outcome:  # noqa: ARG002
        """Give back, refuse, or be silent; the same key has the same answer for ever."""
        if self._channel not in REFUNDS_BY_CALL or order.key.int % 5 == 0:
            return Undecided()
        if order.key.int % 5 == 1:
            return NotPaidBack(f"{self._channel.value}-99")
        return PaidBack(f"RF{order.key.hex[-12:]}")

    async def ask_refund(self, order: RefundOrder, *, now: object) -> Outcome:
        """Say what became of it: one that was never heard of is asked for again."""
        heard = await self.refund(order, now=now)
        return NeverAsked() if order.key.int % 3 == 0 else heard

    async def close(self) -> None:
        """Hold nothing open."""


class _Serving:
    """What runs in the process."""

    def __init__(self, url: str) -> None:
        self._database = Database(url, pool_size=8, name=NAME)
        self._banks = {channel: Bank(channel) for channel in PaymentChannel}
        acts = {BEGIN: begin_attempt, ASK: ask_attempt, PAY: pay_refund}
        self._jobs = {
            name: Job(name, partial(act, clients=self._banks), pause=timedelta(seconds=1))
            for name, act in acts.items()
        }
        service = replace(service_of(Settings()), jobs=tuple(self._jobs.values()))
        runner = JobRunner(self._database, service.jobs)
        self._app = create_app(service, self._database, Live(), runner)

    async def warm_up(self) -> None:
        """Load what a first act loads; leave no connection, since a fork would share it."""
        fact = assessed(dossier_code="H34.10-250101-0001").model_dump(mode="json")
        await self.do({"do": "hear", "fact": "FeeAssessed", "data": fact, "standings": {}})
        for channel in PaymentChannel:
            message = said(channel.value) if channel is not PaymentChannel.CASH else said("npsp")
            await self.do(call_of(channel.value, message) | {"standings": {}})
        await self._database.close()

    async def do(self, command: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Do one act of the play."""
        for bank in self._banks.values():
            bank.standings = command["standings"]
        os.environ["FAILPOINT"] = command.get("failpoint", "")
        failpoints.forget()
        if command["do"] == "call":
            calls = [self._call(command) for _ in range(command.get("times", 1))]
            return await asyncio.gather(*calls)
        if command["do"] == "person":
            return [await people.act(self._database, command)]
        if command["do"] == "close":
            return await closing.close(self._database, command)
        if command["do"] == "hear":
            return await self._hear(_FACTS[command["fact"]].model_validate(command["data"]))
        await run_due(self._database, self._jobs[command["job"]])
        return None

    async def _hear(self, fact: Event) -> None:
        async with self._database.transaction() as session:
            if isinstance(fact, FeeAssessed):
                await handlers.open_payables(session, [an_envelope(fact)])
            elif isinstance(fact, FeeWithdrawn):
                await handlers.close_payable(session, an_envelope(fact))
            elif isinstance(fact, FeeExempted):
                await handlers.close_exempted(session, an_envelope(fact))

    async def _call(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the application over ASGI; return status and body."""
        headers = [(n.lower().encode(), text.encode()) for n, text in command["headers"].items()]
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
            "method": command["method"], "path": command["path"], "root_path": "",
            "raw_path": command["path"].encode(), "scheme": "http", "state": {},
            "query_string": command["query"].encode(), "headers": headers,
            "client": ("127.0.0.1", 40000), "server": ("lephi.test", 80),
        }  # fmt: skip
        answered: dict[str, Any] = {"status": 0, "body": b""}

        async def receive() -> Message:
            return {"type": "http.request", "body": command["body"].encode("latin-1")}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered["status"] = message["status"]
            elif message["type"] == "http.response.body":
                answered["body"] += message.get("body", b"")

        await self._app(scope, receive, send)
        return {**answered, "body": answered["body"].decode()}


def call_of(channel: str, message: Said, **how: Any) -> dict[str, Any]:  # noqa: ANN401 - command
    """Return the command by which a bank tells ``message``."""
    return {
        "do": "call", "method": message.method, "path": f"/ipn/{channel}",
        "query": message.query, "body": message.body.decode("latin-1"),
        "headers": {"content-type": "application/json", **(message.headers or {})}, **how,
    }  # fmt: skip


class Gateway:
    """The process, as the play sees it."""

    def __init__(self, url: str) -> None:
        self._serving = _Serving(url)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._serving.warm_up())
        gc.collect()
        gc.freeze()  # What is shared with each process stays shared.
        self.deaths = 0
        self._begin()

    def ask(self, command: Mapping[str, Any], *, killed_after: float | None = None) -> Any:  # noqa: ANN401 - JSON
        """Return what came of ``command``; None where the process died, and runs again."""
        _send(self._socket, json.dumps(command).encode())
        if killed_after is not None:
            time.sleep(killed_after)  # A moment of its own, not a wait for anything.
            os.kill(self._pid, signal.SIGKILL)
        try:
            answer = _receive(self._socket)
        except ConnectionError:
            self._end()
            self._begin()
            return None
        found = json.loads(answer)
        if "error" in found:
            raise AssertionError(f"{command['do']}: {found['error']}")
        if killed_after is not None:
            self._end()
            self._begin()
        return found["answer"]

    def close(self) -> None:
        """End the process."""
        os.kill(self._pid, signal.SIGKILL)
        self._end()

    def _begin(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._socket.close()
            _serve(self._serving, theirs)
        theirs.close()

    def _end(self) -> None:
        self._socket.close()
        os.waitpid(self._pid, 0)
        self.deaths += 1


def _serve(serving: _Serving, channel: socket.socket) -> None:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            while True:
                command = json.loads(_receive(channel))
                try:
                    answer = {"answer": runner.run(serving.do(command))}
                except Exception as error:  # noqa: BLE001 - the play fails by it
                    answer = {"error": f"{type(error).__name__}: {error}"}
                _send(channel, json.dumps(answer).encode())
    finally:
        os._exit(1)


def _send(channel: socket.socket, message: bytes) -> None:
    channel.sendall(len(message).to_bytes(_LENGTH_BYTES, "big") + message)


def _receive(channel: socket.socket) -> bytes:
    length = int.from_bytes(_exactly(channel, _LENGTH_BYTES), "big")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, length: int) -> bytes:
    found = b""
    while len(found) < length:
        part = channel.recv(length - len(found))
        if not part:
            raise ConnectionResetError("the process is gone")
        found += part
    return found
