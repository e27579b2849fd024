"""The whole stack and a real browser, for the journeys of the product."""

from collections.abc import AsyncIterator, Iterator

import pytest
from httpx import AsyncClient
from playwright.async_api import Browser

from shared.trust import authorities
from tests.support.browser import a_browser
from tests.support.folders import a_folder
from tests.support.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """One embedded stack for all journeys, in a folder and on ports of its own."""
    with a_folder("stack") as folder, running_stack(folder) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


@pytest.fixture
async def client(stack: Stack) -> AsyncIterator[AsyncClient]:
    """A client on the front door that keeps its cookies, as a browser does."""
    async with AsyncClient(base_url=stack.url, timeout=20, verify=authorities()) as client:
        yield client
