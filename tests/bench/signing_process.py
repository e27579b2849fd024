"""A process that makes signed receipts when told to: ``bare`` or ``ours``, a database, a folder.

A line of its input says how many; its answer is how many seconds they took.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.jobs.files import make_file
from receipt.jobs.workshop import Workshop
from shared.db.database import Database
from shared.pdf import PdfPrinter
from tests.bench.bare_receipt import Bare
from tests.receipt.files import work_of
from tests.receipt.signers import new_key, signers_with

Make = Callable[[], Awaitable[object]]


async def serve(kind: str, url: str, folder: str) -> None:
    """Make one to warm up, then as many as each line asks for."""
    database, printer, key = Database(url), PdfPrinter(), new_key()
    workshop = Workshop(printer, signers_with(key), LocalFolder(Path(folder)))
    ours: Make = partial(make_file, database, None, workshop=workshop)
    work = await work_of(database)
    make = ours if kind == "ours" else Bare(work.fact, work.payer, key).make
    await make()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := await asyncio.to_thread(sys.stdin.readline):
        begin = perf_counter()
        for _ in range(int(line)):
            await make()
        sys.stdout.write(f"{perf_counter() - begin}\n")
        sys.stdout.flush()
    await printer.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
