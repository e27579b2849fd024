"""The machine of issue 5: ten thousand acts and crashes in any order, and nothing is ever wrong.

MACHINE_STEPS steps in all (``make chaos`` plays 100.000), MACHINE_SEED repeats a run.
"""

import asyncio
import os
import sys

from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.use_cases.channels import load_channels
from payment_gateway.views.catalogue import VIEWS
from shared.db.database import Database
from shared.kafka.view_schema import prepare_views
from tests.architecture.tree import ROOT
from tests.support.databases import Databases

_SHARDS = 2


async def a_stage(templates: Databases) -> str:
    """Return the URL of a database in which a shard may play."""
    url = await templates.fresh("payment_gateway")
    database = Database(url)
    await prepare_views(database, VIEWS, consumer="payment-gateway.views")
    async with database.transaction() as session:
        await load_channels(session, read_catalogue())
    await database.close()
    return url


async def play(url: str, steps: int, seed: int) -> tuple[int, str]:
    """Play one shard in a process of its own; return its exit status and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.payment_gateway.machine", url, str(steps), str(seed),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_given_payers_banks_and_crashes_when_they_act_in_any_order_then_all_invariants_hold(
    templates: Databases,
) -> None:
    steps = int(os.environ.get("MACHINE_STEPS") or 10_000)
    seed = int(os.environ.get("MACHINE_SEED") or 20_261_128)
    urls = [await a_stage(templates) for _ in range(_SHARDS)]

    plays = [play(url, steps // _SHARDS, seed + n) for n, url in enumerate(urls)]
    results = await asyncio.gather(*plays)

    for url in urls:
        await templates.drop(url)
    for status, said in results:
        assert status == 0, said
        assert int(said.split()[0]) >= steps // _SHARDS, said
