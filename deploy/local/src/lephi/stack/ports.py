"""Ports are looked at before anything starts: a clear word instead of a stack that half runs."""

import socket
from collections.abc import Mapping

import psutil


def taken(ports: Mapping[str, int]) -> list[str]:
    """Return a sentence for each port on which somebody else already listens."""
    busy = {name: port for name, port in ports.items() if not _is_free(port)}
    if not busy:
        return []
    holders = _holders()
    return [
        f"port {port} (needed by {name}) is held by {holders.get(port, 'another process')}"
        for name, port in busy.items()
    ]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def _holders() -> dict[int, str]:
    found: dict[int, str] = {}
    for process in psutil.process_iter(["pid", "name", "cmdline"]):
        try:
            connections = process.net_connections(kind="inet")
        except (psutil.Error, OSError):
            continue
        for connection in connections:
            if connection.status == psutil.CONN_LISTEN:
                words = " ".join(process.info["cmdline"] or [process.info["name"] or "?"])
                found[connection.laddr.port] = f"process {process.info['pid']}: {words[:120]}"
    return found
