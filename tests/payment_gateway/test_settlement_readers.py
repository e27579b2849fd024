"""Settlement files: read as the channels write them, and never believed where they are damaged."""

from datetime import timedelta
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_bank.domain.statements import Entry
from mock_bank.routes.statements import WRITERS
from payment_gateway.adapters.folders import readers
from payment_gateway.domain.statements import StatementUnusableError
from shared.contracts.parts import PaymentChannel
from shared.days import start_of_day
from tests.payment_gateway.settlement_files import (
    CHANNELS,
    DAY,
    an_entry,
    plain_of,
    read,
    told,
    written,
)

instants = st.integers(0, 24 * 3600 - 1).map(lambda s: start_of_day(DAY) + timedelta(seconds=s))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@st.composite
def entries(draw: st.DrawFn) -> list[Entry]:
    numbers = draw(st.lists(st.integers(1, 10**9), max_size=8, unique=True))
    return [
        an_entry(
            number, amount_vnd=draw(st.integers(1, 10**11)), booked_at=draw(instants),
            description=draw(texts),
        )
        for number in numbers
    ]  # fmt: skip


def test_given_the_channels_when_they_are_listed_then_each_has_a_reader_and_a_writer() -> None:
    assert set(readers()) == set(CHANNELS)
    assert {channel.value for channel in WRITERS} == {channel.value for channel in CHANNELS}


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=60)
@given(found=entries())
def test_given_any_day_when_its_file_is_read_then_every_line_is_there_to_the_dong(
    channel: PaymentChannel, found: list[Entry]
) -> None:
    result = read(channel, written(channel, found))

    lines = [(line.channel_reference, line.amount_vnd) for line in result.lines]
    assert lines == [told(channel, entry) for entry in found]
    assert result.kept == ()
    assert all(abs(line.booked_at - e.booked_at) < timedelta(seconds=1)
               for line, e in zip(result.lines, found, strict=True))  # fmt: skip
    if channel is not PaymentChannel.VIETQR:
        assert [line.reference for line in result.lines] == [entry.reference for entry in found]


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=150)
@given(found=entries(), data=st.data())
def test_given_a_file_damaged_anywhere_when_it_is_read_then_nothing_is_invented_and_no_row_is_lost(
    channel: PaymentChannel, found: list[Entry], data: st.DataObject
) -> None:
    raw = bytearray(written(channel, found))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))

    try:
        result = read(channel, bytes(raw))
    except StatementUnusableError:
        return

    totals = plain_of(channel, bytes(raw)).splitlines()[-1]
    assert str(len(result.lines) + len(result.kept)) in totals, "each row is a line or set apart"
    assert result.kept or str(result.sum_vnd) in totals, "and they sum to what the channel says"
    assert all(line.amount_vnd > 0 for line in result.lines)


@pytest.mark.parametrize("channel", CHANNELS)
@settings(max_examples=100)
@given(raw=st.binary(max_size=300))
def test_given_anything_at_all_when_it_is_read_then_it_is_refused_with_a_reason(
    channel: PaymentChannel, raw: bytes
) -> None:
    with pytest.raises(StatementUnusableError):
        read(channel, raw)


def test_given_the_readers_when_they_are_loaded_then_they_share_nothing_with_the_writers() -> None:
    for channel in CHANNELS:
        module = import_module(f"payment_gateway.adapters.{channel.value}.settlement")
        assert "mock_bank" not in str(module.__dict__.values())
