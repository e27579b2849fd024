"""What the province knows: its dossiers, our facts that it holds, and how far it has read."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS dossier (
  code TEXT PRIMARY KEY, day TEXT NOT NULL, updated TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS dossier_day ON dossier (day);
CREATE TABLE IF NOT EXISTS fact (
  id TEXT PRIMARY KEY, type TEXT NOT NULL, code TEXT NOT NULL, day TEXT NOT NULL,
  paid_vnd INTEGER NOT NULL, held INTEGER NOT NULL, answered INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS fact_day ON fact (day);
CREATE INDEX IF NOT EXISTS fact_unanswered ON fact (id) WHERE NOT answered;
CREATE TABLE IF NOT EXISTS position (
  topic TEXT, number INTEGER, next INTEGER NOT NULL, PRIMARY KEY (topic, number));
CREATE TABLE IF NOT EXISTS told (day TEXT PRIMARY KEY);
"""


@dataclass(frozen=True)
class OwnDossier:
    """One dossier of the province, as it stands in its own books."""

    code: str
    day: str
    updated: str
    body: bytes


@dataclass(frozen=True)
class Fact:
    """One fact that the province was told."""

    id: str
    type: str
    code: str
    day: str
    """In whose totals it counts."""
    paid_vnd: int
    """Of DaThu; 0 for all others."""


@dataclass(frozen=True)
class DayTotals:
    """The province's own counts of a day."""

    codes: list[str]
    fact_ids: list[str]
    paid_count: int
    paid_vnd: int


@dataclass(frozen=True)
class DayLine:
    """One day in the list of days."""

    day: str
    dossiers: int
    facts: int
    forgotten: int
    paid_vnd: int


class Store:
    """A file of its own; every change is one transaction."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Make what happens in the block one transaction."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def keep_dossiers(self, dossiers: Iterable[OwnDossier]) -> None:
        """Keep the newest version of each dossier."""
        self._db.executemany(
            "INSERT INTO dossier VALUES (?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET"
            " day = excluded.day, updated = excluded.updated, body = excluded.body"
            " WHERE excluded.updated >= dossier.updated",
            [(one.code, one.day, one.updated, one.body) for one in dossiers],
        )

    def bodies(self, codes: Sequence[str]) -> list[tuple[str, bytes]]:
        """Return code and message of those of ``codes`` that the province has."""
        found: list[tuple[str, bytes]] = []
        for code in codes:
            found += self._db.execute("SELECT code, body FROM dossier WHERE code = ?", (code,))
        return found

    def hear(self, facts: Iterable[Fact]) -> None:
        """Keep facts; what was forgotten is held again, and is answered again."""
        self._db.executemany(
            "INSERT INTO fact (id, type, code, day, paid_vnd, held, answered)"
            " VALUES (?, ?, ?, ?, ?, 1, 0)"
            " ON CONFLICT (id) DO UPDATE SET held = 1, answered = 0",
            [(one.id, one.type, one.code, one.day, one.paid_vnd) for one in facts],
        )

    def knows(self, fact_id: str) -> bool:
        """Tell whether the fact was ever heard."""
        found = self._db.execute("SELECT 1 FROM fact WHERE id = ?", (fact_id,)).fetchone()
        return found is not None

    def unanswered(self, limit: int) -> list[tuple[str, str]]:
        """Return id and code of facts that still wait for their answer."""
        rows = self._db.execute(
            "SELECT id, code FROM fact WHERE NOT answered ORDER BY id LIMIT ?", (limit,)
        )
        return list(rows)

    def answered(self, fact_ids: Iterable[str], *, held: bool) -> None:
        """Note that facts were answered, and whether they were taken."""
        self._db.executemany(
            "UPDATE fact SET answered = 1, held = ? WHERE id = ?",
            [(int(held), fact_id) for fact_id in fact_ids],
        )

    def forget(self, day: str, *, most: int | None) -> list[str]:
        """Lose facts of a day, all or ``most`` of them; return their ids."""
        rows = self._db.execute(
            "UPDATE fact SET held = 0 WHERE id IN ("
            " SELECT id FROM fact WHERE day = ? AND held ORDER BY id DESC LIMIT ?) RETURNING id",
            (day, -1 if most is None else most),
        )
        return sorted(row[0] for row in rows)

    def totals(self, day: str) -> DayTotals:
        """Return the counts of a day."""
        codes = self._db.execute("SELECT code FROM dossier WHERE day = ? ORDER BY code", (day,))
        facts = self._db.execute(
            "SELECT id, type, paid_vnd FROM fact WHERE day = ? AND held ORDER BY id", (day,)
        ).fetchall()
        paid = [vnd for _, kind, vnd in facts if kind.endswith(".DaThu.v1")]
        return DayTotals(
            codes=[row[0] for row in codes],
            fact_ids=[row[0] for row in facts],
            paid_count=len(paid),
            paid_vnd=sum(paid),
        )

    def days(self) -> list[DayLine]:
        """Return every day of which something is known, newest first."""
        rows = self._db.execute(
            "SELECT day, sum(d), sum(f), sum(lost), sum(vnd) FROM ("
            " SELECT day, count(*) AS d, 0 AS f, 0 AS lost, 0 AS vnd FROM dossier GROUP BY day"
            " UNION ALL SELECT day, 0, sum(held), sum(NOT held), sum(paid_vnd * held)"
            " FROM fact GROUP BY day) GROUP BY day ORDER BY day DESC"
        )
        return [DayLine(*row) for row in rows]

    def positions(self) -> dict[tuple[str, int], int]:
        """Return where each partition is read on."""
        rows = self._db.execute("SELECT topic, number, next FROM position")
        return {(topic, number): following for topic, number, following in rows}

    def move(self, topic: str, number: int, following: int) -> None:
        """Note where a partition is read on."""
        self._db.execute(
            "INSERT INTO position VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next",
            (topic, number, following),
        )

    def was_told(self, day: str) -> bool:
        """Tell whether the counts of ``day`` have gone out; from now on they have."""
        fresh = self._db.execute("INSERT OR IGNORE INTO told VALUES (?)", (day,)).rowcount
        return not fresh
