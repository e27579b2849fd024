"""The processes of the stack: how each is run, and how one sees that it is healthy."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import httpx

from lephi.servers.kafka import is_ready as kafka_is_ready
from lephi.servers.postgres import is_ready as postgres_is_ready
from lephi.servers.process import Program
from lephi.stack.certificates import AUTHORITY_FILE
from lephi.stack.layout import BANK, LOOPBACK, SERVICES, Layout, caddy_folder
from lephi.stack.variables import administration_url, prefix_of, role_of, variables_of

FRONT_DOOR: Final = ("caddy",)
SUPPORT: Final = ("identity", "mail", "province")
SERVERS: Final = ("postgres", "kafka")
_GROUPS: Final = {
    **dict.fromkeys(SERVERS, "servers"),
    **dict.fromkeys((*SERVICES, BANK), "services"),
    **dict.fromkeys(SUPPORT, "support"),
    **dict.fromkeys(FRONT_DOOR, "door"),
}


@dataclass(frozen=True)
class Process:
    """One process of the stack."""

    name: str
    program: Program
    is_healthy: Callable[[], bool]
    stop_signal: str = "TERM"
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def group(self) -> str:
        """Return the group that starts and stops together."""
        return _GROUPS[self.name]


def python(*words: str) -> Program:
    """Return how to run one of our own modules."""
    return Program(arguments=(sys.executable, "-m", *words))


def all_processes(
    layout: Layout, servers: Mapping[str, Program], known: Mapping[str, str], password: str
) -> list[Process]:
    """Return every process, those first that others need."""
    postgres = administration_url(layout, password)
    return [
        Process("postgres", servers["postgres"], lambda: postgres_is_ready(postgres), "INT"),
        Process("kafka", servers["kafka"], lambda: kafka_is_ready(known["KAFKA_BOOTSTRAP"])),
        *our_processes(layout, known),
        _front_door(layout, known),
    ]


def our_processes(layout: Layout, known: Mapping[str, str]) -> list[Process]:
    """Return those processes that are our own code."""
    services = [_service(layout, name, known) for name in (BANK, *SERVICES)]
    return [
        _identity(layout, known), _mail(layout, known), _province(layout, known), *services,
    ]  # fmt: skip


def _service(layout: Layout, name: str, known: Mapping[str, str]) -> Process:
    port = layout.port_of(name)
    return Process(
        name,
        python(role_of(name), "all"),
        lambda: _answers(port, f"/api/{name}/health/ready"),
        variables=variables_of(name, known),
    )


def _identity(layout: Layout, known: Mapping[str, str]) -> Process:
    port = layout.port_of("identity")
    names = [name for name in known if name.endswith("_OIDC_CLIENT_SECRET")]
    own = ("OIDC_ISSUER", "PUBLIC_URL", "SUPPORT_PHONE", "LOG_LEVEL", "OPERATOR_CLIENT_SECRET")
    variables = {name: known[name] for name in (*own, *names)}
    variables |= {
        "IDENTITY_HOST": layout.bind_host,
        "IDENTITY_PORT": str(port),
        "IDENTITY_FOLDER": str(layout.home / "identity"),
    }
    return Process(
        "identity",
        python("lephi.identity"),
        lambda: _answers(port, "/sso/.well-known/openid-configuration"),
        variables=variables,
    )


def _issuer(layout: Layout) -> str:
    """Return whose certificates the stand-in authority takes; empty: whoever issued them."""
    file = layout.home / "signing" / AUTHORITY_FILE
    return "" if layout.settings.get("RECEIPT_SIGNERS") else str(file)


def _mail(layout: Layout, known: Mapping[str, str]) -> Process:
    port = layout.port_of("mail")
    variables = {
        "SUPPORT_PHONE": known["SUPPORT_PHONE"],
        "TAX_SECRET": known["TAX_SECRET"],
        "TAX_TRUSTED_FILE": _issuer(layout),
        "MAIL_HOST": layout.bind_host,
        "MAIL_FOLDER": str(layout.home / "mail"),
        "MAIL_SMTP_PORT": str(layout.port_of("mail-smtp")),
        "MAIL_WEB_PORT": str(port),
    }
    return Process(
        "mail",
        python("lephi.mail"),
        lambda: _answers(port, "/thu-thu/api/messages"),
        variables=variables,
    )


def _province(layout: Layout, known: Mapping[str, str]) -> Process:
    port = layout.port_of("province")
    variables = {
        "SUPPORT_PHONE": known["SUPPORT_PHONE"],
        "KAFKA_BOOTSTRAP": known["KAFKA_BOOTSTRAP"],
        "PROVINCE_HOST": layout.bind_host,
        "PROVINCE_PORT": str(port),
        "PROVINCE_FOLDER": str(layout.home / "province"),
    }
    return Process(
        "province",
        python("lephi.province"),
        lambda: _answers(port, "/tinh-thu/api/faults"),
        variables=variables,
    )


def _front_door(layout: Layout, known: Mapping[str, str]) -> Process:
    caddy = str(Path(sys.executable).with_name("caddy"))
    words = (caddy, "run", "--adapter", "caddyfile", "--config", str(caddy_folder() / "Caddyfile"))
    upstreams = {
        f"{prefix_of(name)}_UPSTREAM": layout.address_of(name)
        for name in (*SERVICES, BANK, *SUPPORT)
    }
    folders = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config"}
    variables = {
        "FRONT_DOOR": f":{layout.port}",
        "STATIC_FOLDER": known["STATIC_FOLDER"],
        "ERROR_FOLDER": str(caddy_folder() / "errors"),
        **upstreams,
        **{name: str(layout.home / "caddy" / folder) for name, folder in folders.items()},
    }
    return Process(
        "caddy",
        Program(arguments=words),
        lambda: _answers(layout.port, "/suc-khoe"),
        variables=variables,
    )


@cache
def _http() -> httpx.Client:
    return httpx.Client(timeout=3, trust_env=False)


def _answers(port: int, path: str) -> bool:
    try:
        answer = _http().get(f"http://{LOOPBACK}:{port}{path}")
    except httpx.HTTPError:
        return False
    return answer.is_success
