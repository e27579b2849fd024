"""The project's files, as the architecture tests walk them."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"

SERVICES: Final = {
    "dossier": ROOT / "services/dossier/src/dossier",
    "fee": ROOT / "services/fee/src/fee",
    "payment_gateway": ROOT / "services/payment-gateway/src/payment_gateway",
    "receipt": ROOT / "services/receipt/src/receipt",
    "notifier": ROOT / "services/notifier/src/notifier",
    "ops": ROOT / "services/ops/src/ops",
}
"""The six services: Python's name and folder."""

PACKAGES: Final = {
    **SERVICES,
    "mock_bank": ROOT / "services/payment-gateway/src/mock_bank",
    "shared": ROOT / "shared/src/shared",
    "lephi": ROOT / "deploy/local/src/lephi",
}


def deployed_name(package: str) -> str:
    """Return the name that people and infrastructure use: ``payment-gateway``."""
    return package.replace("_", "-")


def relative(path: Path) -> str:
    """Return ``path`` as people write it, from the project's root."""
    return path.relative_to(ROOT).as_posix()
