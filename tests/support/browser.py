"""Pages as people see them: two widths, sign-in, screenshots."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE: Final = 360
DESK: Final = 1440
SCREENSHOTS: Final = Path(__file__).parents[2] / ".lephi" / "screenshots"


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """Run Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def a_page(
    browser: Browser, url: str, *, width: int = DESK, javascript: bool = True
) -> AsyncIterator[Page]:
    """Open a page of a new visitor, ``width`` pixels wide, whose addresses begin with ``url``."""
    height = 800 if width == PHONE else 900
    context = await browser.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        java_script_enabled=javascript,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = await context.new_page()
    page.set_default_timeout(15_000)
    try:
        yield page
    except BaseException as error:
        error.add_note(await _as_seen(page))
        raise
    finally:
        await context.close()


async def _as_seen(page: Page) -> str:
    """Say what a person would have seen when the test failed, for a log without pictures."""
    if page.is_closed():
        return "the page was closed"
    return f"{page.url} showed: {' · '.join((await page.inner_text('body')).split(chr(10)))}"


async def sign_in(page: Page, user: str) -> None:
    """Sign in at the provider's page, to which the page on screen has led."""
    await page.get_by_label("Tên đăng nhập").fill(user)
    await page.get_by_label("Mật khẩu").fill(user)
    await page.get_by_role("button", name="Đăng nhập").click()


async def picture(page: Page, name: str) -> None:
    """Keep what both widths show, and leave the page at the width it had."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for width in (PHONE, DESK):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
        overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{name} is {overflow} px wider than {width} px"
    if before is not None:
        await page.set_viewport_size(before)


async def accessible(page: Page) -> None:
    """Fail on what axe calls serious or critical (WCAG 2.2 AA)."""
    results = await Axe().run(page)
    bad = [
        f"{found['id']}: {[node['target'] for node in found['nodes']]}"
        for found in results.response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    assert not bad, f"{page.url}: {bad}"


async def shows(page: Page, text: str, *, timeout_ms: float = 15_000) -> None:
    """Wait until ``text`` is visible somewhere on the page."""
    await expect(page.get_by_text(text).first).to_be_visible(timeout=timeout_ms)


async def at_the_bank(phone: Page) -> None:
    """Log in, enter the code of the text message, confirm."""
    await phone.get_by_role("button", name="Đăng nhập").click()
    await phone.get_by_role("button", name="Tiếp tục").click()
    code = await phone.locator("#otp").inner_text()
    await phone.get_by_label("Mã OTP").fill(code)
    await phone.get_by_role("button", name="Xác nhận thanh toán").click()
