"""A signature is compared in constant time: nobody may learn it byte by byte."""

import ast
import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.tree import PACKAGES, relative

_SIGNATURE: Final = re.compile(
    r"(^|_)(mac|hmac|sig|signature|signed_hash|checksum|check_sum|secure_hash)$"
    r"|^(MaXacThuc|vnp_SecureHash|webhook-signature)$"
)
_BARE: Final = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def words_of(node: ast.expr) -> Iterator[str]:
    """Return what an expression reads: its name, or the key that it is taken by."""
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            yield word
        case ast.Subscript(slice=ast.Constant(value=str(word))):
            yield word
        case ast.Call(func=func, args=arguments):
            yield from words_of(func)
            constants = [each.value for each in arguments[:1] if isinstance(each, ast.Constant)]
            yield from (value for value in constants if isinstance(value, str))


def compared(code: str) -> list[int]:
    """Return the lines that compare a signature with ``==``, ``!=`` or ``in``."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Compare) and any(isinstance(each, _BARE) for each in node.ops)
        for side in (node.left, *node.comparators)
        if any(_SIGNATURE.search(word) for word in words_of(side))
    ]


def test_given_a_signature_when_it_is_compared_then_it_takes_constant_time() -> None:
    texts = {
        relative(path): path.read_text()
        for folder in PACKAGES.values()
        for path in sorted(folder.rglob("*.py"))
        if path.parent.name != "kafka"  # A view's signature there is the shape of its tables.
    }

    assert {path: found for path, text in texts.items() if (found := compared(text))} == {}
    assert sum("hmac.compare_digest(" in text for text in texts.values()) >= 12


@pytest.mark.parametrize(
    "code",
    [
        "mac != expected", "sign(text, key) == message['MaXacThuc']", "given in self.signature",
        "message.get('vnp_SecureHash', '') == made", "claimed == mac(signed, key)",
    ],
)  # fmt: skip
def test_given_a_bare_comparison_when_it_is_read_then_it_is_seen(code: str) -> None:
    assert compared(code) == [1]
