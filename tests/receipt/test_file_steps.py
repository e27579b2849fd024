"""The steps of a file: a death between any two of them, and certificates that cannot sign."""

import asyncio
import dataclasses
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from lephi.stack.certificates import Validity
from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.adapters.signer.checking import check_file
from receipt.adapters.signer.file_key import FileKey
from receipt.domain.errors import FileDamagedError
from receipt.domain.lifecycles import FileStatus
from receipt.jobs.files import make_file
from receipt.jobs.workshop import Workshop
from shared.clock import utc_now
from shared.contracts.receipt import ReceiptFileReady
from shared.days import vietnam_day
from shared.db import driver
from shared.db.database import Database
from shared.failpoints import FailpointError
from tests.receipt.acts import issued, know
from tests.receipt.builders import a_party
from tests.receipt.files import a_receipt, error_of, lease_ends, shown, stored_pdf
from tests.receipt.signers import a_key, new_key, signers_with, write_key
from tests.support.facts import facts

DEATHS = ("W12", "W13", "W14", "W15")


def files_in(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


class CountingKey(FileKey):
    """A key that remembers for which requests it signed."""

    requests: list[str]

    def sign(self, data: bytes, *, request_id: str) -> bytes:
        self.requests.append(request_id)
        return super().sign(data, request_id=request_id)


def counting_key() -> CountingKey:
    key = CountingKey(a_key().key, a_key().certificate, *a_key().chain)
    key.requests = []
    return key


@pytest.mark.parametrize("place", DEATHS)
async def test_given_a_step_that_fails_when_the_file_is_due_again_then_it_is_stored_once(
    database: Database,
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    receipt_id = await a_receipt(database)
    key = counting_key()
    workshop = dataclasses.replace(workshop, signers=signers_with(key))
    monkeypatch.setenv("FAILPOINT", f"{place}:raise:1")
    with pytest.raises(FailpointError):
        await make_file(database, None, workshop=workshop)
    await lease_ends(database)

    assert await make_file(database, None, workshop=workshop)

    assert len(await facts(database, ReceiptFileReady)) == 1
    assert check_file(await stored_pdf(database, workshop.store, receipt_id)).is_whole
    assert files_in(tmp_path) == [".pdf", ".xml"]
    assert set(key.requests) == {f"{receipt_id}/pdf", f"{receipt_id}/xml"}
    assert len(key.requests) == (2 if place in {"W12", "W13"} else 4)


@pytest.mark.parametrize("place", DEATHS[1:])
async def test_given_a_process_that_dies_when_another_takes_over_then_the_file_is_stored_once(
    database: Database, workshop: Workshop, tmp_path: Path, place: str
) -> None:
    receipt_id = await a_receipt(database)
    folder, key_file = tmp_path / "files", write_key(tmp_path / "key.p12")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.receipt.one_file", database.dsn, str(folder), str(key_file),
        env={**os.environ, "FAILPOINT": f"{place}:exit:1"},
    )  # fmt: skip
    assert await process.wait() == 137
    left = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
    await lease_ends(database)

    store = LocalFolder(folder)
    assert await make_file(database, None, workshop=dataclasses.replace(workshop, store=store))

    [ready] = await facts(database, ReceiptFileReady)
    pdf = await stored_pdf(database, store, receipt_id)
    assert check_file(pdf).signed_at == ready.data.signed_at
    assert files_in(folder) == [".pdf", ".xml"]
    assert len(left) == (2 if place == "W15" else 0)
    assert all(path.read_bytes() == content for path, content in left.items())


@pytest.mark.parametrize("days", [None, -1, 1])
async def test_given_no_certificate_in_force_when_made_then_it_waits_as_rendered_until_there_is(
    database: Database, workshop: Workshop, days: int | None
) -> None:
    receipt_id = await a_receipt(database)
    now = utc_now()
    keys = []
    if days is not None:
        beginning = now + timedelta(days=days)
        keys = [new_key(validity=Validity(beginning, beginning + timedelta(hours=1)))]

    assert await make_file(
        database, None, workshop=dataclasses.replace(workshop, signers=signers_with(*keys))
    )

    assert (await shown(database, receipt_id)).file.status is FileStatus.RENDERED
    assert await error_of(database) == "signer-unusable"
    assert await facts(database, ReceiptFileReady) == []
    await lease_ends(database)
    await make_file(database, None, workshop=workshop)
    assert (await shown(database, receipt_id)).file.is_stored


async def test_given_a_printed_file_when_the_payer_becomes_known_then_what_was_printed_stays(
    database: Database, workshop: Workshop
) -> None:
    receipt_id = await a_receipt(database)
    async with database.transaction() as session:
        await driver.execute(session, "UPDATE receipt SET payer = NULL")
        await driver.execute(session, "DELETE FROM party")
    await make_file(database, None, workshop=dataclasses.replace(workshop, signers=signers_with()))
    await know(database, a_party())
    await lease_ends(database)

    await make_file(database, None, workshop=workshop)

    pdf = await stored_pdf(database, workshop.store, receipt_id)
    assert "(không ghi)".encode() in (check_file(pdf).data or b"")


async def test_given_another_file_in_its_place_when_made_then_it_is_not_announced(
    database: Database, workshop: Workshop
) -> None:
    receipt_id = await a_receipt(database)
    day = vietnam_day((await issued(database))[0].issued_at)
    await workshop.store.keep(f"{day:%Y/%m/%d}/{receipt_id}.pdf", b"%PDF-1.7")

    await make_file(database, receipt_id, workshop=workshop)

    assert await error_of(database) == FileDamagedError.code
    assert await facts(database, ReceiptFileReady) == []
