"""The gateway's views are projections too: each is byte-equal to its rebuild."""

from payment_gateway.views.catalogue import VIEWS
from shared.contracts.envelope import Event
from shared.kafka.rebuild import Rebuild, rebuild
from tests.bench.scratch import an_assessment
from tests.conftest import NewDatabase
from tests.dossier.builders import a_file, a_line, a_receipt, a_request, a_settlement
from tests.support.servers import Servers
from tests.support.streams import all_heard, folding_live, say
from tests.support.waiting import eventually


def some_facts(code: str) -> list[Event]:
    receipt = a_receipt(a_settlement(a_request(a_line(), code=code)))
    return [an_assessment(code), receipt, a_file(receipt)]


async def test_given_the_views_of_the_gateway_when_rebuilt_then_each_is_byte_equal(
    database_of: NewDatabase, servers: Servers
) -> None:
    database = await database_of("payment_gateway")
    async with folding_live(database, servers, VIEWS, service="payment-gateway"):
        for number in range(5):
            await say(database, *some_facts(f"H34.10-261122-{number:04}"))
        await eventually(lambda: all_heard(database, "payment-gateway"), timeout_seconds=30)

        for view in VIEWS:
            found = await rebuild(
                database,
                Rebuild(
                    view=view, views=VIEWS, live="payment-gateway.views", bootstrap=servers.kafka
                ),
            )
            assert (view.name, found.differences, found.swapped) == (view.name, [], True)
