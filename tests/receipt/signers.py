"""Keys and certificates of collectors for tests, made once per session."""

from functools import cache

from lephi.stack.certificates import Authority, Validity, for_days, make_authority, make_collector
from receipt.adapters.signer.file_key import FileKey

TAX_CODE = "6101234567"


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
