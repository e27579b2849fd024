"""``.env.example`` names every setting of every service."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic import AliasChoices

from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
PACKAGES = ("dossier", "fee", "payment_gateway", "receipt", "notifier", "ops", "mock_bank")


def names_of(settings: type[ServiceSettings]) -> set[str]:
    prefix = settings.model_config["env_prefix"]
    found = set()
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            found.add(str(alias.choices[0]))
        else:
            found.add(str(alias or f"{prefix}{name.upper()}"))
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_given_a_service_when_its_settings_are_read_then_the_example_names_each(
    package: str,
) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?([A-Z<][A-Z0-9_<>]*)=", example, flags=re.MULTILINE))
    service = package.upper()
    listed |= {name.replace("<SERVICE>", service) for name in listed}
    listed |= {f"PROVER_{other.upper()}_DATABASE_URL" for other in PACKAGES}

    wanted = names_of(importlib.import_module(f"{package}.settings").Settings)

    assert wanted - listed == set()
