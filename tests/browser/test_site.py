"""The site in a browser: by clicking, on a wide screen and a phone, light and dark."""

import pytest
from playwright.sync_api import expect

from services.models import Category
from tests.support.pages import make_service, make_topic
from tests.support.writing import BOTH_SIZES, PHONE, serious_in_both, too_wide

pytestmark = pytest.mark.django_db(transaction=True)
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
def content(transactional_db: None) -> None:
    compute, store = (Category.objects.get(slug=slug) for slug in ("compute", "data-store"))
    make_service(title="Lambda", category=compute, notes=NOTES).tags.add("web-dev")
    make_service(title="S3", category=store, notes="Keeps objects.\n")
    make_topic(title="Plan", notes="To learn:\n\n- [x] S3\n- [ ] Lambda\n")


def test_from_home_to_a_service_and_the_lists_by_clicking(tabs, content, reader):
    page = tabs(reader, "/")
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
    assert page.url.startswith(f"{tabs.url}/services/lambda/")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert tabs.complaints == []


@BOTH_SIZES
def test_every_page_is_accessible_and_keeps_the_policy(tabs, content, reader, size):
    page = tabs(reader, "/", viewport=size)
    found = []
    for path in PATHS:
        page.goto(path)
        found += serious_in_both(page)
        assert not too_wide(page), path
    page.context.clear_cookies()
    page.goto("/login/")
    found += serious_in_both(page)
    assert found == []
    # The browser itself tells that /nothing/here/ is not there.
    assert [words for words in tabs.complaints if "404" not in words] == []


def test_the_theme_that_was_chosen_stays(tabs, content, reader):
    page = tabs(reader, "/", color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(background)
    assert dark != light
    page.goto("/checklist/")
    assert page.evaluate(background) == dark
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Match system").click()
    page.reload()
    assert page.evaluate(background) == light


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_on_a_phone_the_tree_opens(tabs, content, reader, scripts):
    page = tabs(reader, "/services/lambda/", viewport=PHONE, java_script_enabled=scripts)
    tree = page.get_by_role("navigation", name="Pages")
    expect(tree).to_be_hidden()
    page.get_by_text("All pages").click()
    expect(tree).to_be_visible()
    tree.get_by_role("link", name="S3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("S3")


def test_the_keyboard_reaches_the_content_first(tabs, content, reader):
    page = tabs(reader, "/services/lambda/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
