"""Secrets are made once; each service is told its own, and nothing else's."""

import socket
from pathlib import Path

import pytest

from lephi.stack import ports
from lephi.stack.layout import SERVICES, Layout
from lephi.stack.variables import ensure_secrets, variables_of, write_endpoints


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path, 20_000, {"PUBLIC_URL": "http://lephi.test/"})


def test_given_a_second_start_when_secrets_are_needed_then_they_are_the_same_and_private(
    layout: Layout,
) -> None:
    first = ensure_secrets(layout)

    assert ensure_secrets(layout) == first
    assert len(set(first.values())) == len(first)
    assert (layout.home / "secrets.env").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("service", SERVICES)
def test_given_a_service_when_it_is_told_its_variables_then_none_is_anothers(
    layout: Layout, service: str
) -> None:
    keys = ensure_secrets(layout)

    told = variables_of(service, {**write_endpoints(layout, keys), **keys})

    holders = {"payment-gateway", "receipt", "notifier"}
    assert ("LINK_KEY" in told) is (service in holders)
    assert ("NPSP_SECRET" in told) is (service == "payment-gateway")
    assert any(name.startswith("PROVER_") for name in told) is (service == "ops")
    assert told["OIDC_ISSUER"] == "http://lephi.test/sso"
    assert len([name for name in told if name.endswith("_OIDC_CLIENT_SECRET")]) == 1


def test_given_a_taken_port_when_the_stack_looks_then_it_names_port_and_holder() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        (found,) = ports.taken({"caddy": port})

    assert str(port) in found
    assert "caddy" in found
    assert ports.taken({"caddy": port}) == []
