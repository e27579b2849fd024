"""Who is at the other end: the client's address, believed from trusted proxies only."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

from fastapi import Request

from shared.settings import ServiceSettings

Address = IPv4Address | IPv6Address
_UNKNOWN: Final = ip_address("0.0.0.0")  # noqa: S104 -- no socket is bound
_HOUSEHOLD_BITS: Final = 64
"""One subscriber of IPv6 has a whole /64 (RFC 6177)."""


def is_within(address: Address, networks: str) -> bool:
    """Tell whether ``address`` is in one of ``networks``, a list with commas."""
    return any(address in network for network in _listed(networks))


@lru_cache(maxsize=16)
def _listed(networks: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Return the networks of a setting, read once."""
    parts = (part.strip() for part in networks.split(","))
    return tuple(ip_network(part, strict=False) for part in parts if part)


def client_address(request: Request, settings: ServiceSettings) -> Address:
    """Return the address of the person's machine.

    ``X-Forwarded-For`` counts only as far as trusted proxies wrote it: read from the right, the
    first address that is no trusted proxy's is the client's.
    """
    peer = _parsed(request.client.host if request.client else "")
    if not is_within(peer, settings.trusted_proxies):
        return peer
    header = ",".join(request.headers.getlist("x-forwarded-for"))
    hops = [_parsed(part) for part in header.split(",") if part.strip()]
    return _nearest_stranger(hops, settings.trusted_proxies) or peer


def _nearest_stranger(hops: Sequence[Address], trusted: str) -> Address | None:
    for hop in reversed(hops):
        if not is_within(hop, trusted):
            return hop
    return hops[0] if hops else None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Address:
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return _UNKNOWN
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def household(address: Address) -> str:
    """Return what is counted together: an IPv4 address, or the /64 of an IPv6 address."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _HOUSEHOLD_BITS), strict=False))
    return str(address)
