"""The variables of the stack: secrets made once, addresses, and who is told what."""

import csv
import json
import secrets
import shlex
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from lephi.servers.postgres import superuser_url
from lephi.stack.certificates import ensure_collectors
from lephi.stack.layout import BANK, SERVICES, Layout, data_folder

DATABASES: Final = (*SERVICES, BANK)
_SHARED_SECRETS: Final = (
    "NPSP_SECRET", "VNPAY_SECRET", "MOMO_ACCESS_KEY", "MOMO_SECRET_KEY", "ZALOPAY_KEY1",
    "ZALOPAY_KEY2", "BANK_FEED_SECRET", "SESSION_KEY", "LINK_KEY", "PARKED_KEY",
    "TAX_SECRET", "PROVER_DATABASE_PASSWORD", "OPERATOR_CLIENT_SECRET", "SIGNING_PASSWORD",
)  # fmt: skip
_CHANNELS: Final = (
    "NPSP_SECRET", "VNPAY_SECRET", "MOMO_ACCESS_KEY", "MOMO_SECRET_KEY", "ZALOPAY_KEY1",
    "ZALOPAY_KEY2", "BANK_FEED_SECRET",
)  # fmt: skip
_CHANNEL_WISHES: Final = (
    "NPSP_AGENCY", "NPSP_IP", "NPSP_SECRET_PREVIOUS", "VIETQR_AGENCY", "BANK_FEED_SECRET_PREVIOUS",
    "VNPAY_TERMINAL", "VNPAY_AGENCY", "VNPAY_IP", "VNPAY_SECRET_PREVIOUS",
    "MOMO_PARTNER", "MOMO_AGENCY", "MOMO_ACCESS_KEY_PREVIOUS", "MOMO_SECRET_KEY_PREVIOUS",
    "ZALOPAY_APP", "ZALOPAY_AGENCY", "ZALOPAY_KEY2_PREVIOUS",
)  # fmt: skip
_FOR_ALL: Final = (
    "KAFKA_BOOTSTRAP", "PUBLIC_URL", "RECEIPT_URL", "OIDC_ISSUER", "OIDC_INTERNAL_URL",
    "SESSION_KEY", "PARKED_KEY", "SUPPORT_PHONE", "STATIC_FOLDER", "RATE_LIMIT_TRUSTED",
    "TRUSTED_PROXIES", "LOG_LEVEL", "DOSSIER_CODE_DIGITS",
)  # fmt: skip
_ONLY_FOR: Final = {
    "payment-gateway": (
        "LINK_KEY", "NPSP_URL", "NPSP_PARTNER", "VNPAY_URL", "VNPAY_QUERY_URL", "MOMO_URL",
        "ZALOPAY_URL", "SETTLEMENT_URL", *_CHANNELS, *_CHANNEL_WISHES,
    ),
    "receipt": ("LINK_KEY", "TAX_URL", "TAX_SECRET"),
    "notifier": ("LINK_KEY", "MAIL_URL", "MAIL_FROM", "MAIL_FROM_NAME"),
    BANK: _CHANNELS,
}  # fmt: skip
"""Secrets and addresses that only one or two processes may know."""
_OPTIONAL: Final = (*_CHANNEL_WISHES, "MAIL_FROM", "MAIL_FROM_NAME")
"""Passed on as the person who starts the stack has set them, like a service's own names."""


def prefix_of(service: str) -> str:
    """Return the beginning of a service's variables: ``PAYMENT_GATEWAY``."""
    return service.upper().replace("-", "_")


def role_of(service: str) -> str:
    """Return a service's database role, which is also its database's name."""
    return service.replace("-", "_")


def ensure_secrets(layout: Layout) -> dict[str, str]:
    """Return secrets.env; what is missing is made up now and kept for good."""
    file = layout.home / "secrets.env"
    known = {name: text for name, text in dotenv_values(file).items() if text}
    names = [*_SHARED_SECRETS]
    names += [f"{prefix_of(name)}_DATABASE_PASSWORD" for name in DATABASES]
    names += [f"{prefix_of(name)}_OIDC_CLIENT_SECRET" for name in DATABASES]
    made = {name: known.get(name) or secrets.token_hex(32) for name in names}
    write_private(file, {**known, **made})
    return made


def write_endpoints(layout: Layout, keys: Mapping[str, str]) -> dict[str, str]:
    """Write endpoints.env: what a script needs to find and drive everything."""
    variables = endpoints(layout, keys)
    write_private(layout.home / "endpoints.env", variables)
    return variables


def write_private(file: Path, variables: Mapping[str, str]) -> None:
    """Write ``NAME=value`` lines that only their owner may read; a shell can read them too."""
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(as_lines(variables), "utf-8")


def as_lines(variables: Mapping[str, str]) -> str:
    """Return ``NAME=value`` lines, quoted where a shell needs it."""
    return "".join(f"{name}={shlex.quote(text)}\n" for name, text in variables.items())


def variables_of(process: str, known: Mapping[str, str]) -> dict[str, str]:
    """Return what one service is told: common addresses, its own names, and nothing else's."""
    own = f"{prefix_of(process)}_"
    wanted = {*_FOR_ALL, *_ONLY_FOR.get(process, ())}
    told = {name: text for name, text in known.items() if name in wanted or name.startswith(own)}
    if process == "ops":
        told |= {name: text for name, text in known.items() if name.startswith("PROVER_")}
    return told


def database_passwords(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the password of each service's database role."""
    return {role_of(name): keys[f"{prefix_of(name)}_DATABASE_PASSWORD"] for name in DATABASES}


def administration_url(layout: Layout, password: str) -> str:
    """Return the superuser's URL of the stack's PostgreSQL."""
    return superuser_url(layout.address_of("postgres"), password, "postgres")


def endpoints(layout: Layout, keys: Mapping[str, str]) -> dict[str, str]:
    """Return every address of the stack, and what the services are set to."""

    def here(name: str) -> str:
        return f"http://{layout.address_of(name)}"

    public = layout.public_url
    bank = f"{here(BANK)}/ngan-hang-thu"
    return {
        **_wishes(layout),
        "LEPHI_HOME": str(layout.home),
        "LEPHI_PORT": str(layout.port),
        "FRONT_DOOR_URL": here("caddy"),
        "PUBLIC_URL": public,
        "RECEIPT_URL": layout.settings.get("RECEIPT_URL", "").rstrip("/") or public,
        "SUPPORT_PHONE": layout.settings.get("SUPPORT_PHONE") or "1900 0000",
        "LOG_LEVEL": layout.settings.get("LOG_LEVEL") or "INFO",
        "RATE_LIMIT_TRUSTED": layout.settings.get("RATE_LIMIT_TRUSTED") or "127.0.0.0/8,::1/128",
        "TRUSTED_PROXIES": layout.settings.get("TRUSTED_PROXIES") or "127.0.0.1/32,::1/128",
        "STATIC_FOLDER": str(files("shared.web") / "static"),
        "KAFKA_BOOTSTRAP": layout.address_of("kafka"),
        "OIDC_ISSUER": f"{public}/sso",
        "OIDC_INTERNAL_URL": f"{here('identity')}/sso",
        "MAIL_URL": f"smtp://{layout.address_of('mail-smtp')}",
        "MAIL_WEB_URL": f"{here('mail')}/thu-thu",
        "PROVINCE_URL": f"{here('province')}/tinh-thu",
        "TAX_URL": f"{here('mail')}/co-quan-thue",
        **_channels(bank),
        "MOCK_BANK_URL": bank,
        "MOCK_BANK_CALLBACK_URL": f"{here('payment-gateway')}/ipn",
        **_files(layout),
        "RECEIPT_SIGNERS": layout.settings.get("RECEIPT_SIGNERS") or _signers(layout, keys),
        **{
            f"{prefix_of(name)}_{suffix}": text
            for name in DATABASES
            for suffix, text in (("HOST", layout.bind_host), ("PORT", str(layout.port_of(name))))
        },
        **dict(_database_urls(layout, keys)),
    }


def _files(layout: Layout) -> dict[str, str]:
    files = {
        "DOSSIER_AGENCIES_FILE": str(_agencies_file()),
        "DOSSIER_PROCEDURES_FILE": str(data_folder() / "procedures.csv"),
        "FEE_TARIFFS_FILE": str(data_folder() / "tariffs.csv"),
    }
    if not layout.settings.get("RECEIPT_FILES_BUCKET"):
        files["RECEIPT_FILES_FOLDER"] = str(layout.home / "receipts")
    return files


def _agencies_file() -> Path:
    return data_folder() / "agencies.csv"


def _signers(layout: Layout, keys: Mapping[str, str]) -> str:
    """Return RECEIPT_SIGNERS: a test certificate for each agency of the demonstration."""
    password = keys["SIGNING_PASSWORD"]
    with _agencies_file().open(encoding="utf-8", newline="") as agencies:
        collectors = {row["tax_code"]: row["name"] for row in csv.DictReader(agencies)}
    made = ensure_collectors(layout.home / "signing", collectors, password)
    signers = [
        {"tax_codes": [tax_code], "key_file": str(file), "password": password}
        for tax_code, file in zip(collectors, made, strict=True)
    ]
    return json.dumps(signers)


def _channels(bank: str) -> dict[str, str]:
    """Return where each channel is asked: at the mock bank."""
    return {
        "NPSP_URL": f"{bank}/npsp",
        "NPSP_PARTNER": "LEPHI",
        "VNPAY_URL": f"{bank}/vnpay/paymentv2/vpcpay.html",
        "VNPAY_QUERY_URL": f"{bank}/vnpay/merchant_webapi/api/transaction",
        "MOMO_URL": f"{bank}/momo",
        "ZALOPAY_URL": f"{bank}/zalopay",
        "SETTLEMENT_URL": f"{bank}/api/statements",
    }


def _wishes(layout: Layout) -> dict[str, str]:
    prefixes = tuple(f"{prefix_of(name)}_" for name in DATABASES)
    return {
        name: text
        for name, text in layout.settings.items()
        if name in _OPTIONAL or name.startswith(prefixes)
    }


def _database_urls(layout: Layout, keys: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    server = layout.address_of("postgres")
    for name in DATABASES:
        prefix, role = prefix_of(name), role_of(name)
        password = keys[f"{prefix}_DATABASE_PASSWORD"]
        yield f"{prefix}_DATABASE_URL", f"postgresql://{role}:{password}@{server}/{role}"
        prover = keys["PROVER_DATABASE_PASSWORD"]
        yield f"PROVER_{prefix}_DATABASE_URL", f"postgresql://prover:{prover}@{server}/{role}"
