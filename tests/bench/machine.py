"""On which machine and with which versions a report was made."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import Any, Final

_SYNCS: Final = 50
_PACKAGES: Final = ("fastapi", "uvicorn", "asyncpg", "aiokafka", "sqlalchemy", "weasyprint")


def machine() -> dict[str, Any]:
    """Return cpus, model, memory and what one fdatasync costs."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpus": os.cpu_count(),
        "model": model,
        "memory_gb": round(memory / 1024**3, 1),
        "fdatasync_us": round(_fdatasync_us()),
    }


def versions() -> dict[str, str]:
    """Return the versions of what the figures depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def commit() -> str:
    """Return the commit that was measured; ``-dirty`` where files differ from it."""
    words = ("git", "describe", "--always", "--dirty", "--abbrev=12")
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - constant words
    return done.stdout.strip() or "unknown"


def _fdatasync_us() -> float:
    with TemporaryFile(dir=".") as file:
        begin = perf_counter()
        for _ in range(_SYNCS):
            file.write(b"x" * 8192)
            file.flush()
            os.fdatasync(file.fileno())
        return (perf_counter() - begin) / _SYNCS * 1e6
