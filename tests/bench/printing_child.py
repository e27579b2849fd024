"""P13: what the child that prints receipts weighs, and whether it grows.

The printer is the product's own, with its template, XML and QR, and no two receipts are alike.
Weight is the child's resident set (RSS), shared libraries counted as its own: it is started, not
forked. A child ends after its share of pages and another goes on (``shared.pdf``), so growth
compares the heaviest moment of each of five parts of the first tenth and of the last one.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import psutil

from receipt.domain.issuing import Numbered, Settled, issued_fact, receipts_due
from receipt.domain.payer import party_of
from receipt.domain.receipt import FileWork
from receipt.domain.symbols import symbols_of
from receipt.jobs.workshop import print_receipt
from shared.clock import utc_now
from shared.days import vietnam_day
from shared.ids import new_id
from shared.pdf import PdfPrinter
from tests.bench import figures
from tests.bench.figures import Limit, Name, Result
from tests.bench.scratch import Bench
from tests.receipt.acts import RECEIPT_URL
from tests.receipt.builders import a_line, a_party, a_payment
from tests.support.facts import a_cause

MOST_MB: Final = 150.0
_FIT: Final = Limit(must=1.0, aim=1.0, most=True)
_SAME: Final = Limit(must=1.05, aim=1.0, most=True)
P13: Final = Name("P13", "render child, MB", "MB", "limit", _FIT)
P13_GROWTH: Final = Name("P13g", "last tenth to first", "MB", "first tenth", _SAME)
_RENDERS: Final = int(os.environ.get("RENDERS") or 2_000)
"""10,000 are the whole of P13 (``make chaos``)."""
_PARTS: Final = 50
_LINES: Final = 5
_MODULE: Final = "shared.pdf"
_MB: Final = 1_000_000


async def measure(bench: Bench, *, pairs: int) -> list[Result]:  # noqa: ARG001 - it has a size of its own
    """Return P13's lines: the weight beside its limit, and the last tenth beside the first."""
    async with _printer() as printer:
        peaks = [await _heaviest(printer, part) for part in range(_PARTS)]
    bench.tell(f"P13 {_RENDERS} receipts, RSS by fiftieths: {' '.join(f'{p:.0f}' for p in peaks)}")
    tenth = _PARTS // 10
    return [
        figures.result(P13, [MOST_MB], [max(peaks)]),
        figures.result(P13_GROWTH, [max(peaks[:tenth])], [max(peaks[-tenth:])]),
    ]


@asynccontextmanager
async def _printer() -> AsyncIterator[PdfPrinter]:
    printer = PdfPrinter()
    try:
        yield printer
    finally:
        await printer.close()


async def _heaviest(printer: PdfPrinter, part: int) -> float:
    """Print one fiftieth; return the most that the child weighed after a receipt, in MB."""
    each = _RENDERS // _PARTS
    weights = []
    for number in range(part * each, (part + 1) * each):
        await print_receipt(_work(number + 1), printer)
        weights.append(_weight())
    return max(weights)


def _weight() -> float:
    children = psutil.Process().children(recursive=True)
    mine = [child for child in children if _MODULE in child.cmdline()]
    return float(sum(child.memory_info().rss for child in mine)) / _MB


def _work(number: int) -> FileWork:
    """Return a receipt of five lines that is like no other."""
    code = f"H34.10-261124-{number:07}"
    lines = [a_line(amount_vnd=1_000 * (number + line + 1)) for line in range(_LINES)]
    [due] = receipts_due(Settled(a_payment(*lines, dossier_code=code), a_cause(), "H34.10"))
    now = utc_now()
    place = Numbered(new_id(), new_id(), symbols_of(due.kind, vietnam_day(now)), number, now)
    fact = issued_fact(due, place, receipt_url=RECEIPT_URL)
    payer = party_of(a_party(name=f"Đặng Thị Ngọc Ánh {number}", dossier_code=code)).payer
    return FileWork(fact, payer, a_cause(), "H34.10")
