"""The provider's signing key: made at the first start, kept in its folder, RS256."""

from pathlib import Path
from typing import Final

from joserfc.jwk import KeySet, RSAKey

ALGORITHM: Final = "RS256"
_BITS: Final = 2048


def load_keys(folder: Path) -> KeySet:
    """Return the key set of one RSA key, made now if the folder has none."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "key.pem"
    if not file.exists():
        made = RSAKey.generate_key(_BITS).as_pem(private=True)
        file.touch(mode=0o600)
        file.write_bytes(made)
    key = RSAKey.import_key(file.read_bytes(), {"use": "sig", "alg": ALGORITHM})
    key.ensure_kid()
    return KeySet([key])
