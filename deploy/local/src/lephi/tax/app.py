"""The authority's door under ``/co-quan-thue``, and its switches under ``/co-quan-thue/api``."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from lephi.tax import forms, signed
from lephi.tax.forms import Known, Table

_HOME: Final = "/co-quan-thue"
_LARGEST_BYTES: Final = 32 * 1024 * 1024
_WINDOW_SECONDS: Final = 300


class Faults(BaseModel):
    """How the authority misbehaves now."""

    model_config = ConfigDict(extra="forbid")

    outage: bool = False
    """Answers 503 to every form and takes none."""
    lose_answers: int = Field(default=0, ge=0)
    """So many forms are taken, and the answer does not arrive (504)."""
    refuse: int = Field(default=0, ge=0)
    """So many forms are refused although nothing is wrong with them."""
    unexplained: list[int] = Field(default_factory=list)
    """Lines of these numbers are refused until they explain themselves (giải trình)."""


@dataclass
class Authority:
    """What was taken, a file each, and what else the authority remembers."""

    folder: Path
    secret: str = field(repr=False)
    trusted: x509.Certificate | None = None
    """Who issues the collectors' certificates; None: whoever does."""
    faults: Faults = field(default_factory=Faults)
    known: Known = field(default_factory=Known)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By key: the body's hash, the answer, and what a list shows."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        files = [json.loads(file.read_text("utf-8")) for file in self.folder.glob("*.json")]
        kept = [each for each in files if not each["body"].startswith("{")]  # Unsigned, of before.
        for each in sorted(kept, key=lambda one: str(one["answer"]["ma_tiep_nhan"])):
            self._remember(each)

    def receive(self, form: str, key: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        """Return status and answer of a form; what was taken is answered alike for ever."""
        sha256 = hashlib.sha256(raw).hexdigest()
        before = self.taken.get(key)
        if before is not None:
            same = before["sha256"] == sha256
            return (HTTPStatus.OK, before["answer"]) if same else _refused(["TRUNG_MA"])
        if self.faults.refuse:
            self.faults.refuse -= 1
            return _refused(["THU_NGHIEM"])
        said, wrong = signed.check(form, raw, self.trusted, now=_now())
        if said is None:
            return _refused(wrong)
        sent, wrong = forms.read(form, key, said.data)
        if sent is not None and sent.to_chuc_thu.ma_so_thue != said.tax_code:
            wrong.append("SAI_CHUNG_THU")
        lines: dict[int, list[str]] = {}
        if isinstance(sent, Table):
            lines = forms.line_refusals(sent, self.known, self.faults.unexplained)
            of_lines = {code for codes in lines.values() for code in codes}
            wrong = list(dict.fromkeys([*wrong, *self._refusals(sent), *sorted(of_lines)]))
        if sent is None or wrong:
            return _refused(wrong, lines)
        answer = {"ket_qua": "tiep_nhan", "ma_tiep_nhan": f"CT-{len(self.taken) + 1:08d}"}
        kept = {
            "key": key, "sha256": sha256, "form": form, "answer": answer,
            "shown": forms.summary(sent), "body": raw.decode(),
        }  # fmt: skip
        part = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()}.part"
        part.write_text(json.dumps(kept, ensure_ascii=False), "utf-8")
        part.replace(part.with_suffix(".json"))
        self._remember(kept)
        return HTTPStatus.OK, answer

    def _refusals(self, table: Table) -> list[str]:
        """Return why a table is refused as a whole."""
        taken_before = ["DA_NHAN_BAN_CU"] if table.thay_cho in self.taken else []
        return forms.refusals(table, self.known) + taken_before

    def _remember(self, kept: dict[str, Any]) -> None:
        self.taken[str(kept["key"])] = kept
        said = signed.read_form(kept["body"].encode())
        sent, _ = forms.read(kept["form"], kept["key"], said)
        if isinstance(sent, Table):
            self.known.learn(sent)


def create_app(folder: Path, secret: str, *, trusted: x509.Certificate | None = None) -> Starlette:
    """Return the authority's application; ``folder`` keeps what it has taken."""
    authority = Authority(folder, secret, trusted)
    switches = [
        Route("/faults", partial(_show_faults, authority), methods=["GET"]),
        Route("/faults", partial(_set_faults, authority), methods=["PUT"]),
        Route("/faults", partial(_heal, authority), methods=["DELETE"]),
        Route("/received", partial(_list, authority), methods=["GET"]),
    ]
    doors = [
        Mount("/api", routes=switches),
        Route("/{form:str}", partial(_receive, authority), methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {ValidationError: _invalid}
    return Starlette(routes=[Mount(_HOME, routes=doors)], exception_handlers=handlers)


async def _receive(authority: Authority, request: Request) -> Response:
    form = str(request.path_params["form"])
    if form not in {"bang-tong-hop", "thong-bao-sai-sot"}:
        return JSONResponse({"ly_do": ["KHONG_CO_MAU"]}, HTTPStatus.NOT_FOUND)
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _LARGEST_BYTES:
            return JSONResponse({}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if authority.faults.outage:
        return JSONResponse({"ket_qua": "gian_doan"}, HTTPStatus.SERVICE_UNAVAILABLE)
    if not _is_genuine(request, bytes(raw), authority.secret):
        return JSONResponse({"ly_do": ["SAI_CHU_KY"]}, HTTPStatus.UNAUTHORIZED)
    status, answer = authority.receive(form, request.headers["webhook-id"], bytes(raw))
    if authority.faults.lose_answers:
        authority.faults.lose_answers -= 1
        return Response(status_code=HTTPStatus.GATEWAY_TIMEOUT)
    return JSONResponse(answer, status)


def _is_genuine(request: Request, raw: bytes, secret: str) -> bool:
    name = request.headers.get("webhook-id", "")
    sent_at = request.headers.get("webhook-timestamp", "")
    if not name or not sent_at.isascii() or not sent_at.isdigit():
        return False
    wanted = hmac.new(secret.encode(), f"{name}.{sent_at}.".encode() + raw, hashlib.sha256)
    expected = "v1," + base64.b64encode(wanted.digest()).decode()
    given = request.headers.get("webhook-signature", "")
    in_time = abs(time.time() - int(sent_at)) <= _WINDOW_SECONDS
    return hmac.compare_digest(given.encode(), expected.encode()) and in_time


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _refused(
    codes: list[str], lines: dict[int, list[str]] | None = None
) -> tuple[int, dict[str, Any]]:
    named = [{"stt": line, "ly_do": why} for line, why in (lines or {}).items()]
    return HTTPStatus.UNPROCESSABLE_ENTITY, {
        "ket_qua": "khong_tiep_nhan", "ly_do": codes, "dong": named,
    }  # fmt: skip


async def _show_faults(authority: Authority, _: Request) -> Response:
    return JSONResponse(authority.faults.model_dump())


async def _set_faults(authority: Authority, request: Request) -> Response:
    authority.faults = Faults.model_validate_json(await request.body())
    return await _show_faults(authority, request)


async def _heal(authority: Authority, request: Request) -> Response:
    authority.faults = Faults()
    return await _show_faults(authority, request)


async def _list(authority: Authority, _: Request) -> Response:
    return JSONResponse(
        [
            {"ma": key, **kept["shown"], "ma_tiep_nhan": kept["answer"]["ma_tiep_nhan"]}
            for key, kept in authority.taken.items()
        ]
    )


async def _invalid(_: Request, error: Exception) -> Response:
    return JSONResponse({"errors": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
