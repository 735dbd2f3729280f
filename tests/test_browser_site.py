"""The site in a browser: by clicking, on a wide screen and a phone, light and dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.models import Category, Service, Topic
from tests.conftest import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
NOTES = """Runs code. See [[S3]] and [[Nowhere]], or `aws lambda`.[^1]

# Ways to start one

Does it scale?

> [!question] How long may it run?

> [!answer]
> Fifteen minutes.

> [!warning] Careful
> It costs.

| Limit | Value |
|---|--:|
| Memory | 10,240 |

```python
def handler(event: dict) -> str:  # a comment
    return f"hello {event['name']}" + str(10)
```

## What to try

- [ ] One
- [/] Two
- [x] Three
- [-] Four

[^1]: A note.
"""
PATHS = (
    "/",
    "/categories/compute/",
    "/services/lambda/",
    "/topics/",
    "/topics/plan/",
    "/checklist/",
    "/questions/",
    "/tags/",
    "/tags/web-dev/",
    "/nothing/here/",
)


@pytest.fixture
def content(live_server: Any) -> Iterator[None]:
    cache.clear()
    person("rita", "readers")
    # What the migrations made is gone after the first test that the server takes part in.
    compute, store = (
        Category.objects.get_or_create(slug=slug, defaults={"name": name})[0]
        for slug, name in (("compute", "Compute"), ("data-store", "Data Store"))
    )
    Service.objects.create(title="Lambda", category=compute, notes=NOTES).tags.add("web-dev")
    Service.objects.create(title="S3", category=store, notes="Keeps objects.\n")
    Topic.objects.create(title="Plan", notes="To learn:\n\n- [x] S3\n- [ ] Lambda\n")
    yield
    cache.clear()


def opened(browser: Browser, live_server: Any, **options: Any) -> tuple[BrowserContext, Page, list]:
    """A browser that is logged in, and all that it complains about from then on."""
    context = browser.new_context(base_url=live_server.url, **options)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Name").fill("rita")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Knowledge base")).to_be_visible()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return context, page, complaints


def serious(page: Page) -> list[str]:
    return [
        f"{page.url}: {found['id']} {[node['target'] for node in found['nodes']]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]


def test_from_home_to_a_service_and_the_lists_by_clicking(browser, live_server, content):
    context, page, complaints = opened(browser, live_server, viewport=WIDE)
    page.get_by_role("link", name="Compute", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compute")
    page.get_by_role("main").get_by_role("link", name="Lambda").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lambda")
    page.get_by_role("navigation", name="On this page").get_by_text("What to try").click()
    assert page.url.endswith("/services/lambda/#what-to-try")
    page.get_by_role("navigation", name="Site").get_by_text("Checklist").click()
    page.get_by_role("link", name="In progress 1").click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("navigation", name="Site").get_by_text("Questions").click()
    page.get_by_role("link", name="Show in the notes Does it scale?").click()
    expect(page.get_by_text("Does it scale?").first).to_be_visible()
    assert page.url.startswith(f"{live_server.url}/services/lambda/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_every_page_is_accessible_and_keeps_the_policy(browser, live_server, content, size, scheme):
    context, page, complaints = opened(browser, live_server, viewport=size, color_scheme=scheme)
    found = []
    for path in PATHS:
        page.goto(path)
        found += serious(page)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, path
    page.context.clear_cookies()
    page.goto("/login/")
    found += serious(page)
    assert found == []
    # The browser itself tells that /nothing/here/ is not there.
    assert [words for words in complaints if "404" not in words] == []
    context.close()


def test_the_theme_that_was_chosen_stays(browser, live_server, content):
    context, page, _ = opened(browser, live_server, viewport=WIDE, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.goto("/checklist/")
    assert page.evaluate(background) == dark
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="As the system").click()
    page.reload()
    assert page.evaluate(background) == light
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_on_a_phone_the_tree_opens(browser, live_server, content, scripts):
    context, page, _ = opened(browser, live_server, viewport=PHONE, java_script_enabled=scripts)
    page.goto("/services/lambda/")
    tree = page.get_by_role("navigation", name="Pages")
    expect(tree).to_be_hidden()
    page.get_by_text("All pages").click()
    expect(tree).to_be_visible()
    tree.get_by_role("link", name="S3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("S3")
    context.close()


def test_the_keyboard_reaches_the_content_first(browser, live_server, content):
    context, page, _ = opened(browser, live_server, viewport=WIDE)
    page.goto("/services/lambda/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    context.close()
