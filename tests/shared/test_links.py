"""Capabilities in links: one purpose, one id, nothing else."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.links import Purpose, make_token, read_token

_KEY = "a key of this test"
_ID = UUID("0192f3c4-7a10-7c3e-8a55-000000000001")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_given_a_token_when_read_for_its_purpose_then_it_opens_its_id(purpose: Purpose) -> None:
    token = make_token(_KEY, purpose, _ID)

    assert read_token(_KEY, purpose, token) == _ID
    assert token.isascii()
    assert not set(token) & set("+/=")


@pytest.mark.parametrize("made", list(Purpose))
@pytest.mark.parametrize("asked", list(Purpose))
def test_given_a_token_of_one_purpose_when_read_for_another_then_it_opens_nothing(
    made: Purpose, asked: Purpose
) -> None:
    opened = read_token(_KEY, asked, make_token(_KEY, made, _ID))

    assert (opened == _ID) is (made is asked)


def test_given_a_token_when_any_one_bit_changes_then_it_opens_nothing() -> None:
    token = make_token(_KEY, Purpose.RECEIPT, _ID)
    raw = bytearray(base64.urlsafe_b64decode(token + "=="))

    for position in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        text = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
        assert read_token(_KEY, Purpose.RECEIPT, text) is None


def test_given_a_token_when_read_with_another_key_then_it_opens_nothing() -> None:
    assert read_token("another", Purpose.PAYABLE, make_token(_KEY, Purpose.PAYABLE, _ID)) is None


def test_given_a_token_when_spelled_another_way_then_it_opens_nothing() -> None:
    token = make_token(_KEY, Purpose.PAYABLE, _ID)

    for spelled in (token + "=", token + "\n", " " + token, token[:-1], token + "A", ""):
        assert read_token(_KEY, Purpose.PAYABLE, spelled) is None


@given(st.text(max_size=80))
def test_given_anything_at_all_when_read_then_it_opens_nothing_and_nothing_breaks(
    text: str,
) -> None:
    assert read_token(_KEY, Purpose.RECEIPT, text) is None
