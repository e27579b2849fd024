"""The parts in a real browser: at two widths, by keyboard, with and without script."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from fastapi import APIRouter, Request
from playwright.async_api import Browser, ConsoleMessage, Page, Route, expect
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from shared.db.database import Database
from shared.web.identity import Role, User, public
from shared.web.live import event_stream
from shared.web.pages import STATIC, render
from tests.shared.web.site import Site, serving, some_settings
from tests.support.browser import DESK, PHONE, a_browser, a_page, accessible
from tests.support.waiting import eventually

NOW = datetime(2026, 11, 22, 7, 5, 9, tzinfo=UTC)
OFFICER = User(
    "1", "Nguyễn Thị Hoa", frozenset({Role.OFFICER}), "H34.10", "Trung tâm Phục vụ hành chính công"
)
state = {"word": "Chờ thanh toán"}
router = APIRouter(dependencies=[public()])


@router.get("/phan/{frame}")
async def show_parts(request: Request, frame: str) -> HTMLResponse:
    request.state.user = OFFICER
    return render(request, "parts_page.html", wanted=frame, now=NOW, state=state["word"])


@router.get("/p/1")
async def show_banks(request: Request) -> HTMLResponse:
    return render(request, "banks_page.html", state=state["word"])


@router.get("/quay/{seconds}")
async def show_counter(request: Request, seconds: int) -> HTMLResponse:
    return render(request, "counter_page.html", seconds=seconds, now=NOW)


@router.get("/dong")
async def stream(request: Request) -> Response:
    async def read() -> str | None:
        return state["word"]

    return event_stream(request, "key", read)


@pytest.fixture(scope="module")
async def site() -> Site:
    return Site(some_settings(), [router], package="tests.shared.web")


@pytest.fixture(scope="module")
async def address(site: Site) -> AsyncIterator[str]:
    app = site.app(Database(site.settings.database_url))
    app.mount("/static", StaticFiles(directory=STATIC))
    async with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as browser:
        yield browser


async def fits(page: Page) -> bool:
    """Tell whether the page is as wide as its window; on a phone also what a list defines."""
    return bool(
        await page.evaluate(
            "document.documentElement.scrollWidth <= innerWidth && "
            f"(innerWidth > {PHONE} || "
            "[...document.querySelectorAll('.rows dd')].every((each) => "
            "each.getBoundingClientRect().right <= "
            "each.closest('.rows').getBoundingClientRect().right + 1))"
        )
    )


@pytest.mark.parametrize("frame", ["citizen", "staff", "phone"])
async def test_given_every_part_when_a_browser_shows_it_then_it_fits_and_is_accessible(
    browser: Browser, address: str, frame: str
) -> None:
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    async with a_page(browser, address) as page:
        page.on("console", hear)
        await page.goto(f"/phan/{frame}")
        await expect(page.locator("canvas")).to_be_visible()
        for width in (DESK, PHONE):
            await page.set_viewport_size({"width": width, "height": 900})
            # A chart is drawn anew a moment after its page changed its width.
            await eventually(lambda: fits(page))
            await accessible(page)

    assert said == []


async def test_given_an_open_page_when_a_fact_comes_then_it_changes_and_keeps_what_one_types(
    browser: Browser, address: str, site: Site
) -> None:
    state["word"] = "Chờ thanh toán"
    async with a_page(browser, address) as page:
        await page.goto("/phan/citizen")
        await expect(page.locator("#state .tag").first).to_have_text("Chờ thanh toán")
        await page.locator("#ma").fill("H34")

        state["word"] = "Đã thanh toán"
        site.live.tell("key")

        await expect(page.locator("#state .tag").first).to_have_text("Đã thanh toán")
        await expect(page.locator("#ma")).to_have_value("H34")
        await expect(page.locator("main")).to_have_count(1)


async def test_given_an_open_menu_when_a_fact_comes_then_it_stays_open(
    browser: Browser, address: str, site: Site
) -> None:
    state["word"] = "Chờ thanh toán"
    async with a_page(browser, address) as page:
        await page.goto("/phan/staff")
        await page.get_by_label("Thao tác").click()

        state["word"] = "Đã thanh toán"
        site.live.tell("key")

        await expect(page.locator("#state .tag").first).to_have_text("Đã thanh toán")
        await expect(page.get_by_role("link", name="Xem biên lai")).to_be_visible()


async def test_given_a_narrowed_list_when_a_fact_comes_then_it_stays_narrow(
    browser: Browser, address: str, site: Site
) -> None:
    state["word"] = "Chờ thanh toán"
    async with a_page(browser, address, width=PHONE) as page:
        await page.goto("/p/1")
        await page.get_by_label("Tìm ngân hàng hoặc ví").fill("dong a")
        await page.get_by_role("radio", name="Đông Á").check()

        state["word"] = "Đã thanh toán"
        site.live.tell("key")

        await expect(page.locator("#state .tag")).to_have_text("Đã thanh toán")
        await expect(page.locator(".bank:visible")).to_have_count(1)
        await expect(page.get_by_role("radio", name="Đông Á")).to_be_checked()


async def test_given_a_slow_network_when_the_stream_script_comes_late_then_the_page_still_hears(
    browser: Browser, address: str, site: Site
) -> None:
    state["word"] = "Chờ thanh toán"
    async with a_page(browser, address) as page:

        async def is_started() -> bool:
            return bool(await page.evaluate("typeof htmx === 'object'"))

        async def late(route: Route) -> None:
            await eventually(is_started)
            await page.evaluate("new Promise((done) => setTimeout(done, 50))")
            await route.continue_()

        await page.route("**/hx-sse.min.js*", late)
        await page.goto("/phan/citizen")
        state["word"] = "Đã thanh toán"
        site.live.tell("key")

        await expect(page.locator("#state .tag").first).to_have_text("Đã thanh toán")


async def test_given_the_keyboard_when_it_is_used_then_search_and_menus_answer(
    browser: Browser, address: str
) -> None:
    async with a_page(browser, address) as page:
        await page.goto("/phan/staff")

        await page.keyboard.press("/")
        await expect(page.locator("#ma")).to_be_focused()
        await page.get_by_label("Thao tác").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("link", name="Xem biên lai")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("link", name="Xem biên lai")).to_be_hidden()


async def test_given_no_script_when_menus_and_dialogs_are_opened_then_they_work(
    browser: Browser, address: str
) -> None:
    async with a_page(browser, address, width=PHONE, javascript=False) as page:
        await page.goto("/phan/operator")
        refreshing = await page.content()
        await page.goto("/phan/citizen")

        await page.get_by_role("button", name="Danh mục").click()
        await page.get_by_text("Hỗ trợ", exact=True).click()
        await expect(page.get_by_role("link", name="Thanh toán trực tuyến")).to_be_visible()
        await expect(page.get_by_role("link", name="1900 0000").first).to_be_visible()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Bỏ tin").click()
        await expect(page.get_by_role("heading", name="Bỏ tin này?")).to_be_visible()

    assert '<meta http-equiv="refresh" content="5">' in refreshing


async def test_given_the_bank_list_when_typing_without_tone_marks_then_it_narrows(
    browser: Browser, address: str
) -> None:
    async with a_page(browser, address, width=PHONE) as page:
        await page.goto("/p/1")
        await accessible(page)
        field = page.get_by_label("Tìm ngân hàng hoặc ví")

        await field.fill("dong a")
        await expect(page.locator(".bank:visible")).to_have_count(1)
        await field.press("Enter")
        await expect(page.get_by_role("radio", name="Đông Á")).to_be_checked()
        await field.fill("khong co")
        await expect(page.get_by_text("Không có ngân hàng hay ví nào khớp")).to_be_visible()

        bar = await page.get_by_role("button", name="THANH TOÁN 112.000 ₫").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] > 740


async def test_given_a_counter_display_when_its_time_is_over_then_nothing_of_the_citizen_is_left(
    browser: Browser, address: str
) -> None:
    async with a_page(browser, address) as page:
        await page.goto("/quay/1")
        await expect(page.get_by_text("H34.10-261122-0007")).to_be_hidden(timeout=8000)
        await expect(page.get_by_role("heading", name="Trung tâm")).to_be_visible()

        await page.goto("/quay/180")
        await expect(page.get_by_text("H34.10-261122-0007")).to_be_visible()
        await expect(page.get_by_role("heading", name="Trung tâm")).to_be_hidden()
        qr = await page.locator(".qr img").bounding_box()
        await accessible(page)
    assert qr is not None
    assert qr["width"] > 340  # 90 mm on a 24-inch screen of 1920 pixels.
