"""Tabs in a browser, of people who are logged in; what is looked at on every page.

Filling in the form to log in takes half a second: only tests about logging in do that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.contrib.auth.models import User
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from tests.conftest import client_of

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
BOTH_SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
WIDE_LIGHT_PHONE_DARK = pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "light"), (PHONE, "dark")], ids=["wide", "phone"]
)
SELECT = """([start, end]) => {
  const area = document.querySelector("#id_notes");
  area.focus();
  area.setSelectionRange(start, end);
}"""
# The rules of axe that look at colours: nothing else differs between light and dark.
OF_COLOURS = ("color-contrast", "link-in-text-block")
# The browser itself tells of answers that are refusals, and of connections that fail.
EXPECTED = "Failed to load resource"


class Tabs:
    """Opens pages of the site as somebody, and hears what a browser complains about."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def __call__(self, who: User, path: str, **options: Any) -> Tab:
        options = {"viewport": WIDE} | options
        context = self.browser.new_context(base_url=self.url, **options)
        self.contexts.append(context)
        log_in(context, self.url, who)
        tab = context.new_page()
        self.hear(tab)
        tab.goto(path)
        return tab

    def another(self, tab: Tab, path: str) -> Tab:
        """A second window of the same browser."""
        other = tab.context.new_page()
        self.hear(other)
        other.goto(path)
        return other

    def hear(self, tab: Tab) -> None:
        tab.on("console", lambda message: self.complaints.append(message.text))
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))


def log_in(context: BrowserContext, url: str, who: User) -> None:
    session = client_of(who).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])


def close(context: BrowserContext) -> None:
    """Close a browser when its last words have arrived: the server must not be writing then."""
    for tab in context.pages:
        if tab.locator("#kb-editor, form[data-place]").count():
            tab.evaluate("dispatchEvent(new Event('pagehide'))")
            tab.wait_for_timeout(200)
    context.close()


@pytest.fixture
def tabs(browser: Browser, live_server: Any, settings: Any) -> Iterator[Tabs]:
    cache.clear()
    # The server for tests looks there for every address first, and one that appears in between is
    # an error to it.
    (settings.MEDIA_ROOT / "attachments").mkdir(parents=True, exist_ok=True)
    opened = Tabs(browser, live_server.url)
    yield opened
    for context in opened.contexts:
        close(context)
    cache.clear()
    assert [words for words in opened.complaints if EXPECTED not in words] == []


def beat(tab: Tab) -> None:
    """What a script does a moment after the last key, and every fifteen seconds: now."""
    tab.evaluate("dispatchEvent(new Event('online'))")


def too_wide(tab: Tab) -> bool:
    """Must one scroll sideways to see the whole page?"""
    return bool(tab.evaluate("document.documentElement.scrollWidth > innerWidth"))


def first_of(tab: Tab, held: list[Any]) -> Any:
    """The first request that a route holds back, once it is there."""
    for _ in range(500):
        if held:
            return held[0]
        tab.wait_for_timeout(20)
    raise AssertionError("no request was made")


def select(tab: Tab, start: int, end: int | None = None) -> None:
    tab.evaluate(SELECT, [start, start if end is None else end])


def serious(tab: Tab, *rules: str) -> list[str]:
    """What axe has found on the page as it is now, by all its rules or by some."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = tab.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [
        f"{tab.url}: {each['id']} {[node['target'] for node in each['nodes']]}" for each in found
    ]


def serious_in_both(tab: Tab) -> list[str]:
    """What axe finds on a page that is light, and in its colours when it is dark.

    Colours are the same on a phone, where it looks at the light page alone.
    """
    found = serious(tab)
    if tab.viewport_size == PHONE:
        return found
    tab.emulate_media(color_scheme="dark")
    found += [f"dark: {words}" for words in serious(tab, *OF_COLOURS)]
    tab.emulate_media(color_scheme="light")
    return found
