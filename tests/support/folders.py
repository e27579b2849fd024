"""Folders for servers that run as another user."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def a_folder(name: str) -> Iterator[Path]:
    """Make a folder that goes at the end.

    Not pytest's: each run of pytest closes the folder above all its own to other users, and
    PostgreSQL is another user where the tests run as root.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"lephi-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
