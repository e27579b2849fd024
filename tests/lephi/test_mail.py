"""The mail catcher keeps what it acknowledges, and shows it."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from lephi.mail.__main__ import Catcher, new_app
from lephi.mail.box import Box
from tests.support.servers import free_ports


def test_given_a_message_when_it_is_sent_then_both_pages_show_it(tmp_path: Path) -> None:
    box, port = Box(tmp_path / "mail"), free_ports(1)[0]
    message = EmailMessage()
    message["From"], message["To"] = "lephi@example.vn", "anh@example.vn"
    message["Subject"] = "Biên lai của hồ sơ H34.10-261124-0007"
    message.set_content("Xem tại http://lephi.test/bien-lai/x")
    controller = Controller(Catcher(box), hostname="127.0.0.1", port=port)
    controller.start()

    try:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            smtp.send_message(message)
    finally:
        controller.stop()

    browser = new_app(box).test_client()
    found = browser.get("/thu-thu/api/messages").get_json()
    assert [each["to"] for each in found] == ["anh@example.vn"]
    assert "Biên lai của hồ sơ" in browser.get("/thu-thu").text
    assert 'href="http://lephi.test/bien-lai/x"' in browser.get(f"/thu-thu/{found[0]['id']}").text
    assert browser.get("/thu-thu/nothing").status_code == 404
