"""Whatever is typed into the search, whatever pages are called: an answer, without their markup."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from tests.soak import TIMES
from tests.support.elements import Elements, words
from tests.support.naughty import ANY, TEXTS, TITLES
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db
QUICKLY = examples(
    max_examples=TIMES * 20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "script",
    "link",
    "body",
    "a",
    "header",
    "div",
    "span",
    "svg",
    "path",
    "rect",
    "circle",
    "nav",
    "form",
    "button",
    "input",
    "label",
    "kbd",
    "p",
    "h1",
    "h2",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "code",
    "bdi",
    "mark",
    "section",
    "details",
    "summary",
    "select",
    "option",
    "datalist",
    "fieldset",
    "legend",
    "main",
    "dialog",
    "footer",
}
# So many does every page load.
SCRIPTS = 2


def harmless(client: Client, text: str) -> None:
    """Every address of the search answers this query, with no element that the text brought in."""
    for path in ("/search/", "/search/suggest/"):
        response = client.get(path, {"q": text})
        assert response.status_code == 200
        elements = Elements(response.content.decode())
        assert set(elements.names) <= OURS
        assert elements.names.count("script") in (0, SCRIPTS)
        assert all(link.startswith(("/", "?", "#")) for link in elements.links)
    form = {"q": text, "seen": "is:open", "tag": text, "without": text, "category": text}
    assert client.get("/search/", form).status_code == 302


@pytest.mark.soak
def test_naughty_queries_are_queries(as_reader):
    for text in TEXTS:
        harmless(as_reader, text)


@pytest.mark.soak
@QUICKLY
@given(text=ANY)
def test_any_text_can_be_asked_for(as_reader, text):
    harmless(as_reader, text)


@pytest.mark.parametrize(
    "text", ["<b>x", "'\"x", "&amp;x", "{{ x }}", "x\u202ey", "x\u200b", "x👩‍👩‍👧"]
)
def test_pages_with_naughty_titles_are_shown_as_they_are_called(as_reader, text):
    make_topic(title=text, notes=f"# {text}\n\n{text}\n\n- [ ] {text}\n\n> [!question] {text}\n")
    harmless(as_reader, "x")
    assert text in words(as_reader.get("/search/?q=x").content.decode())
    harmless(as_reader, text)


@pytest.mark.soak
@QUICKLY
@given(title=TITLES, query=ANY)
def test_any_title_and_notes_can_be_found(as_reader, title, query):
    notes = f"# {title}\n\n{query}\n".replace("\0", "")
    page = make_topic(title=title[:150], notes=notes)
    harmless(as_reader, title)
    harmless(as_reader, query)
    page.delete()
