"""Sending files in a browser, to this server and straight to a real bucket: in the editor."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import Request, Route, expect

from services.models import Attachment, Page
from tests.support.pages import make_topic
from tests.support.pictures import PDF, picture
from tests.support.storages import S3Server, objects
from tests.support.writing import Tabs, select

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "hello world\n"
# What is dropped or pasted, as the browser hands it on.
HAND = """([kind, where, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const told = { bubbles: true, cancelable: true };
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, ...told })
    : new DragEvent(kind, { dataTransfer: transfer, ...told });
  document.querySelector(where).dispatchEvent(event);
}"""


def file(name: str = "a.png", data: bytes | None = None, kind: str = "image/png") -> dict[str, Any]:
    return {"name": name, "mimeType": kind, "buffer": picture() if data is None else data}


def hand(tab: Tab, kind: str, where: str, *files: dict[str, Any]) -> None:
    data = [
        [each["name"], each["mimeType"], base64.b64encode(each["buffer"]).decode()]
        for each in files
    ]
    tab.evaluate(HAND, [kind, where, data])


def slow_down(tab: Tab, bytes_per_second: int) -> None:
    told = {"offline": False, "latency": 0, "downloadThroughput": -1}
    told["uploadThroughput"] = bytes_per_second
    tab.context.new_cdp_session(tab).send("Network.emulateNetworkConditions", told)


@pytest.fixture
def page(transactional_db: None) -> Page:
    return make_topic(title="Plan", notes=NOTES)


@pytest.fixture
def tab(tabs: Tabs, storage: str, page: Page, editor) -> Tab:
    opened = tabs(editor, "/pages/plan/edit/")
    expect(opened.get_by_role("toolbar")).to_be_visible()
    return opened


@pytest.fixture
def storage(s3: S3Server) -> str:
    """A bucket, where an upload takes most steps; the tests of a page's files upload both ways."""
    return "s3"


def text_of(tab: Tab) -> str:
    return tab.locator("#id_notes").input_value()


def upload(tab: Tab, name: str = "a.png"):
    return tab.locator(".upload").filter(has_text=name)


@pytest.mark.parametrize("way", ["drop", "paste", "picker"])
def test_files_are_shown_by_the_text(tab, page, way):
    puts: list[Request] = []
    tab.on("request", lambda request: request.method == "PUT" and puts.append(request))
    files = [file(), file("The plan.pdf", PDF, "application/pdf")]
    select(tab, 0)
    if way == "picker":
        with tab.expect_file_chooser() as chooser:
            tab.get_by_role("button", name="Pictures and files").click()
        chooser.value.set_files(files)
    else:
        hand(tab, way, "#id_notes", *files)
    expect(tab.locator("#id_notes")).to_have_value(
        re.compile(r"^!\[a.png\]\(\S+/a.png\)\n\[The plan.pdf\]\(\S+/The%20plan.pdf\)hello world")
    )
    expect(tab.locator(".upload")).to_have_count(0)
    rows = Attachment.objects.all()
    assert {(row.page, row.created_by.username) for row in rows} == {(page, "edgar")}
    assert objects() == {key for row in rows for key in row.keys}
    assert len(puts) == 2
    # What was sent can be taken out of the text again.
    for _ in range(4):
        tab.locator("#id_notes").press("Control+z")
    assert text_of(tab) == NOTES


def test_how_far_a_file_is_can_be_seen(tab):
    tab.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => {
            const row = document.querySelector(".upload");
            if (row) window.seen.push([row.dataset.state, row.querySelector("progress").value]);
          }).observe(document.querySelector(".editor-uploads"), {
            subtree: true, childList: true, characterData: true, attributes: true,
          });
        }"""
    )
    slow_down(tab, 400_000)
    hand(tab, "drop", "#id_notes", file("big.bin", b"\1" * 600_000, ""))
    bar = tab.get_by_role("progressbar", name="Uploading big.bin")
    expect(bar).to_be_visible()
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"\[big.bin\]\(/"), timeout=20_000)
    seen = tab.evaluate("window.seen")
    values = [value for state, value in seen if state == "sending"]
    assert values == sorted(values)
    assert len({value for value in values if 0 < value < 1}) >= 3
    assert "checking" in {state for state, _ in seen}
    # Said are the beginning and the end, and no percents.
    expect(tab.locator(".editor-uploads [role=status]")).to_have_text("big.bin is uploaded.")


def test_a_cancelled_file_leaves_nothing(tab):
    area = tab.locator("#id_notes")
    slow_down(tab, 200_000)
    hand(tab, "drop", "#id_notes", file("big.bin", b"\1" * 500_000, ""))
    while tab.locator(".upload progress").evaluate("bar => bar.value") < 0.05:
        tab.wait_for_timeout(50)
    area.press("Tab")
    while not tab.evaluate("document.activeElement.matches('.upload-button')"):
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect(tab.locator(".upload")).to_have_count(0)
    expect(area).to_be_focused()
    expect(area).to_have_value(NOTES)
    # Long enough for all of it, and for another that comes after it.
    tab.wait_for_timeout(3000)
    slow_down(tab, -1)
    hand(tab, "drop", "#id_notes", file())
    expect(area).to_have_value(re.compile(r"!\[a.png\]\(/"))
    row = Attachment.objects.get()
    assert (row.name, objects()) == ("a.png", set(row.keys))


def test_a_refused_file_is_told_and_the_text_is_as_it_was(tab):
    hand(tab, "drop", "#id_notes", file("broken.png", picture()[:-20]), file())
    row = upload(tab, "broken.png")
    expect(row).to_contain_text("This picture is broken")
    expect(row.get_by_role("button", name="Try again")).to_have_count(0)
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"^!\[a.png\]\(/\S+\)hello"))
    row.get_by_role("button", name="Dismiss: broken.png").press("Enter")
    expect(tab.locator(".upload")).to_have_count(0)
    expect(tab.locator("#id_notes")).to_be_focused()
    assert objects() == set(Attachment.objects.get().keys)


def test_what_is_too_large_is_refused_before_it_is_sent(tab, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    hand(tab, "drop", "#id_notes", file("big.bin", b"\1" * 2000, ""))
    expect(upload(tab, "big.bin")).to_contain_text("This file is too large")
    assert objects() == set()


def test_who_is_logged_out_is_told_and_may_try_again(tab):
    cookies = tab.context.cookies()
    tab.context.clear_cookies(name="sessionid")
    hand(tab, "drop", "#id_notes", file())
    expect(upload(tab)).to_contain_text("You are logged out. Log in again in another tab")
    tab.context.add_cookies(cookies)
    upload(tab).get_by_role("button", name="Try again").click()
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"!\[a.png\]\(/"))


def test_a_storage_that_is_down_is_told_once_and_a_later_try_works(tab, s3):
    s3.stop()
    select(tab, 5)
    hand(tab, "drop", "#id_notes", file())
    row = upload(tab)
    expect(row).to_contain_text("The storage for files does not answer", timeout=30_000)
    expect(tab.locator("#id_notes")).to_have_value(NOTES)
    expect(tab.locator(".editor-error")).to_be_hidden()
    s3.start()
    select(tab, 0)
    tab.keyboard.type("Now, ")
    row.get_by_role("button", name="Try again: a.png").click()
    # It stands where it would have stood.
    expect(tab.locator("#id_notes")).to_have_value(
        re.compile(r"^Now, hello!\[a.png\]\(\S+\) world")
    )
    assert objects() == set(Attachment.objects.get().keys)


def test_what_has_arrived_is_not_sent_again(tab, s3):
    puts: list[Request] = []
    tab.on("request", lambda request: request.method == "PUT" and puts.append(request))
    waiting: list[Route] = []
    tab.route("**/attachments/finish/", lambda route: waiting.append(route))
    hand(tab, "drop", "#id_notes", file())
    expect(upload(tab)).to_contain_text("Checking…")
    expect(upload(tab).get_by_role("button")).to_have_count(0)
    s3.stop()
    waiting.pop().continue_()
    tab.unroute("**/attachments/finish/")
    again = upload(tab).get_by_role("button", name="Try again")
    expect(again).to_be_visible(timeout=30_000)
    s3.start()
    again.click()
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"!\[a.png\]\(/"))
    assert len(puts) == 1
    assert objects() == set(Attachment.objects.get().keys)


def test_a_bucket_that_takes_nothing_from_browsers_gets_it_from_the_server(tab, s3):
    tab.route(f"{s3.url}/**", lambda route: route.abort())
    hand(tab, "drop", "#id_notes", file())
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"!\[a.png\]\(/"))
    assert objects() == set(Attachment.objects.get().keys)


def test_a_mark_that_its_author_takes_out_stays_out(tab):
    waiting: list[Route] = []
    tab.route("**/attachments/begin/", lambda route: waiting.append(route))
    hand(tab, "drop", "#id_notes", file())
    expect(tab.locator("#id_notes")).to_have_value(re.compile("Uploading a.png"))
    tab.locator("#id_notes").fill("Other")
    waiting.pop().continue_()
    expect(tab.locator(".upload")).to_have_count(0)
    assert text_of(tab) == "Other"
