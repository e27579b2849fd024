"""The HTML door of ops: board, timelines, parked messages, proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse

from ops import use_cases
from ops.domain.alarms import alarms
from ops.domain.findings import Breach
from ops.domain.proofs import PROVE
from ops.domain.timeline import Entry
from ops.pages import words
from ops.use_cases import Timeline
from shared.clock import utc_now
from shared.dossier_code import InvalidDossierCodeError, parse_dossier_code
from shared.web.identity import Role, SignedIn, allow
from shared.web.pages import amount, number, render, translate
from shared.web.request import Transaction, database_of, run_now

router: Final = APIRouter(include_in_schema=False)

_READERS: Final = (Role.OPERATOR, Role.AUDITOR)
_PROOF_PAGE: Final = "/van-hanh/chung-minh"
_PARKED_PAGE: Final = "/van-hanh/tin-bi-giu"


@router.get("/van-hanh", dependencies=[allow(*_READERS)])
async def show_board(request: Request, session: Transaction) -> HTMLResponse:
    """Show what flows, what waits and since when (product: Bảng chính)."""
    board = await use_cases.show_board(session)
    proof = await use_cases.show_proof(session)
    return render(
        request,
        "board.html",
        board=board,
        proof=proof,
        work=words.work_names(),
        alarms=[words.alarm(each) for each in alarms(board.held_up, utc_now())],
        now=utc_now(),
        badges={_PARKED_PAGE: board.parked},
    )


@router.get("/van-hanh/dong-su-kien", dependencies=[allow(*_READERS)])
async def show_timeline(
    request: Request, session: Transaction, ma: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Show everything that happened to one dossier (product: Dòng sự kiện)."""
    timeline: Timeline | None = None
    error: str | None = None
    if ma.strip():
        try:
            timeline = await use_cases.show_timeline(session, parse_dossier_code(ma))
        except InvalidDossierCodeError:
            error = translate("Số hồ sơ này không đúng dạng. Kiểm tra lại số trên giấy tiếp nhận.")
    return render(
        request,
        "timeline.html",
        typed=ma,
        error=error,
        found=None if timeline is None else _shown(timeline),
        badges=await _badges(session),
    )


@router.get(_PARKED_PAGE, dependencies=[allow(*_READERS)])
async def show_parked(request: Request, session: Transaction) -> HTMLResponse:
    """Show the messages that wait in any service (product: Tin bị giữ)."""
    messages = await use_cases.list_parked(session)
    return render(
        request,
        "parked.html",
        messages=messages,
        now=utc_now(),
        badges={_PARKED_PAGE: len(messages)},
    )


@router.get(_PROOF_PAGE, dependencies=[allow(*_READERS)])
async def show_proof(request: Request, session: Transaction, user: SignedIn) -> HTMLResponse:
    """Show what the last proof found, invariant by invariant (product: J13)."""
    proof = await use_cases.show_proof(session)
    return render(
        request,
        "proof.html",
        proof=proof,
        found=None if proof.report is None else _told(proof.report),
        may_ask=Role.OPERATOR in user.roles,
        badges=await _badges(session),
    )


@router.post(_PROOF_PAGE, dependencies=[allow(Role.OPERATOR)])
async def ask_for_proof(request: Request, user: SignedIn) -> RedirectResponse:
    """Run the proof while the operator waits; past the limit the page follows by itself."""
    async with database_of(request).transaction() as session:
        proof_id = await use_cases.ask_for_proof(session, by=user.subject, now=utc_now())
    if proof_id is not None:
        await run_now(request, PROVE, proof_id, timeout_seconds=10.0)
    return RedirectResponse(_PROOF_PAGE, status_code=303)


async def _badges(session: AsyncSession) -> Mapping[str, int]:
    board = await use_cases.show_board(session)
    return {_PARKED_PAGE: board.parked}


def _shown(timeline: Timeline) -> dict[str, Any]:
    """Return the timeline in the words of the page: what happened, then what is awaited."""
    names, waits = words.event_names(), words.wait_names()
    happened = [
        {"title": names.get(entry.name, entry.name), "entry": entry, "hop": _hop(entry)}
        for entry in timeline.entries
    ]
    awaited = [
        {"title": waits[each.what], "at": each.since, "state": "waiting"}
        for each in timeline.awaited
    ]
    return {"dossier_code": timeline.dossier_code, "happened": happened, "awaited": awaited}


def _hop(entry: Entry) -> str:
    """Return the time since the line before, as an operator reads it: ``+12 ms``, ``+3,4 s``."""
    if entry.after is None:
        return ""
    milliseconds = round(entry.after.total_seconds() * 1000)
    if milliseconds < 1000:  # noqa: PLR2004 - a second
        return f"+{milliseconds} ms"
    return f"+{milliseconds / 1000:,.1f} s".replace(",", " ").replace(".", ",")


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report in the words of the page."""
    holds, counts, sentences = words.statements(), words.count_names(), words.breaches()
    lines = [
        {
            **line,
            "statement": holds[line["invariant"]],
            "figures": [_figure(words, name, line["counts"]) for name, words in counts.items()],
            "violations": [
                {**each, "sentence": sentences[Breach(each["code"])]} for each in line["violations"]
            ],
        }
        for line in report["invariants"]
    ]
    return {"holds": report["holds"], "at": datetime.fromisoformat(report["at"]), "lines": lines}


def _figure(words: str, name: str, counts: Mapping[str, int]) -> str:
    """Return a count with its word, empty where this invariant does not count it."""
    if name not in counts:
        return ""
    value = counts[name]
    return f"{words} {amount(value) if name.endswith('_vnd') else number(value)}"
