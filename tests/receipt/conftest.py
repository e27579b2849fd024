"""A receipt service on a fresh database, its store of files, and one printer for all tests."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.signer.signers import Signers
from receipt.jobs.catalogue import jobs
from receipt.jobs.workshop import Workshop
from receipt.main import make_service
from shared.db.database import Database
from shared.pdf import PdfPrinter
from shared.service import Service
from tests.conftest import NewDatabase
from tests.receipt.acts import RECEIPT_URL
from tests.receipt.signers import a_key, signers_with
from tests.receipt.world import World
from tests.support.web import client_of


@pytest.fixture
async def database(database_of: NewDatabase) -> Database:
    return await database_of("receipt")


@pytest.fixture(scope="session")
async def printer() -> AsyncIterator[PdfPrinter]:
    printer = PdfPrinter()
    yield printer
    await printer.close()


@pytest.fixture
def store(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path)


@pytest.fixture
def signers() -> Signers:
    return signers_with(a_key())


@pytest.fixture
def workshop(printer: PdfPrinter, signers: Signers, store: LocalFolder) -> Workshop:
    return Workshop(printer, signers, store)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workshop: Workshop) -> Service:
    monkeypatch.setenv("RECEIPT_FILES_FOLDER", str(tmp_path))
    return dataclasses.replace(make_service(), jobs=jobs(workshop, receipt_url=RECEIPT_URL))


@pytest.fixture
async def client(service: Service, database: Database) -> AsyncIterator[AsyncClient]:
    async with client_of(service, database) as client:
        yield client


@pytest.fixture
async def world(
    client: AsyncClient,
    database: Database,
    service: Service,
    workshop: Workshop,
) -> World:
    return World(client, database, service, workshop)
