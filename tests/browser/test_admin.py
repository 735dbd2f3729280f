"""The admin in a browser: the editor, its preview and pictures; no page runs anything inline."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect
from playwright.sync_api import Page as Tab

from services.models import Attachment, Category, Document, Page, Section
from services.pages.revise import revise
from tests.support.pages import make_service, make_topic
from tests.support.pictures import picture
from tests.support.writing import first_of, log_in

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = "Runs *containers*.\n\n## To learn\n\n- [ ] Tasks\n- [ ] Costs\n\nWhy?\n"
DROP = """([kind, data, name]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/png" }));
  const area = document.querySelector("#id_notes");
  const event = kind === "drop"
    ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true })
    : new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  area.dispatchEvent(event);
}"""


@pytest.fixture
def compute(transactional_db: None) -> Category:
    """Other tests with a live server leave no categories behind."""
    return Category.objects.get_or_create(slug="compute", defaults={"name": "Compute"})[0]


@pytest.fixture
def page(compute: Category) -> Page:
    return make_service(title="ECS", category=compute, notes=NOTES)


@pytest.fixture
def tab(browser: Browser, live_server, admin) -> Iterator[Tab]:
    """A tab where an admin has logged in; whatever the console has to say is a failure."""
    context = browser.new_context(base_url=live_server.url)
    log_in(context, live_server.url, admin)
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    expected = getattr(opened, "expected", ())
    # The browser's own hints are no complaints.
    said = [line for line in said if not line.startswith(("info", "debug", "verbose"))]
    assert [line for line in said if not any(word in line for word in expected)] == []


@pytest.fixture
def form(tab: Tab, page: Page) -> Tab:
    tab.goto(f"/admin/services/service/{page.pk}/change/")
    expect(tab.locator(".editor-preview em")).to_have_text("containers")
    return tab


def drop(tab: Tab, data: bytes, name: str = "a.png", kind: str = "drop") -> None:
    tab.evaluate(DROP, [kind, base64.b64encode(data).decode(), name])


def save(tab: Tab) -> None:
    tab.locator("[name=_save]").last.click()
    tab.wait_for_url("**/admin/services/service/")


def test_the_preview_follows_and_is_safe(form: Tab) -> None:
    form.expected = ("Failed to load resource",)
    evil = "<img src=/missing.png onerror='document.title=1'><script>document.title=1</script>"
    form.fill("#id_notes", f"Now **bold**\n\n{evil}\n\n[x](javascript:alert(1))\n\n- [x] Done")
    view = form.locator(".editor-preview")
    expect(view.locator("strong")).to_have_text("bold")
    assert view.locator("script").count() == 0
    assert view.locator("[onerror]").count() == 0
    assert "javascript:" not in view.inner_html()
    assert form.title() != "1"


def test_an_older_preview_never_replaces_a_newer(form: Tab) -> None:
    slow: list[Route] = []

    def answer(route: Route) -> None:
        if "Slow" in (route.request.post_data or ""):
            slow.append(route)
        else:
            route.continue_()

    form.route("**/markdownx/markdownify/", answer)
    form.fill("#id_notes", "Slow")
    form.wait_for_timeout(600)
    form.fill("#id_notes", "Quick")
    view = form.locator(".editor-preview")
    expect(view).to_have_text("Quick")
    assert len(slow) == 1
    slow[0].fulfill(body="<p>Slow</p>")
    form.wait_for_timeout(300)
    expect(view).to_have_text("Quick")


@pytest.mark.parametrize(("status", "body"), [(500, "Traceback"), (None, "")])
def test_a_lost_preview_is_told_calmly_and_comes_back(
    form: Tab, status: int | None, body: str
) -> None:
    form.expected = ("Failed to load resource",)
    fails = {"now": True}

    def answer(route: Route) -> None:
        if not fails["now"]:
            route.continue_()
        elif status:
            route.fulfill(status=status, body=body)
        else:
            route.abort()

    form.route("**/markdownx/markdownify/", answer)
    form.fill("#id_notes", "Other")
    told = form.locator(".editor-with-preview .editor-status")
    expect(told).to_contain_text("Preview could not be loaded")
    expect(form.locator(".editor-preview em")).to_have_text("containers")
    fails["now"] = False
    form.fill("#id_notes", "Another")
    expect(form.locator(".editor-preview")).to_have_text("Another")
    expect(told).to_have_text("")


def test_who_was_logged_out_is_told(form: Tab) -> None:
    form.context.clear_cookies(name="sessionid")
    form.fill("#id_notes", "Other")
    told = form.locator(".editor-with-preview .editor-status")
    expect(told).to_contain_text("You are logged out")
    expect(form.locator(".editor-preview em")).to_have_text("containers")


def test_tab_leaves_the_field_and_keys_indent(form: Tab) -> None:
    area = form.locator("#id_notes")
    area.focus()
    form.evaluate("document.querySelector('#id_notes').setSelectionRange(0, 0)")
    form.keyboard.press("Control+]")
    assert area.input_value() == f"  {NOTES}"
    form.keyboard.press("Control+[")
    assert area.input_value() == NOTES
    form.keyboard.press("Tab")
    assert form.evaluate("document.activeElement.id") != "id_notes"
    form.keyboard.press("Shift+Tab")
    assert form.evaluate("document.activeElement.id") == "id_notes"
    assert area.input_value() == NOTES


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_picture_is_uploaded_and_shown(form: Tab, page: Page, kind: str) -> None:
    form.locator("#id_notes").focus()
    form.evaluate("document.querySelector('#id_notes').setSelectionRange(0, 0)")
    waiting: list[Route] = []
    form.route("**/attachments/", lambda route: waiting.append(route))
    drop(form, picture(), "my [x] picture.png", kind)
    area = form.locator("#id_notes")
    expect(area).to_have_value(f"![Uploading my x picture.png…](){NOTES}")
    area.press("Control+End")
    area.press_sequentially("Typed meanwhile")
    first_of(form, waiting).continue_()
    expect(area).to_have_value(re.compile(r"^!\[my .*\]\(/attachments/"))
    row = Attachment.objects.get()
    assert row.page_id == page.pk
    assert area.input_value().endswith(f"){NOTES}Typed meanwhile")
    shown = form.locator(".editor-preview img")
    expect(shown).to_have_attribute("src", row.get_absolute_url())
    expect(shown).to_have_js_property("naturalWidth", 8)
    save(form)
    assert row.get_absolute_url() in Page.objects.get(pk=page.pk).notes


def test_what_is_refused_is_told_below_the_notes(form: Tab) -> None:
    form.expected = ("Failed to load resource",)
    drop(form, picture()[:-20], "a.png")
    told = form.locator(".editor-with-preview .upload")
    expect(told).to_contain_text("This picture is broken")
    expect(form.locator("#id_notes")).to_have_value(NOTES)


def test_saving_waits_for_a_picture(form: Tab) -> None:
    waiting: list[Route] = []
    form.route("**/attachments/", lambda route: waiting.append(route))
    drop(form, picture())
    expect(form.locator("#id_notes")).to_have_value(re.compile("Uploading a.png"))
    form.locator("[name=_save]").last.click()
    told = form.locator(".editor-with-preview .editor-status")
    expect(told).to_contain_text("Saved as soon as the upload is done")
    first_of(form, waiting).continue_()
    form.wait_for_url("**/admin/services/service/")
    assert f"![a.png]({Attachment.objects.get().get_absolute_url()})" in Page.objects.get().notes


def test_a_tick_in_the_list_changes_one_character(form: Tab, page: Page) -> None:
    form.select_option("#id_items-0-state", "done")
    save(form)
    assert Page.objects.get(pk=page.pk).notes == NOTES.replace("[ ] Tasks", "[x] Tasks")
    form.goto(page.get_absolute_url())
    expect(form.locator("main")).to_contain_text("Tasks")
    assert page.items.get(text="Tasks").state == "done"


def test_rows_are_added_and_have_editors(form: Tab, page: Page) -> None:
    form.get_by_text("Add another item").click()
    form.fill("#id_items-2-text", "Roles")
    form.get_by_text("Add another question").click()
    form.fill("#id_questions-1-text", "How?")
    answer = form.locator("#id_questions-1-answer")
    data = base64.b64encode(picture()).decode()
    form.evaluate(DROP.replace("#id_notes", "#id_questions-1-answer"), ["drop", data, "a.png"])
    expect(answer).to_have_value(re.compile(r"!\[a.png\]\(/attachments/"))
    save(form)
    notes = Page.objects.get(pk=page.pk).notes
    assert "- [ ] Costs\n- [ ] Roles\n" in notes
    assert "How?\n\n> [!answer]\n> ![a.png](/attachments/" in notes


def test_opening_and_saving_changes_nothing(form: Tab, page: Page) -> None:
    mixed = (
        "\n One\r\ntwo\rthree\n\tfour\u2028five  \r\n\r\n- [ ] Item\r- [x] Other\r\n\r\nWhy?\r\n\n"
    )
    revise(Page.objects.get(pk=page.pk), mixed, version=1)
    form.goto(f"/admin/services/service/{page.pk}/change/")
    save(form)
    now = Page.objects.get(pk=page.pk)
    assert (now.notes, now.version) == (mixed, 2)


@pytest.fixture
def everything(page: Page) -> dict[str, int]:
    document = Document.objects.create(path="AWS.md", digest="x")
    Section.objects.create(document=document, position=0, page=page, theirs="Other\n")
    topic = make_topic(title="Setup", notes="- [x] ECS\n")
    return {"service": page.pk, "topic": topic.pk, "document": document.pk}


ADDRESSES = (
    "/admin/",
    "/admin/services/service/",
    "/admin/services/service/?q=x&learning=done",
    "/admin/services/service/add/",
    "/admin/services/service/{service}/change/",
    "/admin/services/service/{service}/delete/",
    "/admin/services/service/{service}/history/",
    "/admin/services/topic/{topic}/change/",
    "/admin/services/document/",
    "/admin/services/document/import/",
    "/admin/services/document/{document}/change/",
    "/admin/services/document/{document}/delete/",
    "/admin/services/category/",
    "/admin/services/category/add/",
    "/admin/taggit/tag/add/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/change/",
    "/admin/auth/user/1/password/",
    "/admin/auth/group/",
    "/admin/password_change/",
)


def test_no_page_has_anything_inline_or_wider_than_a_phone(
    tab: Tab, everything: dict[str, int], admin
) -> None:
    inline = re.compile(r"<style|<[^>]*\s(style|on\w+)=|<script(?![^>]*(\ssrc=|json))")
    for address in ADDRESSES:
        url = address.format(**everything).replace("user/1/", f"user/{admin.pk}/")
        response = tab.goto(url)
        assert response
        assert response.status == 200, url
        assert not inline.search(response.text()), url
        for width in (1280, 390):
            tab.set_viewport_size({"width": width, "height": 844})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (url, width)


def test_an_import_is_read_and_applied(tab: Tab, compute: Category) -> None:
    tab.goto("/admin/services/document/")
    tab.get_by_role("link", name="Import Markdown").click()
    file = {
        "name": "AWS.md",
        "mimeType": "text/markdown",
        "buffer": b"# Compute\n\n## EKS\n\nPods\n",
    }
    tab.set_input_files("#id_files", [file])
    tab.get_by_role("button", name="Show what would change").click()
    expect(tab.locator(".plan")).to_contain_text("EKS")
    assert not Page.objects.exists()
    tab.get_by_role("button", name="Apply").click()
    expect(tab.locator(".messagelist")).to_contain_text("Imported")
    assert Page.objects.filter(title="EKS").exists()
