"""Composition root of receipt: settings, adapters, doors and tables named in one value."""

from receipt import handlers, routes
from receipt.adapters.file_store.local_folder import LocalFolder
from receipt.jobs import jobs
from receipt.pages import check, holder, series, staff
from receipt.settings import Settings
from receipt.tables import Base
from shared.contracts.receipt import SOURCE, TOPIC
from shared.pdf import PdfPrinter
from shared.service import Service


def make_service() -> Service:
    """Return the service as its environment describes it."""
    settings = Settings()
    printer = PdfPrinter()
    return Service(
        name="receipt",
        package="receipt",
        settings=settings,
        metadata=Base.metadata,
        topic=TOPIC,
        source=SOURCE,
        subscriptions=handlers.subscriptions(settings.printed_url),
        jobs=jobs(printer, LocalFolder(settings.files_folder), receipt_url=settings.printed_url),
        routers=(holder.router, check.router, series.router, staff.router, routes.router),
        follows=(TOPIC,),
        closers=(printer.close,),
    )
