"""Whom this process trusts over TLS: read once, not by every client that calls somebody."""

import ssl
from functools import cache

from httpx import create_ssl_context


@cache
def authorities() -> ssl.SSLContext:
    """Return httpx's own authorities, whatever the environment says.

    Reading them takes a tenth of a second of a processor, and a client without them reads them
    for itself: at each sign-in, and for each channel at start.
    """
    return create_ssl_context(trust_env=False)
