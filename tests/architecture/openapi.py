"""``docs/openapi/``: what each service's doors promise, from the application itself."""

import importlib
import os
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from shared.db.database import Database
from shared.jobs import JobRunner
from shared.live import Live
from shared.service import Service
from shared.web.app import create_app
from tests.architecture.tree import ROOT, SERVICES, deployed_name

_URL: Final = "http://localhost:8080"
_ENVIRONMENT: Final = {
    "KAFKA_BOOTSTRAP": "localhost:9092",
    "PUBLIC_URL": _URL,
    "RECEIPT_URL": _URL,
    "OIDC_ISSUER": f"{_URL}/sso",
    "MAIL_URL": "smtp://localhost:1025",
    "NPSP_URL": f"{_URL}/ngan-hang-thu/npsp",
    "NPSP_SECRET": "unused",
    "BANK_FEED_SECRET": "unused",
    "VNPAY_URL": f"{_URL}/ngan-hang-thu/vnpay",
    "VNPAY_QUERY_URL": f"{_URL}/ngan-hang-thu/vnpay",
    "VNPAY_SECRET": "unused",
    "MOMO_URL": f"{_URL}/ngan-hang-thu/momo",
    "MOMO_ACCESS_KEY": "unused",
    "MOMO_SECRET_KEY": "unused",
    "ZALOPAY_URL": f"{_URL}/ngan-hang-thu/zalopay",
    "ZALOPAY_KEY1": "unused",
    "ZALOPAY_KEY2": "unused",
    "SESSION_KEY": "unused",
    "PARKED_KEY": "unused",
    "LINK_KEY": "unused",
    "RECEIPT_FILES_FOLDER": str(ROOT),
    "STATIC_FOLDER": str(ROOT),
}


@cache
def services() -> dict[str, Service]:
    """Return the six services as their ``main.py`` makes them; nothing is connected."""
    urls = {
        f"{package.upper()}_DATABASE_URL": "postgresql://localhost/none" for package in SERVICES
    }
    with patch.dict(os.environ, _ENVIRONMENT | urls):
        return {
            package: importlib.import_module(f"{package}.main").make_service()
            for package in SERVICES
        }


def application(service: Service) -> Any:  # noqa: ANN401 - FastAPI, whose routes have no public type
    """Return the service's application, unconnected."""
    database = Database(service.settings.database_url)
    return create_app(service, database, Live(), JobRunner(database, ()))


def documents() -> dict[str, dict[str, Any]]:
    """Return each service's OpenAPI document."""
    return {
        deployed_name(package): application(service).openapi()
        for package, service in services().items()
    }
