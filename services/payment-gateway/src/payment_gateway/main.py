"""Composition root of payment-gateway: everything it is made of, in one value."""

from functools import partial
from typing import Final

from payment_gateway import handlers, jobs
from payment_gateway.adapters.catalogue import read_catalogue
from payment_gateway.adapters.folders import clients
from payment_gateway.adapters.paper import paper_style
from payment_gateway.adapters.settlements.client import SettlementClient
from payment_gateway.adapters.settlements.desk import Desk
from payment_gateway.adapters.settlements.files import owners_of
from payment_gateway.pages import (
    cases,
    cash,
    desk,
    ledger,
    loose_money,
    money,
    money_requests,
    new_refund,
    payable,
    phone,
    reconciliation,
    refunds,
    tills,
    todo,
    transfer,
    vouchers,
)
from payment_gateway.pages.slips import slips_router
from payment_gateway.routes import attempts, ipn, payables, platform
from payment_gateway.settings import Settings
from payment_gateway.tables.model import Base
from payment_gateway.use_cases.channels import load_channels
from payment_gateway.views.catalogue import VIEWS
from shared.contracts import fee, payment, receipt
from shared.db.database import Database
from shared.pdf import PdfPrinter
from shared.service import Service

ROUTERS: Final = (
    ipn.router,
    platform.router,
    payables.router,
    attempts.router,
    payable.router,
    phone.router,
    transfer.router,
    desk.router,
    money.router,
    todo.router,
    loose_money.router,
    cases.router,
    money_requests.router,
    cash.router,
    vouchers.router,
    tills.router,
    ledger.router,
    refunds.router,
    new_refund.router,
    reconciliation.router,
)
"""Callbacks first: they are matched before all else."""


def make_service() -> Service:
    """Return payment-gateway, with its settings from the environment."""
    return service_of(Settings())


def service_of(settings: Settings) -> Service:
    """Return payment-gateway with ``settings``."""
    calling = clients(settings)
    files = SettlementClient(settings.settlement_url)
    printer = PdfPrinter()
    print_page = partial(printer.render, style=paper_style())
    slips = slips_router(print_page, public_url=settings.public_url)
    return Service(
        name="payment-gateway",
        package="payment_gateway",
        settings=settings,
        metadata=Base.metadata,
        topic=payment.TOPIC,
        source=payment.SOURCE,
        subscriptions=handlers.SUBSCRIPTIONS,
        views=VIEWS,
        jobs=jobs.jobs(calling, Desk(files, owners_of(settings))),
        routers=(*ROUTERS, slips),
        follows=(payment.TOPIC, receipt.TOPIC, fee.TOPIC),
        closers=(*(client.close for client in calling.values()), files.close, printer.close),
        on_start=(_load_channels,),
    )


async def _load_channels(database: Database) -> None:
    async with database.transaction() as session:
        await load_channels(session, read_catalogue())
