"""Whatever reaches the network asks first whether the way out is open: a rebuild closes it."""

import re

from tests.architecture.tree import PACKAGES, ROOT, SERVICES

_CLIENTS = re.compile(r"^import (httpx|aiosmtplib)$", re.MULTILINE)


def test_given_a_module_with_a_network_client_when_it_is_read_then_it_asks_whether_it_may() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): "require_open(" in text
        for package in (*SERVICES, "shared")
        for path in sorted(PACKAGES[package].rglob("*.py"))
        if _CLIENTS.search(text := path.read_text())
    }

    assert len(found) >= 3
    assert [path for path, asks in found.items() if not asks] == []
