"""A view of the running stack is rebuilt by its command while citizens pay: byte-equal."""

import asyncio
import os
import subprocess
import sys

import pytest
from httpx import AsyncClient

from tests.support.environment import ENVIRONMENT
from tests.support.payer import pay, receipts
from tests.support.province import a_code, a_dossier, send
from tests.support.stack import ROOT, Stack


async def rebuild(stack: Stack, package: str, view: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as an operator does: only LEPHI_HOME says where the stack is."""
    inherited = {name: text for name, text in os.environ.items() if name not in ENVIRONMENT}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", package, "rebuild", view],
        env={**inherited, "LEPHI_HOME": str(stack.home)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("package", "view"), [("dossier", "board"), ("payment_gateway", "payment-receipts")]
)
async def test_given_a_running_stack_when_a_view_is_rebuilt_under_traffic_then_it_is_byte_equal(
    stack: Stack, client: AsyncClient, package: str, view: str
) -> None:
    codes = [a_code() for _ in range(3)]
    await send(stack.kafka, *[a_dossier(code) for code in codes])

    async def traffic() -> None:
        for code in codes:
            await receipts(client, await pay(client, code), timeout_seconds=40)

    done, _ = await asyncio.gather(rebuild(stack, package, view), traffic())
    after = await rebuild(stack, package, view)

    for each in (done, after):
        assert each.returncode == 0, each.stdout + each.stderr
        assert "byte-equal to the live view" in each.stdout
