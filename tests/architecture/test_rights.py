"""Who may what: every address of every service, for everyone, as rights.csv says.

The table is written by hand: a new address without its line fails, and so does a line that the
code does not keep.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from fastapi.routing import APIRoute
from httpx import Response

from shared.kafka.view_schema import prepare_views
from shared.service import Service
from shared.web.app import all_routers, routes_of
from shared.web.identity import STAFF, Audience, Role, guard_of
from tests.architecture.openapi import services
from tests.architecture.tree import SERVICES
from tests.conftest import NewDatabase
from tests.support.sign_in import sign_in_as
from tests.support.web import client_of

PUBLIC: Final = "public"
Address = tuple[str, str]
"""Method and path."""

_VALUES: Final = {
    "dossier_code": "H34.10-261124-9999",
    "message_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "parked_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "receipt_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "event_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "fact_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "day_on": "2026-11-24",
    "number": "1",
    "approval_id": "0192f3c4-7a10-7c3e-8a55-00000000dead",
    "tariff_code": "TF-9999",
}
"""Of things that do not exist: whoever may ask hears that, whoever may not does not."""


def _table(service: str) -> dict[Address, str]:
    """Return who may use each address of ``service``; lines of ``*`` are for all services."""
    with (Path(__file__).parent / "rights.csv").open(newline="") as lines:
        return {
            (line["method"], line["path"].replace("{service}", service)): line["who"]
            for line in csv.DictReader(lines)
            if line["service"] in {"*", service}
        }


def _routes(service: Service) -> Iterator[tuple[Address, APIRoute]]:
    for route in routes_of(all_routers(service)):
        for method in sorted(route.methods or ()):
            yield (method, route.path), route


def _declared(route: APIRoute) -> str:
    guard = guard_of(route)
    if guard.audience is not Audience.ROLES:
        return guard.audience.value
    return "staff" if guard.roles == STAFF else " ".join(sorted(guard.roles))


def _may(who: str, role: Role | None) -> bool:
    if who == PUBLIC:
        return True
    roles = STAFF if who == "staff" else {Role(word) for word in who.split()}
    return role in roles


def _filled(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda match: _VALUES.get(match.group(1), "khong-co"), path)


def _let_in(answer: Response) -> bool:
    sent_away = answer.status_code == 303 and "/oidc/login" in answer.headers["location"]
    return answer.status_code not in {401, 403} and not sent_away


@pytest.mark.parametrize("package", list(SERVICES))
def test_given_the_routes_when_compared_with_the_table_then_each_has_its_line(
    package: str,
) -> None:
    service = services()[package]

    declared = {address: _declared(route) for address, route in _routes(service)}

    assert declared == _table(service.name)


@pytest.mark.parametrize("package", list(SERVICES))
async def test_given_everyone_when_asking_for_every_guarded_address_then_the_table_decides(
    package: str, database_of: NewDatabase
) -> None:
    service, database = services()[package], await database_of(package)
    guarded = {address: who for address, who in _table(service.name).items() if who != PUBLIC}
    await prepare_views(database, service.views, consumer=f"{service.name}.views")
    wrong: list[str] = []

    for role in (None, *Role):
        async with client_of(service, database) as client:
            if role is not None:
                await sign_in_as(role, client=client, service=service, database=database)
            for (method, path), who in guarded.items():
                answer = await client.request(method, _filled(path))
                if _let_in(answer) is not _may(who, role):
                    wrong.append(f"{role or 'nobody'} {method} {path}: {answer}")

    assert guarded
    assert wrong == []
