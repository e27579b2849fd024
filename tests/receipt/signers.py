"""Keys and certificates of collectors for tests, made once per session."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from lephi.stack.certificates import (
    Authority,
    Validity,
    for_days,
    make_authority,
    make_collector,
    write_key_file,
)
from receipt.adapters.signer.file_key import FileKey
from receipt.adapters.signer.key import SigningKey
from receipt.adapters.signer.signers import Signers
from receipt.settings import SignerSettings

TAX_CODE: Final = "6101234567"
KEY_FILE_PASSWORD: Final = "mật khẩu"  # noqa: S105 - of a file made by the tests


@cache
def authority() -> Authority:
    return make_authority()


def new_key(tax_code: str = TAX_CODE, validity: Validity | None = None) -> FileKey:
    """Return a collector's key, with a certificate of the tests' authority."""
    owned = make_collector(
        authority(), "Trung tâm Phục vụ hành chính công tỉnh", tax_code,
        validity=validity or for_days(30),
    )  # fmt: skip
    return FileKey(owned.key, owned.certificate, authority().certificate)


@cache
def a_key() -> FileKey:
    """Return the key of the collector of the tests' receipts."""
    return new_key()


def signers_with(*keys: SigningKey, timestamp_url: str | None = None) -> Signers:
    """Return signers that hold these keys for the collector of the tests."""
    settings = tuple(
        SignerSettings(tax_codes=(TAX_CODE,), key_file=Path(str(place)))
        for place, _ in enumerate(keys)
    )
    return Signers(
        settings,
        timestamp_url=timestamp_url,
        open_key=lambda each: keys[int(str(each.key_file))],
    )


def signers_of(*tax_codes: str) -> Signers:
    """Return signers of several collectors, with a key each."""
    return Signers(
        tuple(SignerSettings(tax_codes=(each,), key_file=Path(each)) for each in tax_codes),
        open_key=lambda each: key_of(str(each.key_file)),
    )


@cache
def key_of(tax_code: str) -> FileKey:
    """Return the one key of a collector, in force on the days of the daily table's tests."""
    return new_key(tax_code, Validity(datetime(2026, 11, 1, tzinfo=UTC), for_days(365).ends))


def write_key(file: Path) -> Path:
    """Write the key of the tests' collector as the stack writes it."""
    owned = Authority(a_key().key, a_key().certificate)
    write_key_file(file, owned, authority(), KEY_FILE_PASSWORD)
    return file
