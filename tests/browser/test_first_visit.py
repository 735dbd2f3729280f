"""The whole first visit: from the home page to the editor, a tick and back, on the examples."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.core.management import call_command
from playwright.sync_api import expect

from services.aws.catalog import CATEGORIES
from services.models import Category, Page
from tests.conftest import EXAMPLES
from tests.support.writing import BOTH_SIZES, PHONE, serious_in_both

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def examples(live_server):
    cache.clear()
    # Other tests with a live server leave no categories behind.
    for position, category in enumerate(CATEGORIES, start=1):
        Category.objects.get_or_create(
            slug=category.slug, defaults={"name": category.name, "position": position}
        )
    call_command("import_markdown", str(EXAMPLES), verbosity=0)


@BOTH_SIZES
def test_from_home_to_a_tick_and_back(browser, live_server, examples, admin, size):
    context = browser.new_context(base_url=live_server.url, viewport=size, reduced_motion="reduce")
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(f"{message.type}: {message.text} {tab.url}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    found: list[str] = []

    def examine() -> None:
        before = len(said)
        found.extend(serious_in_both(tab))
        # The examiner itself tries what the policy forbids.
        del said[before:]

    tab.goto("/")
    tab.get_by_label("Name").fill("ada")
    tab.get_by_label("Password").fill("correct horse")
    tab.get_by_role("button", name="Log in").click()
    row = tab.get_by_role("listitem").filter(has=tab.get_by_role("link", name="RDS", exact=True))
    expect(row.first).to_contain_text("Not started")
    examine()

    row.first.get_by_role("link", name="RDS", exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("RDS")
    # By all its words: what opens the menu of this item is a link too until the script has run.
    words = "RDS backups, including one real restore"
    tab.get_by_role("link", name=words, exact=True).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("AWS")
    examine()

    tab.get_by_role("link", name="Edit", exact=True).first.click()
    if size == PHONE:
        tab.get_by_role("tab", name="Preview").click()
    expect(tab.locator(".editor-preview li.task").first).to_be_visible()
    examine()
    tab.get_by_role("link", name="Cancel").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("AWS")

    before = Page.objects.get(title="AWS").notes
    box = tab.get_by_role("checkbox", name="RDS backups").first
    with tab.expect_response("**/items/tick/"):
        box.click()
    expect(box).to_have_attribute("aria-checked", "true")
    examine()

    after = Page.objects.get(title="AWS").notes
    assert after == before.replace("- [ ] RDS backups", "- [x] RDS backups")
    tab.goto("/")
    expect(row.first).to_contain_text("Learned")
    assert found == [], "\n".join(found)
    complaints = [line for line in said if not line.startswith(("info", "debug", "verbose"))]
    assert complaints == [], "\n".join(complaints)
    context.close()
