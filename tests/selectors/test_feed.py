"""The Atom feed of recent changes, and the keys that let a program read it."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from services.pages.trash import throw_away
from services.permissions import find_key_holder
from tests.support.pages import make_topic
from tests.support.revisions_maker import revised, with_edits
from tests.views.test_history import tick_all

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def page(editor):
    page = make_topic(title="Plan", notes="- [ ] One\n- [ ] Two\n- [ ] Three\n")
    return revised(page, by=editor, title="The plan")


def read(client, query=""):
    response = client.get(f"/changes/feed/{query}")
    assert response.status_code == 200
    return ElementTree.fromstring(response.content)


def entries(client, query=""):
    return read(client, query).findall(f"{ATOM}entry")


def value(element, name):
    return element.find(f"{ATOM}{name}").text


def link(element, rel="alternate"):
    found = {link.get("rel", "alternate"): link.get("href") for link in element.iter(f"{ATOM}link")}
    return found[rel]


def test_is_an_atom_feed(as_reader, page):
    response = as_reader.get("/changes/feed/")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    assert feed.tag == f"{ATOM}feed"
    assert value(feed, "title") == "Recent changes"
    assert urlsplit(value(feed, "id")).scheme == "http"
    assert link(feed, "self") == "http://testserver/changes/feed/"
    assert datetime.fromisoformat(value(feed, "updated")).tzinfo


def test_entries_say_who_changed_what_and_lead_to_it(as_reader, page):
    first, second = entries(as_reader)
    assert value(first, "title") == "The plan: edited on the site"
    assert first.find(f"{ATOM}author/{ATOM}name").text == "edgar"
    assert second.find(f"{ATOM}author/{ATOM}name").text == "Knowledge base"
    assert link(first) == "http://testserver/pages/plan/history/compare/?old=1&new=2"
    assert as_reader.get(link(first)).status_code == 200
    assert re.fullmatch(
        rf"tag:testserver,\d{{4}}-\d\d-\d\d:page-{page.pk}-version-2", value(first, "id")
    )
    for name in ("published", "updated"):
        assert datetime.fromisoformat(value(first, name)).tzinfo


def test_ids_are_each_their_own_and_stay(as_reader, page, editor):
    before = [value(entry, "id") for entry in entries(as_reader)]
    revised(page, "x\n", by=editor, slug="elsewhere", title="Elsewhere")
    after = [value(entry, "id") for entry in entries(as_reader)]
    assert after[1:] == before
    assert len(set(after)) == 3


def test_a_run_of_ticks_is_one_entry_that_is_updated(as_reader, page, admin):
    tick_all(page, admin)
    first = entries(as_reader)[0]
    assert value(first, "title") == "The plan: ticked 3 times"
    assert value(first, "updated") >= value(first, "published")


def test_has_at_most_fifty_entries(as_reader, page, editor):
    with_edits(page, 70, by=editor)
    assert len(entries(as_reader)) == 50


def test_takes_the_same_filter(as_reader, page, admin):
    tick_all(page, admin)
    assert len(entries(as_reader, "?from=tick")) == 1
    assert len(entries(as_reader, "?from=no-ticks")) == 2
    assert len(entries(as_reader, "?by=edgar")) == 1


def test_without_changes_it_is_valid_and_stays_the_same(as_reader):
    feed = read(as_reader)
    assert datetime.fromisoformat(value(feed, "updated"))
    first, second = (as_reader.get("/changes/feed/") for _ in range(2))
    assert first["ETag"] == second["ETag"]


def test_what_xml_cannot_hold_does_not_break_it(as_reader, page, editor):
    odd = "a\x01b\x0bc\x1b d\x7f <b>&\ufffe \ud7ff"
    revised(page, by=editor, title=odd)
    editor.first_name = "E\x02d"
    editor.save()
    first = entries(as_reader)[0]
    assert "a\ufffdb" in value(first, "title")
    assert "<b>&\ufffd" in value(first, "title")
    assert first.find(f"{ATOM}author/{ATOM}name").text == "E\ufffdd"


def test_a_page_in_the_trash_has_no_link_to_itself(as_reader, page, editor):
    throw_away(page, by=editor)
    for entry in entries(as_reader):
        assert "/changes/?before=" in link(entry)
        assert as_reader.get(link(entry)).status_code == 200


def test_only_editors_are_told_what_is_in_the_trash(as_reader, as_editor, page, editor):
    throw_away(page, by=editor)
    assert {value(entry, "title").split(":")[0] for entry in entries(as_reader)} == {
        "A deleted page"
    }
    assert b"The plan" not in as_reader.get("/changes/feed/").content
    assert value(entries(as_editor)[0], "title").startswith("The plan: ")


def test_answers_that_nothing_changed(as_reader, page, editor):
    first = as_reader.get("/changes/feed/")
    again = as_reader.get("/changes/feed/", headers={"if-none-match": first["ETag"]})
    since = as_reader.get("/changes/feed/", headers={"if-modified-since": first["Last-Modified"]})
    assert (again.status_code, since.status_code) == (304, 304)
    assert again.content == b""
    revised(page, "x\n", by=editor)
    assert (
        as_reader.get("/changes/feed/", headers={"if-none-match": first["ETag"]}).status_code == 200
    )


# -- keys ----------------------------------------------------------------------------------------


def address(client) -> str:
    """The feed's address that the list of changes offers."""
    html = client.get("/changes/").content.decode()
    found = re.search(
        r'<link rel="alternate"\s+type="application/atom\+xml"[^>]*href="([^"]+)"', html
    )
    return found[1].replace("&amp;", "&")


def test_the_list_names_the_feed_with_a_key_of_ones_own(as_reader, as_editor, page, reader):
    key = parse_qs(urlsplit(address(as_reader)).query)["key"][0]
    assert find_key_holder(key) == reader
    assert address(as_reader) != address(as_editor)


def test_the_feed_has_the_filter_of_the_list(as_reader, page):
    html = as_reader.get("/changes/?from=tick&by=ada").content.decode()
    assert "/changes/feed/?from=tick&amp;by=ada&amp;key=" in html


def test_in_public_nobody_needs_a_key(as_nobody, page, settings):
    settings.KB_PUBLIC = True
    assert address(as_nobody) == "/changes/feed/"
    assert len(entries(as_nobody)) == 2
    assert len(entries(as_nobody, "?key=wrong")) == 2


def test_everybody_who_may_read_may_read_it(as_reader, as_editor, as_admin, page):
    for client in (as_reader, as_editor, as_admin):
        assert len(entries(client)) == 2
    assert as_reader.post("/changes/feed/").status_code == 405
