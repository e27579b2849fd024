"""What receipt does by the clock."""

from datetime import time, timedelta
from functools import partial

from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.domain.notices import (
    MAKE_NOTICE,
    REPORT_NOTICE,
)
from receipt.jobs.days import close_days, send_table
from receipt.jobs.files import check_file, make_file, note_certificates
from receipt.jobs.notices import make_notice, report_notice
from receipt.jobs.numbers import (
    count_waiting,
    give_numbers,
    look_after_series,
    mark_refunds,
)
from receipt.jobs.workshop import Workshop
from receipt.use_cases import send_day
from shared.jobs import Job


def jobs(workshop: Workshop, *, receipt_url: str) -> tuple[Job, ...]:
    """Return what receipt does by the clock; ``receipt_url`` begins the addresses it prints."""
    make = partial(make_file, workshop=workshop)
    check = partial(check_file, workshop=workshop)
    note = partial(note_certificates, signers=workshop.signers)
    notice = partial(make_notice, workshop=workshop)
    number = partial(give_numbers, receipt_url=receipt_url)
    return (
        Job("make-file", make, pause=timedelta(milliseconds=500), after_facts=True),
        Job("check-files", check, pause=timedelta(seconds=5)),
        Job("give-numbers", number, pause=timedelta(seconds=5), after_facts=True),
        Job("keep-series", look_after_series, pause=timedelta(minutes=10)),
        Job("count-waiting", count_waiting, pause=timedelta(seconds=15)),
        Job("note-certificates", note, pause=timedelta(hours=1)),
        Job(MAKE_NOTICE, notice, pause=timedelta(seconds=1), after_facts=True),
        Job("mark-refunds", mark_refunds, pause=timedelta(seconds=5)),
    )


def daily_table_jobs(tax: TaxClient, closes_at: time, signers: Signers) -> tuple[Job, ...]:
    """Return what closes days, sends their tables, and tells of notices of error."""
    send = partial(send_table, tax=tax, signers=signers)
    report = partial(report_notice, tax=tax, signers=signers)
    return (
        Job("close-day", partial(close_days, closes_at=closes_at), pause=timedelta(seconds=30)),
        Job(send_day.SEND, send, pause=timedelta(seconds=10)),
        Job(REPORT_NOTICE, report, pause=timedelta(seconds=10)),
    )
