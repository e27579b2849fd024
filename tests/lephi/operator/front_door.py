"""A stub of the whole product behind its public addresses, over real HTTP."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

CODE = "H34.10-261124-0007"
RECEIPT = {
    "kind": "phi", "form_symbol": "EBL01", "serial_symbol": "26TAA", "number": 1,
    "url": "http://lephi.test/bien-lai/receipt-token",
}  # fmt: skip
PAYABLE = {"status": "awaiting_payment", "remaining_vnd": 62_000, "pay_url": "http://x/p/token"}
LINK = {"channels": [{"code": "npsp", "banks": [{"code": "VCB", "name": "Vietcombank"}]}]}
BANK_ID = "0192f3c4-0000-7000-8000-00000000000b"
AT_THE_BANK = f"http://x/ngan-hang-thu/npsp/{BANK_ID}?x=1"
BUSY = 2
"""How often each thing that takes time is asked for in vain."""


class Product:
    """What was asked, and in which state the one dossier is."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.times: Counter[str] = Counter()
        self.payables: dict[str, dict[str, Any]] = {CODE: PAYABLE}
        self.redirect_url = AT_THE_BANK
        self.address = ""

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        self.times[path] += 1
        is_ready = self.times[path] > BUSY
        pages: dict[str, tuple[int, Any]] = {
            **self._payables(is_ready=is_ready),
            "/api/payment-gateway/v1/pay-links/token": (200, LINK),
            "/api/payment-gateway/v1/pay-links/token/attempts": (201, self._attempt()),
            f"/ngan-hang-thu/api/payments/{BANK_ID}/approve": (200, {}),
            "/p/token": (200, f"<a href='{AT_THE_BANK}'>".encode() if is_ready else b"<p>"),
            "/api/payment-gateway/v1/attempts/payer": (
                200,
                {"status": "succeeded", "receipts": [RECEIPT] if is_ready else []},
            ),
            "/api/receipt/v1/receipts/receipt-token/pdf": (
                (200, b"%PDF-1.7") if is_ready else (202, {})
            ),
        }
        return pages.get(path, (404, {}))

    def _attempt(self) -> dict[str, str]:
        return {"attempt_id": "1", "payer_token": "payer", "redirect_url": self.redirect_url}

    def _payables(self, *, is_ready: bool) -> dict[str, tuple[int, Any]]:
        return {
            f"/api/payment-gateway/v1/payables/{code}": (
                (200, payable) if is_ready else (404, {"code": "payable-not-found"})
            )
            for code, payable in self.payables.items()
        }


@contextmanager
def a_product() -> Iterator[Product]:
    """Listen on a free port until the end of the block."""
    product = Product()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            self._answer("POST")

        def _answer(self, method: str) -> None:
            status, document = product.answer(method, self.path.partition("?")[0])
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in http.server)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    product.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield product
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
