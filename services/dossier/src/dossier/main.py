"""Composition root of dossier: everything it is made of, in one value."""

from functools import partial
from typing import Final

from dossier import handlers, jobs, routes
from dossier.adapters.paper.page import slip_style
from dossier.pages import citizen, detail, home, partners, staff
from dossier.pages.slip import slip_router
from dossier.settings import Settings
from dossier.tables import Base
from dossier.views.board import BOARD
from dossier.views.money import MONEY
from dossier.views.timeline import TIMELINE
from dossier.views.told import TOLD
from shared.contracts import dossier, fee, notification, party, payment, receipt
from shared.pdf import PdfPrinter
from shared.service import Service

VIEWS: Final = (BOARD, MONEY, TOLD, TIMELINE)


def make_service() -> Service:
    """Return dossier, with its settings from the environment."""
    settings = Settings()
    printer = PdfPrinter()
    print_slip = partial(printer.render, style=slip_style())
    slip = slip_router(print_slip, public_url=settings.public_url)
    publish_files = partial(
        jobs.publish_files,
        agencies_file=settings.agencies_file,
        procedures_file=settings.procedures_file,
    )
    return Service(
        name="dossier",
        package="dossier",
        settings=settings,
        metadata=Base.metadata,
        topic=dossier.TOPIC,
        source=dossier.SOURCE,
        also_says=(party.TOPIC, "tthc.fact"),
        subscriptions=handlers.subscriptions(settings.public_url, grace=settings.compare_after),
        jobs=jobs.all_jobs(),
        views=VIEWS,
        routers=(
            home.router,
            staff.router,
            detail.router,
            slip,
            citizen.router,
            partners.router,
            routes.router,
        ),
        follows=(dossier.TOPIC, fee.TOPIC, payment.TOPIC, receipt.TOPIC, notification.TOPIC),
        on_start=(publish_files,),
        closers=(printer.close,),
    )
