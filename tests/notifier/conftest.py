"""A fresh database and a running mail server for every test of notifier."""

from collections.abc import Iterator

import pytest

from notifier.views import VIEWS
from shared.db.database import Database
from shared.kafka.view_schema import prepare_views
from tests.conftest import NewDatabase
from tests.notifier.mail_server import Inbox, mail_server


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("notifier", with_views)


async def with_views(database: Database) -> None:
    await prepare_views(database, VIEWS, consumer="notifier.views")
