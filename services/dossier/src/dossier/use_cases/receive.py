"""Receive a dossier: heard of for the first time, changed, withdrawn, reinstated, closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from dossier.domain.dossier import DossierClosedError, StatedDossier
from dossier.domain.search import people_tokens
from dossier.repository import agencies, dossiers
from dossier.tables import DossierRow
from dossier.use_cases.versions import Known, first_version, newer_version
from shared.contracts.envelope import Cause, Event
from shared.contracts.party import PartyStated
from shared.outbox import Emission, emit_all


@dataclass(frozen=True)
class Statement:
    """What one message of the province states of a dossier and of its people."""

    dossier: StatedDossier
    party: PartyStated
    cause: Cause


@dataclass(frozen=True)
class Closed:
    """A statement that would take a closed dossier back to work; nothing of it was taken over."""

    statement: Statement
    error: DossierClosedError


@dataclass(frozen=True)
class _Round:
    """One statement of each of some dossiers, and what they find here."""

    statements: Mapping[str, Statement]
    rows: dict[str, DossierRow]
    known: Known
    now: datetime


async def receive_dossiers(
    session: AsyncSession, statements: Sequence[Statement], *, now: datetime
) -> list[Closed]:
    """Take over what the province states, in this order per dossier; return what is refused.

    Equal content is no change, an older version never undoes a newer one, and of two versions of
    one instant the later message wins. People who are to be forgotten are not taken over again.
    A poll takes a handful of SQL statements, however many messages it brings.
    """
    known = await _know(session, statements)
    emissions: list[Emission] = []
    closed: list[Closed] = []
    for wanted in _rounds(statements):
        rows = await dossiers.lock_dossiers(session, wanted)
        await _take_round(session, _Round(wanted, rows, known, now), emissions, closed)
    await emit_all(session, emissions, now=now)
    return closed


def _rounds(statements: Sequence[Statement]) -> list[dict[str, Statement]]:
    """Return the first statement of each dossier, then the second of each, and so on."""
    rounds: list[dict[str, Statement]] = []
    seen: Counter[str] = Counter()
    for statement in statements:
        code = statement.dossier.dossier_code
        if seen[code] == len(rounds):
            rounds.append({})
        rounds[seen[code]][code] = statement
        seen[code] += 1
    return rounds


async def _know(session: AsyncSession, statements: Sequence[Statement]) -> Known:
    """Return the agencies and procedures that ``statements`` name."""
    stated = [each.dossier for each in statements]
    codes = {each.facts.deciding_agency for each in stated}
    codes |= {each.labels.collecting_agency or "" for each in stated}
    unnamed = {
        each.facts.context.procedure_code
        for each in stated
        if not (each.procedure_is_named and each.payment_timing_is_stated)
    }
    return Known(
        await agencies.find_agencies(session, codes),
        await agencies.find_procedures(session, unnamed) if unnamed else {},
    )


async def _take_round(
    session: AsyncSession, round_: _Round, emissions: list[Emission], closed: list[Closed]
) -> None:
    said = await _store_new(session, round_)
    taken: list[Statement] = []
    for code, statement in round_.statements.items():
        row = round_.rows.get(code)
        try:
            facts = said[code] if row is None else _change(row, statement, round_)
        except DossierClosedError as error:
            closed.append(Closed(statement, error))
            continue
        if facts is None:
            continue
        said[code] = facts
        taken.append(statement)
    changed_people = await _store_parties(
        session, [each for each in taken if not _is_forgotten(each, round_)], now=round_.now
    )
    for statement in taken:
        code, agency = statement.dossier.dossier_code, statement.dossier.facts.receiving_agency
        facts = [*said[code], *([statement.party] if code in changed_people else [])]
        emissions += [Emission(fact, statement.cause, agency) for fact in facts]


def _is_forgotten(statement: Statement, round_: _Round) -> bool:
    """Tell whether the dossier's people are to be forgotten: no version brings them back."""
    row = round_.rows.get(statement.dossier.dossier_code)
    return row is not None and row.party_redacted_at is not None


def _change(row: DossierRow, statement: Statement, round_: _Round) -> list[Event] | None:
    return newer_version(row, statement.dossier, round_.known, now=round_.now)


async def _store_new(session: AsyncSession, round_: _Round) -> dict[str, list[Event]]:
    """Store the dossiers heard of for the first time; return the facts of each.

    Where another transaction was quicker, its row joins ``round_.rows``.
    """
    said: dict[str, list[Event]] = {}
    rows: list[dict[str, Any]] = []
    for code, statement in round_.statements.items():
        if code not in round_.rows:
            columns, facts = first_version(statement.dossier, round_.known, now=round_.now)
            rows.append(columns)
            said[code] = facts
    stored = await dossiers.insert_dossiers(session, rows) if rows else set()
    if lost := said.keys() - stored:
        round_.rows.update(await dossiers.lock_dossiers(session, lost))
    return {code: said[code] for code in stored}


async def _store_parties(
    session: AsyncSession, statements: Sequence[Statement], *, now: datetime
) -> set[str]:
    """Store the people of ``statements``; return the codes of those that are different."""
    return await dossiers.upsert_parties(
        session, [_people(statement.party, now) for statement in statements]
    )


def _people(party: PartyStated, now: datetime) -> dict[str, Any]:
    people = (party.owner, party.payer)
    tokens = people_tokens(
        [person.name for person in people],
        [person.phone for person in people if person.phone is not None],
    )
    id_numbers = sorted({person.id_number for person in people if person.id_number is not None})
    return {
        "dossier_code": party.dossier_code,
        "payer": party.payer.model_dump(mode="json"),
        "owner": party.owner.model_dump(mode="json"),
        "id_numbers": id_numbers,
        "tokens": tokens,
        "stated_at": now,
    }
