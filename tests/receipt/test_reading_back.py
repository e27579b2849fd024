"""Stored files read back and printed again: what is right, and each thing that is found."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from receipt.domain.lifecycles import next_check
from receipt.jobs.files import check_file, make_file, note_certificates
from receipt.jobs.workshop import Workshop
from shared.db import driver
from shared.db.database import Database
from tests.receipt.files import a_receipt
from tests.receipt.signers import a_key, new_key, signers_with
from tests.support.facts import NOON


async def fault_of(database: Database) -> str | None:
    async with database.transaction() as session:
        row = await driver.fetchrow(session, "SELECT checked_at, fault FROM receipt_file")
    assert row is not None
    assert row["checked_at"] is not None
    return None if row["fault"] is None else str(row["fault"])


async def run(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await driver.execute(session, statement)


async def stored(database: Database, workshop: Workshop) -> None:
    await a_receipt(database)
    await note_certificates(database, None, signers=workshop.signers)
    await make_file(database, None, workshop=workshop)
    assert not await check_file(database, None, workshop=workshop), "not before its time"
    await run(database, "UPDATE receipt_file SET check_due_at = stored_at")


@pytest.mark.parametrize(
    ("receipt_id", "fault", "pause"),
    [
        (UUID(int=300), False, timedelta(days=30)),
        (UUID(int=301), False, None),
        (UUID(int=301), True, timedelta(hours=1)),
    ],
)
def test_given_a_file_read_back_when_it_was_sound_then_one_in_a_hundred_comes_again(
    receipt_id: UUID,
    fault: bool,  # noqa: FBT001 - a parameter
    pause: timedelta | None,
) -> None:
    due = next_check(receipt_id, fault=fault, now=NOON)

    assert due == (None if pause is None else NOON + pause)


async def test_given_a_stored_receipt_when_read_back_then_it_is_as_it_was_and_rests(
    database: Database, workshop: Workshop
) -> None:
    await stored(database, workshop)

    assert await check_file(database, None, workshop=workshop)

    assert await fault_of(database) is None
    assert not await check_file(database, None, workshop=workshop)


async def test_given_a_file_to_make_when_looking_for_one_to_check_then_making_comes_first(
    database: Database, workshop: Workshop
) -> None:
    await stored(database, workshop)
    await run(database, "UPDATE receipt_file SET due_at = issued_at")

    assert not await check_file(database, None, workshop=workshop)


def changed(suffix: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        [file] = folder.rglob(f"*.{suffix}")
        file.write_bytes(file.read_bytes() + b"\n")

    return change


def gone(folder: Path) -> None:
    [file] = folder.rglob("*.xml")
    file.unlink()


@pytest.mark.parametrize("harm", [changed("pdf"), changed("xml"), gone])
async def test_given_a_harmed_file_when_read_back_then_it_is_said(
    database: Database, workshop: Workshop, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    await stored(database, workshop)
    harm(tmp_path)

    await check_file(database, None, workshop=workshop)

    assert await fault_of(database) == "receipt-file-damaged"


async def test_given_other_facts_than_were_printed_when_read_back_then_it_is_said(
    database: Database, workshop: Workshop
) -> None:
    await stored(database, workshop)
    await run(database, "UPDATE receipt SET fact = jsonb_set(fact, '{total_vnd}', '62001')")

    await check_file(database, None, workshop=workshop)

    assert await fault_of(database) == "render-differs"


async def test_given_a_key_that_is_not_ours_when_read_back_then_it_is_said(
    database: Database, workshop: Workshop
) -> None:
    await stored(database, Workshop(workshop.printer, signers_with(new_key()), workshop.store))
    await run(database, "DELETE FROM signing_certificate")
    await note_certificates(database, None, signers=signers_with(a_key()))

    await check_file(database, None, workshop=workshop)

    assert await fault_of(database) == "receipt-file-damaged"
