"""Signatures: whole files are known as whole, and a changed byte of any signed part is seen."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader, PdfWriter

from receipt.adapters.signer.checking import FileState, check_file
from receipt.adapters.signer.file_key import read_key_file
from receipt.adapters.signer.pades import sign_pdf
from receipt.adapters.signer.xml_signature import sign_xml
from receipt.domain.errors import SignerUnusableError
from tests.receipt.signers import KEY_FILE_PASSWORD, a_key, authority, new_key, write_key

AT = datetime(2026, 11, 28, 7, 5, 11, tzinfo=UTC)
DATA = "<BienLai xmlns='urn:test'><So>1</So><Ten>Đặng Thị Ngọc Ánh</Ten></BienLai>".encode()


def a_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "Biên lai"})
    writer.write(stored := io.BytesIO())
    return stored.getvalue()


@pytest.fixture(scope="module")
def signed_pdf() -> bytes:
    return sign_pdf(a_pdf(), a_key(), request_id="1", at=AT, timestamp_url=None)


@pytest.fixture(scope="module")
def signed_xml() -> bytes:
    return sign_xml(DATA, a_key(), request_id="1", at=AT)


def pdfsig(content: bytes, folder: Path) -> str:
    file = folder / "signed.pdf"
    file.write_bytes(content)
    run = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False)  # noqa: S603, S607
    return run.stdout


@pytest.mark.parametrize("kind", ["signed_pdf", "signed_xml"])
def test_given_a_signed_file_when_checked_then_it_is_whole_and_says_whose_and_when(
    request: pytest.FixtureRequest, kind: str
) -> None:
    checked = check_file(request.getfixturevalue(kind))

    assert checked.state is FileState.WHOLE
    assert checked.certificate == a_key().certificate
    assert checked.signed_at == AT


def test_given_a_signed_pdf_when_pdfsig_reads_it_then_it_is_valid_and_one_byte_makes_it_invalid(
    signed_pdf: bytes, tmp_path: Path
) -> None:
    said = pdfsig(signed_pdf, tmp_path)
    assert "Signature is Valid." in said
    assert "ETSI.CAdES.detached" in said
    assert "Total document signed" in said

    changed = signed_pdf.replace(b"100", b"101", 1)

    assert "Signature is Valid." not in pdfsig(changed, tmp_path)
    assert check_file(changed).state is FileState.ALTERED


def test_given_a_signed_pdf_when_something_is_appended_then_it_is_altered(
    signed_pdf: bytes,
) -> None:
    reader = PdfReader(io.BytesIO(signed_pdf))
    writer = PdfWriter(reader, incremental=True)
    writer.add_metadata({"/Title": "Khác"})
    writer.write(appended := io.BytesIO())

    assert appended.getvalue().startswith(signed_pdf)
    assert check_file(appended.getvalue()).state is FileState.ALTERED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<So>1<", b"<So>2<"),
        (b"T07:05:11", b"T07:05:12"),
        (b"<ds:SignatureValue>", b"<ds:SignatureValue>AAAA"),
    ],
)
def test_given_a_signed_xml_when_a_byte_is_changed_then_it_is_altered(
    signed_xml: bytes, before: bytes, after: bytes
) -> None:
    assert before in signed_xml

    assert check_file(signed_xml.replace(before, after)).state is FileState.ALTERED


def test_given_signed_data_wrapped_in_other_data_when_checked_then_it_is_altered(
    signed_xml: bytes,
) -> None:
    root = etree.fromstring(signed_xml)
    wrapper = etree.Element(root.tag, nsmap=root.nsmap)
    etree.SubElement(wrapper, "{urn:test}So").text = "2"
    wrapper.append(root.find("{*}Signature"))
    wrapper.append(root)

    assert check_file(etree.tostring(wrapper)).state is FileState.ALTERED


def test_given_another_key_when_it_signs_the_same_then_the_fingerprint_tells(
    signed_xml: bytes,
) -> None:
    ours = check_file(signed_xml)

    checked = check_file(sign_xml(DATA, new_key(), request_id="1", at=AT))

    assert checked.state is FileState.WHOLE
    assert checked.fingerprint != ours.fingerprint


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"", FileState.UNREADABLE),
        (b"%PDF-1.7", FileState.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + bytes(1_000), FileState.UNREADABLE),
        (b"<a>" * 100_000, FileState.UNREADABLE),
        (
            b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><a>&b;</a>",
            FileState.UNREADABLE,
        ),
        (b"<!DOCTYPE a [<!ENTITY b 'bb'>]><a>&b;</a>", FileState.UNREADABLE),
        (DATA, FileState.UNSIGNED),
        (a_pdf(), FileState.UNSIGNED),
        (
            b"<a><ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/></a>",
            FileState.ALTERED,
        ),
    ],
)
def test_given_any_file_when_checked_then_there_is_an_answer(
    content: bytes, state: FileState
) -> None:
    assert check_file(content).state is state


def test_given_an_encrypted_pdf_when_checked_then_it_is_unreadable() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("mật khẩu", algorithm="RC4-128")
    writer.write(stored := io.BytesIO())

    assert check_file(stored.getvalue()).state is FileState.UNREADABLE


def test_given_a_key_file_when_read_with_its_password_then_it_signs(tmp_path: Path) -> None:
    file = write_key(tmp_path / "collector.p12")

    key = read_key_file(file, KEY_FILE_PASSWORD)

    assert key.certificate == a_key().certificate
    assert key.chain == (authority().certificate,)
    assert key.sign(b"a", request_id="1") == a_key().sign(b"a", request_id="1")
    assert file.stat().st_mode & 0o077 == 0
    for wrong in ("khác", None):
        with pytest.raises(SignerUnusableError):
            read_key_file(file, wrong)
