"""Composition root of receipt: settings, adapters, doors and tables named in one value."""

from receipt import handlers, routes
from receipt.adapters.file_store.chosen import store_of
from receipt.adapters.signer.signers import Signers
from receipt.adapters.tax.client import TaxClient
from receipt.adapters.uploads.reader import FileReader
from receipt.jobs.catalogue import daily_table_jobs, jobs
from receipt.jobs.workshop import Workshop
from receipt.pages import (
    corrections,
    daily_tables,
    detail,
    holder,
    register,
    remaking,
    requests,
    series,
    staff,
)
from receipt.pages.check import check_router
from receipt.settings import Settings
from receipt.tables import Base
from shared.contracts.receipt import SOURCE, TOPIC
from shared.pdf import PdfPrinter
from shared.service import Service


def make_service() -> Service:
    """Return the service as its environment describes it."""
    settings = Settings()
    printer, reader = PdfPrinter(), FileReader()
    signers = Signers(settings.signers, timestamp_url=settings.timestamp_url)
    workshop = Workshop(printer, signers, store_of(settings))
    tax = TaxClient(settings.tax_url, settings.tax_secret.get_secret_value())
    return Service(
        name="receipt",
        package="receipt",
        settings=settings,
        metadata=Base.metadata,
        topic=TOPIC,
        source=SOURCE,
        subscriptions=handlers.subscriptions(settings.printed_url),
        jobs=(
            *jobs(workshop, receipt_url=settings.printed_url),
            *daily_table_jobs(tax, settings.table_closes_at, signers),
        ),
        routers=(
            holder.router,
            check_router(reader),
            register.router,
            series.router,
            daily_tables.router,
            remaking.router,
            staff.router,
            requests.router,
            corrections.router,
            detail.router,
            routes.router,
            routes.verifications_router(reader),
        ),
        follows=(TOPIC,),
        closers=(printer.close, reader.close, tax.close),
    )
