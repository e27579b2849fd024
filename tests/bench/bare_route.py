"""What HTTP alone costs: a route without database, served as ours are; ``…bare_route PORT``."""

import sys

import uvicorn
from fastapi import FastAPI
from starlette.responses import Response

app = FastAPI(openapi_url=None)


@app.get("/nothing")
async def nothing() -> Response:
    """Answer as much as a payable says."""
    return Response(b'{"status":"awaiting_payment"}' + b" " * 600, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(
        app, port=int(sys.argv[1]), http="httptools", loop="uvloop", access_log=False,
        log_level="error",
    )  # fmt: skip
