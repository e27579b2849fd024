"""The made-up province on a real Kafka: what it answers, when, and what its faults change."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from lephi.province import wire
from lephi.province.exchange import Exchange, Order
from lephi.province.faults import Fault, Wish
from lephi.province.messages import today
from lephi.province.store import Store
from lephi.province.wire import letter
from shared.clock import utc_now
from shared.ids import new_id
from shared.kafka.topics import ensure_topics
from tests.support.servers import Servers
from tests.support.waiting import eventually

CODE = "H34.10-261124-0007"


class Wire:
    """One province, and what it answers."""

    def __init__(self, exchange: Exchange, bootstrap: str) -> None:
        self.exchange = exchange
        self._bootstrap = bootstrap
        self._begins: dict[TopicPartition, int] = {}

    async def tell(self, kind: str = "PhaiThu", **data: object) -> str:
        """Tell the province a fact and return its id."""
        fact_id = str(new_id())
        message = {
            "id": fact_id, "type": f"vn.lephi.tthc.{kind}.v1", "subject": CODE,
            "time": utc_now().isoformat(), "data": {"MaHoSo": CODE, **data},
        }  # fmt: skip
        producer = wire.new_producer(self._bootstrap)
        await producer.start()
        await wire.send(producer, [letter(wire.FACTS, CODE, message)])
        await producer.stop()

        store, silent = self.exchange.store, self.exchange.faults.are(Fault.SILENT)

        async def is_done() -> bool:
            return store.knows(fact_id) and (silent or not store.unanswered(1))

        await eventually(is_done)
        return fact_id

    async def answers(self, fact_id: str) -> list[dict[str, Any]]:
        """Return every answer to a fact."""
        return [
            message["data"]
            for message in await self.read(wire.ACKNOWLEDGEMENTS)
            if message["data"]["MaSuKien"] == fact_id
        ]

    async def pass_over(self, *topics: str) -> None:
        """Begin behind what earlier tests left in ``topics``."""
        await ensure_topics(self._bootstrap, set(topics), replication=1)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        places = [TopicPartition(each, part) for each in topics for part in range(wire.PARTITIONS)]
        self._begins = await consumer.end_offsets(places)
        await consumer.stop()

    async def read(self, topic: str) -> list[dict[str, Any]]:
        """Return what ``topic`` holds now of this test."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            places = [TopicPartition(topic, number) for number in range(wire.PARTITIONS)]
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            for place in places:
                consumer.seek(place, self._begins[place])
            found: list[dict[str, Any]] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                polled = await consumer.getmany(timeout_ms=200)
                found += [json.loads(one.value) for some in polled.values() for one in some]
            return found
        finally:
            await consumer.stop()


@asynccontextmanager
async def running(exchange: Exchange) -> AsyncIterator[None]:
    task = asyncio.create_task(exchange.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def province(servers: Servers, tmp_path: Path) -> AsyncIterator[Wire]:
    """A province that hears and answers."""
    store = Store(tmp_path / "province.db")
    exchange = Exchange(servers.kafka, store)
    here = Wire(exchange, servers.kafka)
    await here.pass_over(wire.DOSSIERS, wire.ACKNOWLEDGEMENTS)
    async with running(exchange):
        yield here
    store.close()


async def test_given_faults_when_facts_are_told_then_each_is_answered_as_asked(
    province: Wire,
) -> None:
    faults = province.exchange.faults
    plain = await province.tell()
    faults.ask_for(Wish(Fault.REFUSE, dossier_code="H34.10-261124-0008"))
    of_another = await province.tell()
    faults.ask_for(Wish(Fault.REFUSE, times=1, reason="HO_SO_DA_DONG", dossier_code=CODE))
    refused = await province.tell()
    faults.ask_for(Wish(Fault.TWICE))
    twice = await province.tell()
    faults.clear()
    faults.ask_for(Wish(Fault.SILENT))
    silent = await province.tell("DaThu", SoTien=62_000, ThoiGianThanhToan=utc_now().isoformat())
    assert await province.answers(silent) == []
    await province.exchange.heal()

    async def answered() -> bool:
        return bool(await province.answers(silent))

    await eventually(answered)
    for kept in (plain, of_another):
        assert [one["KetQua"] for one in await province.answers(kept)] == ["ok"]
    assert [(one["KetQua"], one["LyDo"]) for one in await province.answers(refused)] == [
        ("loi", "HO_SO_DA_DONG")
    ]
    assert [one["KetQua"] for one in await province.answers(twice)] == ["ok", "ok"]
    totals = province.exchange.store.totals(today(utc_now()))
    assert (totals.paid_vnd, refused in totals.fact_ids) == (62_000, False)


async def test_given_withheld_dossiers_when_they_are_asked_for_then_they_are_sent(
    province: Wire,
) -> None:
    async def is_connected() -> bool:
        return province.exchange.is_connected

    await eventually(is_connected)
    published = await province.exchange.publish(Order(count=20, seed=9, withhold=2))
    before = {message["subject"] for message in await province.read(wire.DOSSIERS)}

    await province.tell("YeuCauGuiLai", MaHoSo=published.withheld)

    async def are_sent() -> bool:
        sent = {message["subject"] for message in await province.read(wire.DOSSIERS)}
        return set(published.withheld) <= sent

    await eventually(are_sent)
    assert len(published.withheld) == 2
    assert not set(published.withheld) & before
