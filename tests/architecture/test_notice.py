"""What the browser loads is what NOTICE says, to the byte."""

import re
from hashlib import sha256
from typing import Final

from tests.architecture.tree import PACKAGES

_VENDOR: Final = PACKAGES["shared"] / "web" / "static" / "vendor"
_LINE: Final = re.compile(r"^([0-9a-f]{64})  (\S+)  (\S+@\S+)  (\S+)$")
_ALLOWED: Final = {".js", ".css", ".woff2"}


def _noticed() -> dict[str, str]:
    lines = (_VENDOR / "NOTICE").read_text().splitlines()
    found = [_LINE.match(line) for line in lines if line and not line.startswith("#")]
    assert None not in found
    return {match.group(2): match.group(1) for match in found if match is not None}


def test_given_the_vendored_files_when_summed_then_they_are_the_noticed_ones() -> None:
    files = {path.name: path for path in _VENDOR.iterdir() if path.suffix in _ALLOWED}

    sums = {name: sha256(path.read_bytes()).hexdigest() for name, path in files.items()}

    assert sums == _noticed()
    assert sums


def test_given_the_vendored_files_when_looking_beside_them_then_their_licences_lie_there() -> None:
    others = [path.name for path in _VENDOR.rglob("*") if path.suffix not in _ALLOWED]

    assert any("licen" in name.lower() for name in others)
