"""A stub of the national payment platform over real HTTP; it shares no code with the gateway."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from tests.payment_gateway.builders import told

_LENGTH: Final = "content-length:"


@dataclass
class Platform:
    """What it heard, and what it answers."""

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    paid: dict[str, str] = field(default_factory=dict)
    """Reference → SoTien of attempts that were paid."""
    failed: set[str] = field(default_factory=set)
    is_silent: bool = False
    refuses: bool = False

    def questions(self, kind: str) -> list[str]:
        """Return the references about which it heard messages of ``kind``."""
        return [m["MaThamChieu"] for m in self.heard if m["LoaiBanTin"] == kind]

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Return the answer to one message; None where it stays silent."""
        self.heard.append(message)
        reference = message["MaThamChieu"]
        if self.is_silent:
            return None
        if message["LoaiBanTin"] == "INIT":
            if self.refuses:
                return {"error_code": "12", "message": "no"}
            return {"error_code": "0", "UrlThanhToan": f"http://bank.test/npsp/{reference}"}
        state = "1" if reference in self.paid else "4" if reference in self.failed else "3"
        code = "00" if state == "1" else "99"
        known = {"SoTien": self.paid.get(reference, message.get("SoTien", "1")), "MaLoi": code}
        signed = told(reference, LoaiBanTin="QUERY", MaGiaoDich=f"GD-{reference}", **known)
        return {**signed, "TrangThaiGD": state}


@asynccontextmanager
async def a_platform() -> AsyncIterator[Platform]:
    """Serve one platform on a port of its own."""
    platform = Platform()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line for line in head.split("\r\n") if line.startswith(_LENGTH))
        body = await reader.readexactly(int(length.removeprefix(_LENGTH)))
        answer = platform.answer(json.loads(body))
        if answer is not None:
            text = json.dumps(answer).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n%s" % (len(text), text)
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    platform.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/npsp"
    async with server:
        yield platform
