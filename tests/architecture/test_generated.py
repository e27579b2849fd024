"""The generated documents stand in ``docs/`` as the code would make them now."""

from tests.architecture.generate import documents, stale
from tests.architecture.tree import relative


def test_given_the_code_when_documents_are_generated_then_they_are_the_committed_ones() -> None:
    texts = documents()

    different = [
        relative(path)
        for path, text in texts.items()
        if not path.is_file() or path.read_text() != text
    ]

    assert different == [], "run `make docs`"
    assert [relative(path) for path in stale(texts)] == [], "run `make docs`"
