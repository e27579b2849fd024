"""P11: the staff's search and lists, beside the same statements by pgbench and a bare render.

One page after the other, as an officer opens them, each several times in a slice. The baseline of
a request is its statements as one transaction plus a render of its template with the same values.
"""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import quote_plus

from shared.clock import utc_now
from shared.db.database import Database
from shared.web.identity import Role, User, session_of
from shared.web.sessions import new_secret
from shared.web.signing import session_cookie
from tests.bench import figures
from tests.bench.board_of_many import OFFICE, fill_board
from tests.bench.figures import Limit, Name, Result
from tests.bench.processes import service
from tests.bench.recorded import Page, record
from tests.bench.scratch import Bench
from tests.bench.statements import pgbench
from tests.support.environment import ENVIRONMENT

P11: Final = Name("P11", "staff search, lists, p99 ms", "", "pgbench", Limit(3, 2, most=True))
DOSSIERS: Final = 100_000
_EACH: Final = 12
_WARM_UPS: Final = 1
_AFTER: Final = quote_plus("2026-09-01T00:00:00+00:00~H34.10-260901-0000001")
ADDRESSES: Final = (
    "/can-bo",
    "/can-bo/ho-so",
    "/can-bo/ho-so?loc=unpaid",
    "/can-bo/ho-so?loc=waiting",
    "/can-bo/ho-so?trang_thai=5&thu_tuc=1.004859&tu=2026-06-01&den=2026-08-31",
    f"/can-bo/ho-so?after={_AFTER}",
    "/can-bo/ho-so?tim=nguyen+van",
    "/can-bo/ho-so?tim=ngo+dinh",
    "/can-bo/ho-so?tim=0904&loc=paid",
    "/can-bo/ho-so?tim=261101-000",
)


@dataclass(frozen=True)
class Browser:
    """One connection that asks as fast as it is answered: bare streams, no HTTP library."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    cookie: str

    async def open(self, address: str) -> float:
        """Open a page; return the milliseconds until its last byte."""
        head = (
            f"GET {address} HTTP/1.1\r\nHost: lephi.test\r\nAccept: text/html\r\n"
            f"Cookie: {self.cookie}\r\n\r\n"
        )
        begin = perf_counter()
        self.writer.write(head.encode())
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        await self.reader.readexactly(length)
        if not answer.startswith(b"http/1.1 200"):
            raise RuntimeError(f"{address}: {answer[:60]!r}")
        return (perf_counter() - begin) * 1000

    async def slice(self) -> list[float]:
        """Open every page several times; return how long each took."""
        return [await self.open(address) for _ in range(_EACH) for address in ADDRESSES]


async def measure(bench: Bench, *, pairs: int, dossiers: int = DOSSIERS) -> Result:
    """Return the line of P11."""
    url = await bench.databases.fresh("dossier")
    database = Database(url)
    await fill_board(database, dossiers)
    cookie, secret = await sign_in(database)
    pages = await record(database, ADDRESSES, {cookie: secret})
    await database.close()
    with tempfile.TemporaryDirectory() as folder:
        variables = {"DOSSIER_DATABASE_URL": url, "KAFKA_BOOTSTRAP": bench.servers.kafka}
        with service("dossier", "api", variables, Path(folder)) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            browser = Browser(reader, writer, f"{cookie}={secret}")
            found = await _pairs(bench, browser, Bare(url, pages, Path(folder)), pairs)
            writer.close()
    await bench.databases.drop(url)
    return found


async def sign_in(database: Database) -> tuple[str, str]:
    user = User(
        subject="someone", name="Người dùng", roles=frozenset({Role.OFFICER}),
        agency_code=OFFICE, agency_name="Trung tâm", id_number=None,
    )  # fmt: skip
    secret = new_secret()
    async with database.transaction() as session:
        session.add(session_of(user, secret=secret, id_token="", now=utc_now()))
    return session_cookie("dossier", ENVIRONMENT["PUBLIC_URL"]), secret


@dataclass(frozen=True)
class Bare:
    """The statements of each page by pgbench, and its render."""

    url: str
    pages: Sequence[Page]
    folder: Path

    async def slice(self) -> list[float]:
        """Do each page's work several times; return how long each took."""
        took: list[float] = []
        for number, page in enumerate(self.pages):
            asked = await self._ask(number, page)
            took += [sql + _render_ms(page) for sql in asked]
        return took

    async def _ask(self, number: int, page: Page) -> list[float]:
        file, log = self.folder / f"{number}.sql", self.folder / f"log{number}"
        file.write_text(page.script(), "utf-8")
        for old in self.folder.glob(f"log{number}.*"):
            old.unlink()
        words = ("-n", "-M", "prepared", "-f", str(file), "-c", "1", "-t", str(_EACH + 1))
        process = await asyncio.create_subprocess_exec(
            str(pgbench()), *words, "--log", f"--log-prefix={log}", self.url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, complaint = await process.communicate()
        if process.returncode:
            raise RuntimeError(complaint.decode()[-2_000:])
        (written,) = self.folder.glob(f"log{number}.*")
        lines = written.read_text("utf-8").splitlines()
        return [int(line.split()[2]) / 1000 for line in lines][1:]  # The first one plans.


def _render_ms(page: Page) -> float:
    begin = perf_counter()
    page.render()
    return (perf_counter() - begin) * 1000


async def _pairs(bench: Bench, browser: Browser, bare: Bare, pairs: int) -> Result:
    baseline: list[float] = []
    ours: list[float] = []
    for number in range(_WARM_UPS + pairs):
        base = figures.percentile(await bare.slice(), 99)
        mine = figures.percentile(await browser.slice(), 99)
        if number >= _WARM_UPS:
            baseline.append(base)
            ours.append(mine)
            bench.tell(
                f"P11 pair {len(ours)}/{pairs}: baseline {base:,.1f} ms, ours {mine:,.1f} ms"
            )
    return figures.result(P11, baseline, ours)
