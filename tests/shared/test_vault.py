"""What is locked is unreadable at rest, and opens with any of the keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.vault import Vault, VaultClosedError

NAME = "Nguyễn Thị Bí Mật".encode()


@given(st.binary(max_size=2_000))
def test_given_any_bytes_when_they_are_locked_then_they_open_again(plain: bytes) -> None:
    vault = Vault("new old")

    locked = vault.lock(plain)

    assert vault.open(locked) == plain
    assert len(plain) < 8 or plain not in locked


def test_given_a_rotated_key_when_old_bytes_are_opened_then_they_open_until_it_is_dropped() -> None:
    locked = Vault("old").lock(NAME)

    assert Vault("new,old").open(locked) == NAME
    with pytest.raises(VaultClosedError):
        Vault("new").open(locked)


def test_given_bytes_changed_at_rest_when_they_are_opened_then_they_are_refused() -> None:
    vault = Vault("key")
    locked = bytearray(vault.lock(NAME))
    locked[-5] ^= 1

    with pytest.raises(VaultClosedError):
        vault.open(bytes(locked))


def test_given_bytes_from_before_the_vault_when_they_are_opened_then_they_are_as_they_were() -> (
    None
):
    assert Vault("key").open(b'{"data":1}') == b'{"data":1}'


def test_given_no_key_when_a_vault_is_made_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Vault(" , ")
