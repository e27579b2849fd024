"""The mail catcher keeps what it acknowledges, and shows it."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from httpx import ASGITransport, AsyncClient

from lephi.mail.app import Catcher, create_app
from tests.support.servers import free_ports


async def test_given_a_message_when_it_is_sent_then_both_pages_show_it(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    message = EmailMessage()
    message["From"], message["To"] = "lephi@example.vn", "anh@example.vn"
    message["Subject"] = "Biên lai của hồ sơ H34.10-261124-0007"
    message.set_content("Xem tại http://lephi.test/bien-lai/x")
    controller = Controller(Catcher(tmp_path), hostname="127.0.0.1", port=port)
    controller.start()

    try:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(message)
    finally:
        controller.stop()

    here = a_reader(tmp_path, "127.0.0.1")
    found = (await here.get("/thu-thu/api/messages")).json()
    shown = await here.get(f"/thu-thu/{found[0]['id']}")
    missing = await here.get("/thu-thu/0b5c6b00-0000-7000-8000-000000000000")
    assert [each["to"] for each in found] == [["anh@example.vn"]]
    assert "Biên lai của hồ sơ" in (await here.get("/thu-thu/")).text
    assert 'href="http://lephi.test/bien-lai/x"' in shown.text
    assert missing.status_code == 404


async def test_given_a_stranger_on_the_network_when_he_looks_then_he_sees_no_message(
    tmp_path: Path,
) -> None:
    there = a_reader(tmp_path, "203.0.113.7")
    at_the_door = a_reader(tmp_path, "127.0.0.1")

    answers = [
        await there.get("/thu-thu/api/messages"),
        await at_the_door.get("/thu-thu/api/messages", headers={"X-Forwarded-For": "203.0.113.7"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]


def a_reader(folder: Path, address: str) -> AsyncClient:
    transport = ASGITransport(create_app(folder), client=(address, 1))
    return AsyncClient(transport=transport, base_url="http://lephi.test")
