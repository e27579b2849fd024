"""``lephi party redact``: asks dossier in the operator's name, and says what was done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from lephi.operator.commands import register

CODE = "H34.10-261124-0007"
PATH = f"/api/dossier/v1/dossiers/{CODE}/party/redaction"
AT = "2026-11-24T05:00:00Z"


@contextmanager
def a_dossier_service(asked: list[tuple[str, str, str]]) -> Iterator[str]:
    """Answer as provider and dossier do; note path, token and body of each POST."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"token_endpoint": "http://x/sso/token"})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            if self.path == "/sso/token":
                self._answer({"access_token": "machine"})
                return
            is_new = not asked
            asked.append((self.path, self.headers["Authorization"], body))
            document = {"dossier_code": CODE, "redacted_at": AT, "is_new": is_new}
            self._answer(document if self.path == PATH else {}, 200 if self.path == PATH else 404)

        def _answer(self, document: dict[str, Any], status: int = 200) -> None:
            self.send_response(status)
            body = json.dumps(document).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in http.server)
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str, str]]]:
    """What dossier was asked; the stack's files lead to it."""
    calls: list[tuple[str, str, str]] = []
    for name in ("PUBLIC_URL", "LEPHI_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEPHI_HOME", str(tmp_path))
    with a_dossier_service(calls) as address:
        lines = (f"PUBLIC_URL={address}", f"OIDC_ISSUER={address}/sso", "OPERATOR_CLIENT_SECRET=s")
        (tmp_path / "endpoints.env").write_text("\n".join(lines), "utf-8")
        yield calls


def lephi(*words: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, list(words))


def test_given_a_dossier_when_redacted_then_dossier_is_asked_with_a_reason(
    asked: list[tuple[str, str, str]],
) -> None:
    first = lephi("party", "redact", f" {CODE.lower()}\n", "--reason", "letter of the person")
    again = lephi("party", "redact", CODE, "--json")

    assert first.exit_code == 0, first.output
    assert "its people are forgotten" in first.output
    assert json.loads(again.stdout) == {"dossier_code": CODE, "redacted_at": AT, "is_new": False}
    assert [(path, token) for path, token, _ in asked] == [(PATH, "Bearer machine")] * 2
    assert json.loads(asked[0][2]) == {"reason": "letter of the person"}
    assert json.loads(asked[1][2]) == {"reason": "requested by the person"}


@pytest.mark.parametrize(("code", "status"), [("H34.10-261124-0008", 1), ("no code", 2)])
@pytest.mark.usefixtures("asked")
def test_given_no_such_dossier_when_redacted_then_the_status_says_so(
    code: str, status: int
) -> None:
    assert lephi("party", "redact", code).exit_code == status
