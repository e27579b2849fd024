"""Bank callbacks, or what payers ask, as fast as 16 connections take them.

``python -m tests.bench.load``

Reads one JSON order per line, answers one JSON result per line; everything that costs the client
time (bodies, signatures) is made before the clock starts. Bare asyncio streams: an HTTP library
would cost more than what is measured.
"""

import asyncio
import hashlib
import json
import sys
from collections import deque
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import uvloop

from mock_bank.adapters.npsp import dialect
from shared.links import Purpose, make_token

AMOUNT_VND: Final = 135_000
REFERENCE: Final = "BENCH{:07d}"


@dataclass(frozen=True)
class Order:
    """What to send: number ``first`` and up, open-loop at ``rate`` or without pause."""

    port: int
    secret: str
    first: int
    count: int
    seconds: float
    rate: float = 0.0
    clients: int = 16
    asks: str = "settle"
    """``settle``, a callback whose key is ``secret``; ``payable`` and ``nothing``, a reading;
    ``attempt``, a payer's choice, whose links' key is ``secret``."""


def request(order: Order, number: int) -> bytes:
    """Return the whole HTTP request of number ``number``."""
    if order.asks == "settle":
        return callback(order.port, number, order.secret)
    if order.asks == "attempt":
        return attempt(order.port, number, order.secret)
    payable = f"/api/payment-gateway/v1/payables/H34.10-261124-{number:07d}"
    path = payable if order.asks == "payable" else "/nothing"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\n\r\n".encode()


def attempt(port: int, number: int, key: str) -> bytes:
    """Return a payer's wish to pay by transfer: no bank is asked for its page."""
    payable = UUID(hashlib.md5(f"p{number}".encode(), usedforsecurity=False).hexdigest())
    token = make_token(key, Purpose.PAYABLE, payable)
    body = b'{"channel":"vietqr"}'
    head = (
        f"POST /api/payment-gateway/v1/pay-links/{token}/attempts HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\nIdempotency-Key: {payable}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def callback(port: int, number: int, secret: str) -> bytes:
    """Return one genuine callback."""
    message = {
        "LoaiBanTin": "CONFIRM", "MaLoi": "00", "MaDoiTac": "LEPHI",
        "MaThamChieu": REFERENCE.format(number), "SoTien": str(AMOUNT_VND), "MaTienTe": "VND",
        "MaGiaoDich": f"GD{number:09d}", "MaNganHang": "VCB", "ThoiGianGD": "20261124100000",
        "ThongTinGiaoDich": "THANH TOAN HO SO",
    }  # fmt: skip
    signature = dialect.sign(message, dialect.CALLBACK_FIELDS, secret)
    body = json.dumps({**message, "MaXacThuc": signature}).encode()
    head = (
        f"POST /ipn/npsp HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def answered(reader: asyncio.StreamReader, *, asks: str) -> bool:
    """Read one answer; tell whether the gateway did what was asked."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    if asks == "settle":
        return b'"MaLoi":"00"' in body
    return head.startswith(b"http/1.1 201" if asks == "attempt" else b"http/1.1 200")


async def storm(order: Order) -> dict[str, Any]:
    """Send the order's callbacks; return how many were accepted, in which time, and when each."""
    numbers = range(order.first, order.first + order.count)
    waiting = deque((number, request(order, number)) for number in numbers)
    begin = perf_counter()
    done: list[tuple[int, float, float]] = []
    refused = 0

    async def work() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", order.port)
        while waiting and perf_counter() - begin < order.seconds:
            number, body = waiting.popleft()
            due = begin + (number - order.first) / order.rate if order.rate else perf_counter()
            await asyncio.sleep(max(0.0, due - perf_counter()))
            writer.write(body)
            if await answered(reader, asks=order.asks):
                done.append((number, due - begin, perf_counter() - begin))
            else:
                refused += 1
        writer.close()

    await asyncio.gather(*(work() for _ in range(order.clients)))
    return {"seconds": perf_counter() - begin, "refused": refused, "done": done, "began": begin}


async def serve() -> None:
    """Do orders from standard input until it ends."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        done = await storm(Order(**json.loads(line)))
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(serve())
