"""The whole stack and a real browser, for the journeys of the product."""

from collections.abc import AsyncIterator, Iterator

import pytest
from httpx import AsyncClient
from playwright.async_api import Browser, async_playwright

from tests.support.browser import CHROMIUM, FLAGS
from tests.support.folders import a_folder
from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One embedded stack for all journeys, in a folder and on ports of its own."""
    with a_folder("stack") as folder, running_stack(folder) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[AsyncClient]:
    """A client on the front door that keeps its cookies, as a browser does."""
    async with AsyncClient(base_url=stack.url, timeout=20) as client:
        yield client
