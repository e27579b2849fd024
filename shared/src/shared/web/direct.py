"""A route for readings that are measured (P2b): the guard, then the endpoint, nothing between."""

from collections.abc import Callable, Coroutine
from typing import Any, cast

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from shared.web.identity import guard_of


class DirectRoute(APIRoute):
    """Calls ``endpoint(request, **path parameters)``, which returns a Response.

    No dependencies, query, headers or body are solved for it: that costs as much as the reading.
    Path parameters come as text. Its guard, its errors and its place in OpenAPI are as ever.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request that has come to this route."""
        guard, endpoint = guard_of(self), self.endpoint

        async def answer(request: Request) -> Response:
            await guard(request)
            return cast("Response", await endpoint(request, **request.path_params))

        return answer
