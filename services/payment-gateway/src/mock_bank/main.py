"""Composition root of the mock bank."""

from mock_bank import pages
from mock_bank.adapters.channel import Teller
from mock_bank.adapters.momo.client import MomoTeller
from mock_bank.adapters.npsp.client import NpspTeller
from mock_bank.adapters.vietqr.client import FeedTeller
from mock_bank.adapters.vnpay.client import VnpayTeller
from mock_bank.adapters.zalopay.client import ZalopayTeller
from mock_bank.domain.payments import Channel
from mock_bank.jobs import jobs
from mock_bank.routes import momo, npsp, statements, switches, vnpay, zalopay
from mock_bank.settings import Settings
from mock_bank.tables import Base
from shared.service import Service


def make_service() -> Service:
    """Return the mock bank as one value; it neither hears nor says facts."""
    settings = Settings()
    tellers = tellers_of(settings)
    return Service(
        name="mock-bank",
        package="mock_bank",
        settings=settings,
        metadata=Base.metadata,
        jobs=jobs(tellers),
        routers=(
            switches.router,
            statements.router,
            npsp.router,
            vnpay.router,
            momo.router,
            zalopay.router,
            pages.router,
        ),
        closers=tuple(teller.close for teller in tellers.values()),
    )


def tellers_of(settings: Settings) -> dict[Channel, Teller]:
    """Return who tells the partner, by channel."""
    address = settings.callback_address
    return {
        Channel.NPSP: NpspTeller(address("npsp"), settings.npsp_secret.get_secret_value()),
        Channel.VIETQR: FeedTeller(address("vietqr"), settings.bank_feed_secret.get_secret_value()),
        Channel.VNPAY: VnpayTeller(address("vnpay"), settings.vnpay_secret.get_secret_value()),
        Channel.MOMO: MomoTeller(address("momo"), settings.momo_keys),
        Channel.ZALOPAY: ZalopayTeller(
            address("zalopay"), settings.zalopay_key2.get_secret_value()
        ),
    }
