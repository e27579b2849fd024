"""Bank callbacks as fast as 16 connections take them: ``python -m tests.bench.load``.

Reads one JSON order per line, answers one JSON result per line; everything that costs the client
time (bodies, signatures) is made before the clock starts. Bare asyncio streams: an HTTP library
would cost more than what is measured.
"""

import asyncio
import json
import sys
from collections import deque
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import uvloop

from mock_bank.adapters.npsp import dialect

AMOUNT_VND: Final = 135_000
REFERENCE: Final = "BENCH{:07d}"


@dataclass(frozen=True)
class Order:
    """What to send: callbacks number ``first`` and up, open-loop at ``rate`` or without pause."""

    port: int
    secret: str
    first: int
    count: int
    seconds: float
    rate: float = 0.0
    clients: int = 16


def request(port: int, number: int, secret: str) -> bytes:
    """Return the whole HTTP request of one genuine callback."""
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


async def answered(reader: asyncio.StreamReader) -> bool:
    """Read one answer; tell whether the gateway accepted the callback."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    return b'"MaLoi":"00"' in body


async def storm(order: Order) -> dict[str, Any]:
    """Send the order's callbacks; return how many were accepted, in which time, and when each."""
    numbers = range(order.first, order.first + order.count)
    waiting = deque((number, request(order.port, number, order.secret)) for number in numbers)
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
            if await answered(reader):
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
