"""The states of a receipt and of its file."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.lifecycle import Lifecycle, Step


class SeriesStatus(StrEnum):
    """Where a series of numbers (dải số) stands."""

    REGISTERED = "registered"
    """Known to the tax authority; gives no number yet."""
    OPEN = "open"
    CLOSED = "closed"
    """Gives no number any more; those that it gave stay."""


class SeriesTrigger(StrEnum):
    """What happens to a series."""

    OPEN = "open"
    """By a person, or by rule."""
    CLOSE = "close"


class ReceiptStatus(StrEnum):
    """Where a receipt stands; never cancelled, its number never used again (TT 91 Điều 20)."""

    ISSUED = "issued"
    REPLACED = "replaced"


class ReceiptTrigger(StrEnum):
    """What happens to a receipt."""

    SUCCEEDED = "succeeded"
    """A replacement receipt points to it."""


class FileStatus(StrEnum):
    """How far the file of a receipt has come; the number never waits for it."""

    PENDING = "pending"
    RENDERED = "rendered"
    """Printed, and what was printed is fixed by its hash; not signed yet."""
    SIGNED = "signed"
    """Signed, and not kept yet: signing is done again, the number of signatures is no matter."""
    STORED = "stored"


class FileTrigger(StrEnum):
    """What happens to the file of a receipt."""

    RENDER = "render"
    SIGN = "sign"
    STORE = "store"


class NoticeStatus(StrEnum):
    """How far the paper of a notice of error has come; its number never waits for it."""

    PENDING = "pending"
    STORED = "stored"


class NoticeTrigger(StrEnum):
    """What happens to the paper of a notice."""

    STORE = "store"


class ReportStatus(StrEnum):
    """Whether the tax authority has a notice (TT 91/2026 Điều 20.1)."""

    DUE = "due"
    ACCEPTED = "accepted"


class ReportTrigger(StrEnum):
    """What the tax authority does; while it does nothing, it is told again."""

    ACCEPT = "accept"


SERIES_LIFECYCLE: Final = Lifecycle(
    initial=SeriesStatus.REGISTERED,
    steps=(
        Step(SeriesStatus.REGISTERED, SeriesTrigger.OPEN, SeriesStatus.OPEN),
        Step(SeriesStatus.REGISTERED, SeriesTrigger.CLOSE, SeriesStatus.CLOSED),
        Step(SeriesStatus.OPEN, SeriesTrigger.CLOSE, SeriesStatus.CLOSED),
        # No step leads out of CLOSED: a number after a closure would be one nobody announced.
    ),
)


LIFECYCLE: Final = Lifecycle(
    initial=ReceiptStatus.ISSUED,
    steps=(Step(ReceiptStatus.ISSUED, ReceiptTrigger.SUCCEEDED, ReceiptStatus.REPLACED),),
)

FILE_LIFECYCLE: Final = Lifecycle(
    initial=FileStatus.PENDING,
    steps=(
        Step(FileStatus.PENDING, FileTrigger.RENDER, FileStatus.RENDERED),
        Step(FileStatus.RENDERED, FileTrigger.SIGN, FileStatus.SIGNED),
        Step(FileStatus.SIGNED, FileTrigger.STORE, FileStatus.STORED),
    ),
)

NOTICE_LIFECYCLE: Final = Lifecycle(
    initial=NoticeStatus.PENDING,
    steps=(Step(NoticeStatus.PENDING, NoticeTrigger.STORE, NoticeStatus.STORED),),
)

REPORT_LIFECYCLE: Final = Lifecycle(
    initial=ReportStatus.DUE,
    steps=(Step(ReportStatus.DUE, ReportTrigger.ACCEPT, ReportStatus.ACCEPTED),),
)

PAYER_WAIT: Final = timedelta(seconds=60)
"""How long a file waits for the payer's name, which comes on a stream of its own."""

FILE_LEASE: Final = timedelta(seconds=90)
"""Longer than one file can take: a dead worker's row comes back by itself."""

FIRST_CHECK: Final = timedelta(hours=1)
"""After a file was stored it is read back and printed again once, when there is less to do."""

CHECK_PAUSE: Final = timedelta(days=30)
"""After a stored file was as it should be: one in RECHECKED_OF comes again (reliability.md I8)."""

RECHECKED_OF: Final = 100

FAULT_PAUSE: Final = timedelta(hours=1)
"""After it was not."""

FILE_PAUSES: Final = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 60, 300, 900))
"""Between tries of one file; the last one repeats for ever."""


def is_stored(status: FileStatus) -> bool:
    """Tell whether a file is where it ends: nothing more happens to it."""
    return status is FileStatus.STORED


def file_after(status: FileStatus, *done: FileTrigger) -> FileStatus:
    """Return where a file stands when ``done`` was done again from the beginning.

    What it had been through before changes nothing: a try begins with printing.
    """
    for trigger in done:
        if FILE_LIFECYCLE.allows(status, trigger):
            status = FILE_LIFECYCLE.next(status, trigger)
    return status


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after the ``attempts``-th failure."""
    return FILE_PAUSES[min(attempts, len(FILE_PAUSES)) - 1]


def next_check(receipt_id: UUID, *, fault: bool, now: datetime) -> datetime | None:
    """Return when a file that was read back at ``now`` is read back again; None for most.

    Printing is nearly all that a receipt costs (performance.md 5), so only a sample is printed
    again for ever; a file with a fault is looked at until it has none.
    """
    if fault:
        return now + FAULT_PAUSE
    return now + CHECK_PAUSE if receipt_id.int % RECHECKED_OF == 0 else None
