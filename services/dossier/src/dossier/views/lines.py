"""Lines of the board as a list asks for them: by agency, search, filters, and place.

Names and phones may not be folded into a view, so a search by them looks into the decision table
``party`` of the same database, by name. Plain SQL: P11 measures it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.search import Search
from dossier.views.board import BoardRow, FeeState, PaymentState
from shared.db import driver

COMMON: Final = 2_000
"""More hits than this are common words: then the list is walked, and each line asked."""


class Filter(StrEnum):
    """Which lines of the board are shown."""

    ALL = "all"
    UNPAID = "unpaid"
    PAID = "paid"
    WAITING = "waiting"
    """No amount can be said yet: chưa có biểu phí, or an agency is incomplete."""
    REFUSED = "refused"
    """The province answered one of our facts with an error."""


@dataclass(frozen=True)
class Place:
    """Where a page of the board ends; the next one begins behind it."""

    submitted_at: datetime
    dossier_code: str


@dataclass(frozen=True)
class Asked:
    """What is looked for on the board."""

    agencies: Sequence[str]
    limit: int
    show: Filter = Filter.ALL
    search: Search | None = None
    after: Place | None = None
    status: int | None = None
    procedure_code: str | None = None
    filed_from: datetime | None = None
    filed_before: datetime | None = None


@dataclass(frozen=True)
class Query:
    """A statement and its arguments."""

    sql: str
    arguments: tuple[object, ...]


_STATES: Final = {
    Filter.UNPAID: "b.payment_state = 'due'",
    Filter.PAID: "b.payment_state = 'paid' AND (b.refunded_vnd = 0 OR b.refunded_vnd < b.paid_vnd)",
    Filter.WAITING: "b.fee_state = 'pending'",
    Filter.REFUSED: (
        "b.dossier_code IN (SELECT t.dossier_code FROM view.told AS t WHERE t.result = 'loi')"
    ),
}
_CODES: Final = """
(SELECT dossier_code FROM dossier WHERE code_search @@ $1::text::tsquery LIMIT $3)
UNION (SELECT dossier_code FROM party WHERE search @@ $2::text::tsquery LIMIT $3)
"""
_IS_FOUND: Final = """(
EXISTS (SELECT FROM dossier d WHERE d.dossier_code = b.dossier_code
        AND d.code_search @@ {code}::text::tsquery)
OR EXISTS (SELECT FROM party p WHERE p.dossier_code = b.dossier_code
           AND p.search @@ {people}::text::tsquery))"""
_OF_CODES: Final = """
SELECT b.* FROM view.board b
WHERE (b.receiving_agency = ANY($1::text[]) OR b.collecting_agency = ANY($1::text[])) AND {wanted}
ORDER BY b.submitted_at DESC, b.dossier_code DESC LIMIT $2
"""
_OF_AGENCY: Final = """
SELECT place.* FROM unnest($1::text[]) AS agency (code) CROSS JOIN LATERAL (
  SELECT b.submitted_at, b.dossier_code FROM view.board b
  WHERE b.{whose}_agency = agency.code AND {wanted}
  ORDER BY b.submitted_at DESC, b.dossier_code DESC LIMIT $2
) AS place
"""
_OF_AGENCIES: Final = """
SELECT line.* FROM (
  {receiving} UNION {collecting} ORDER BY submitted_at DESC, dossier_code DESC LIMIT $2
) AS place JOIN view.board AS line ON line.dossier_code = place.dossier_code
ORDER BY line.submitted_at DESC, line.dossier_code DESC
"""
_NOTHING: Final = "'-'"
"""A query that no token answers."""


async def find_lines(session: AsyncSession, asked: Asked) -> Sequence[BoardRow]:
    """Return the lines asked for, newest filing first; one above ``limit`` if there are more."""
    exact = asked.search.exact_code if asked.search is not None else None
    if exact is not None:
        found = await _read(session, query_of(asked, codes=[exact]))
        if found:
            return found
    codes = None if asked.search is None else await _codes(session, asked.search)
    return await _read(session, query_of(asked, codes=codes))


def codes_query(search: Search) -> Query:
    """Return the statement that finds the codes of ``search``, one more than COMMON at most."""
    wanted = (search.code or _NOTHING, search.people or _NOTHING)
    return Query(_CODES, (*wanted, COMMON + 1))


def query_of(asked: Asked, *, codes: Collection[str] | None) -> Query:
    """Return the statement of ``asked``: among ``codes`` if they are few, else along the list."""
    arguments: list[object] = [list(asked.agencies), asked.limit + 1]

    def place(value: object) -> str:
        arguments.append(value)
        return f"${len(arguments)}"

    wanted = [_STATES[asked.show]] if asked.show in _STATES else []
    few = codes is not None and len(codes) <= COMMON
    if codes is not None and few:
        wanted.append(f"b.dossier_code = ANY({place(list(codes))}::text[])")
    elif codes is not None and asked.search is not None:
        code = place(asked.search.code or _NOTHING)
        wanted.append(_IS_FOUND.format(code=code, people=place(asked.search.people or _NOTHING)))
    wanted += [f"{column} {place(value)}" for column, value in _bounds(asked) if value is not None]
    if asked.after is not None:
        behind = (place(asked.after.submitted_at), place(asked.after.dossier_code))
        wanted.append(f"(b.submitted_at, b.dossier_code) < ({behind[0]}, {behind[1]})")
    where = " AND ".join(wanted) or "true"
    if few:
        return Query(_OF_CODES.format(wanted=where), tuple(arguments))
    branches = {
        whose: _OF_AGENCY.format(whose=whose, wanted=where) for whose in ("receiving", "collecting")
    }
    return Query(_OF_AGENCIES.format(**branches), tuple(arguments))


def of_agencies(agencies: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that one of ``agencies`` received or collects."""
    return or_(BoardRow.receiving_agency.in_(agencies), BoardRow.collecting_agency.in_(agencies))


def _bounds(asked: Asked) -> list[tuple[str, object]]:
    return [
        ("b.status =", asked.status),
        ("b.procedure_code =", asked.procedure_code),
        ("b.submitted_at >=", asked.filed_from),
        ("b.submitted_at <", asked.filed_before),
    ]


async def _codes(session: AsyncSession, search: Search) -> Collection[str]:
    query = codes_query(search)
    rows = await driver.fetch(session, query.sql, *query.arguments)
    return [row["dossier_code"] for row in rows]


async def _read(session: AsyncSession, query: Query) -> Sequence[BoardRow]:
    rows = await driver.fetch(session, query.sql, *query.arguments)
    return [_line(row) for row in rows]


def _line(found: Mapping[str, Any]) -> BoardRow:
    fee, payment = found["fee_state"], found["payment_state"]
    states = {
        "fee_state": None if fee is None else FeeState(fee),
        "payment_state": None if payment is None else PaymentState(payment),
    }
    return BoardRow(**{**found, **states})
