"""``lephi partner``: asks dossier in the operator's name, page by page, until nothing is left."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from lephi.operator.commands import register

PARTNER = "/api/dossier/v1/partners/tthc"
DAY = f"{PARTNER}/days/2026-11-22"
TOTALS = {"dossier_count": 2, "paid_count": 2, "paid_vnd": 124_000}
LINE = {
    "day_on": "2026-11-22", "state": "missing", "ours": TOTALS, "theirs": None, "run": 1,
    "compared_at": None, "missing_here": 3, "missing_there": 1, "to_send": 1, "pending": 0,
}  # fmt: skip
FACT = {
    "fact_id": "f-1", "fact_type": "vn.lephi.tthc.DaThu.v1", "dossier_code": "H34.10-261122-0007",
    "amount_vnd": 62_000, "state": "acknowledged", "sent_at": "2026-11-22T05:00:00Z", "sends": 1,
}  # fmt: skip
STATUS = {
    "partner": "tthc", "unanswered": 4, "oldest_at": "2026-11-22T05:00:00Z", "late": 1,
    "escalated": 0, "refused": 2, "days": [LINE],
}  # fmt: skip
FIRST = {"day": LINE, "here": ["A", "B"], "there": [FACT], "after_here": "B", "after_there": None}
SECOND = {"day": LINE, "here": ["C"], "there": [], "after_here": None, "after_there": None}


class DossierService:
    """What was asked of provider and dossier."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.left = [2, 1, 0]

    def answer(self, path: str, body: str) -> Any:  # noqa: ANN401 - JSON
        self.asked.append((path, body))
        pages: dict[str, Callable[[], object]] = {
            "/sso/.well-known/openid-configuration": lambda: {"token_endpoint": "http://x/sso/t"},
            "/sso/t": lambda: {"access_token": "machine"},
            PARTNER: lambda: STATUS,
            DAY: lambda: FIRST,
            f"{DAY}?after=B": lambda: SECOND,
            f"{DAY}/comparisons": lambda: {"run": 2},
            f"{DAY}/resends": lambda: {"sent": 500, "left": self.left.pop(0)},
            "/api/dossier/v1/partner-facts/f-1/resends": lambda: {"sent": 1, "left": 0},
        }
        return pages[path]()


@contextmanager
def listening(service: DossierService) -> Iterator[str]:
    """Answer over real HTTP until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())

        def _answer(self, said: str) -> None:
            body = json.dumps(service.answer(self.path, said)).encode()
            self.send_response(200)
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
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[DossierService]:
    """A product whose dossier service is a stub."""
    made = DossierService()
    with listening(made) as address:
        monkeypatch.setenv("LEPHI_HOME", str(tmp_path))
        monkeypatch.setenv("FRONT_DOOR_URL", address)
        monkeypatch.setenv("OIDC_ISSUER", "http://lephi.test/sso")
        monkeypatch.setenv("OPERATOR_CLIENT_SECRET", "secret")
        yield made


def lephi(*words: str) -> Result:
    app = typer.Typer()
    register(app)
    return CliRunner().invoke(app, ["partner", *words])


def test_given_a_partner_when_its_status_is_asked_then_waits_and_days_are_shown(
    service: DossierService,
) -> None:
    told, shown = lephi("status", "--json"), lephi("status")

    assert json.loads(told.stdout) == STATUS
    assert "unanswered 4" in shown.stdout
    assert "2026-11-22" in shown.stdout
    assert service.asked


@pytest.mark.parametrize("words", [[], ["--compare"]])
def test_given_missing_things_when_they_are_listed_then_every_page_is_read_and_it_ends_with_1(
    service: DossierService, words: list[str]
) -> None:
    done = lephi("missing", "2026-11-22", "--json", *words)

    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["here"], [fact["fact_id"] for fact in found["there"]]) == (
        ["A", "B", "C"], ["f-1"],
    )  # fmt: skip
    assert ((f"{DAY}/comparisons", "{}") in service.asked) is bool(words)


def test_given_a_day_that_agrees_when_it_is_listed_then_it_ends_with_0(
    service: DossierService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LINE, "state", "whole")

    assert lephi("missing", "2026-11-22").exit_code == 0
    assert service.asked


def test_given_missing_facts_when_they_are_sent_again_then_it_asks_until_nothing_is_left(
    service: DossierService,
) -> None:
    done = lephi("resend", "--day", "2026-11-22", "--reason", "tỉnh mất dữ liệu", "--json")

    assert json.loads(done.stdout) == {"sent": 1_500}
    bodies = [json.loads(body) for path, body in service.asked if path == f"{DAY}/resends"]
    assert bodies == [{"reason": "tỉnh mất dữ liệu"}] * 3


def test_given_one_fact_when_it_is_sent_again_then_only_it_is_asked_for(
    service: DossierService,
) -> None:
    done = lephi("resend", "--fact", "f-1", "--reason", "hỏi lại")

    assert "1 facts" in done.stdout
    assert [path for path, _ in service.asked][-1].endswith("/partner-facts/f-1/resends")


@pytest.mark.parametrize("words", [[], ["--day", "2026-11-22", "--fact", "f-1"]])
def test_given_neither_or_both_when_sending_again_then_it_asks_for_one(
    service: DossierService, words: list[str]
) -> None:
    done = lephi("resend", "--reason", "hỏi lại", *words)

    assert done.exit_code == 2
    assert service.asked == []
