"""A stub of our gateway over real HTTP: it hears the bank's callbacks and answers as it is told."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ACCEPTED = (200, {"MaLoi": "00"})
REFUSED = (200, {"MaLoi": "97"})


class Partner:
    """What was heard, and what to answer next; accepts everything once ``answers`` is empty."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers: deque[tuple[int, dict[str, str]]] = deque()
        self.address = ""

    def results(self) -> list[str]:
        return [message["MaLoi"] for message in self.heard]


@contextmanager
def a_partner() -> Iterator[Partner]:
    """Listen on a free port until the end of the block."""
    partner = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            partner.heard.append(json.loads(body))
            status, answer = partner.answers.popleft() if partner.answers else ACCEPTED
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in http.server)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    partner.address = f"http://127.0.0.1:{server.server_port}/ipn/npsp"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield partner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
