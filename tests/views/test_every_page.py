"""Every page of the site, followed from link to link, says only words meant for its readers."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import settings as kb_settings
from django.test import Client
from django.urls import is_valid_path, resolve

from services.attachments.manage import move_to_trash
from services.attachments.store import store
from services.models import Category, Document, Page, Section
from services.pages.revise import revise
from services.pages.trash import throw_away
from tests.support.pages import make_service, make_topic
from tests.support.pictures import PDF, picture
from tests.views.test_access import POSTED, TABLE

NOTES = """# Ways

Why is it so?

> [!question] And that?

> [!answer]
> Because.

To learn:

- [ ] read about [[EC2]]
- [x] write
  - [/] below

I don't understand leases.
"""
TITLE = '<b>"nasty"&amp;'
# What belongs to templates and programs. “None available” is a sentence of Django's admin.
TEMPLATE_TAGS = re.compile(r"\{[{%#]|[%#]\}")
CODE = re.compile(
    r"""
    \b[a-z]+(_[a-z]+)+\b           # a_name_in_code
    | \b(None(?!\ available)|NaN|undefined|null)\b
    | ` | <\w+:\  | \[object\  | &\w+; | %\( | \bobject\ at\ 0x
    """,
    re.VERBOSE,
)
# Filters and orders can be combined without end: of each kind of address one is opened.
MAX_OF_A_KIND = 1
# No link leads to these: they answer scripts, or address what is gone.
UNLINKED = ["/nothing/", "/search/suggest/?q=plan", "/search/recent/?ids=1,2", "/pages/new/"]
UNLINKED += ["/search/?q=xyzzy", '/search/?q="ways', "/pages/plan/split/?section=gone", "/login/"]
# These are forms, text, XML and JSON, and one that there is only with the examples.
NOT_OPENED = POSTED | {"raw", "feed", "page_names", "without_examples"}
OF_EDITORS = {"file_conflict", "item", "question", "split"}


class _Words(HTMLParser):
    """The links of a page, and what it says outside notes."""

    SILENT = ("script", "style", "textarea")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.silent = self.forms_without_token = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.silent += tag in self.SILENT
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.forms_without_token += tag == "form" and given.get("method", "").lower() == "post"
        self.forms_without_token -= given.get("name") == "csrfmiddlewaretoken"
        for name in ("title", "alt", "placeholder", "aria-label"):
            self.words.append(given.get(name) or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in self.SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


@pytest.fixture
def content(db, editor) -> None:
    """Something for every screen: a conflict with a file, attachments, a trash, two revisions."""
    compute = Category.objects.get(slug="compute")
    page = make_service(title="EC2", abbreviation="Cloud", category=compute, notes=NOTES)
    plan = make_topic(title="Plan", notes=NOTES)
    make_topic(title=TITLE)
    image = store(BytesIO(picture()), name="picture.png", page=page)
    store(BytesIO(PDF), name="paper.pdf", page=page)
    move_to_trash(store(BytesIO(PDF + b"2"), name="gone.pdf", page=page), by=editor)
    write(page, f"{NOTES}\n![]({image.get_absolute_url()})\n", tags=["cloud"])
    write(plan, NOTES.replace("so?", "now?"), tags=["cloud"])
    document = Document.objects.create(path="Notes.md", digest="x")
    theirs = NOTES.replace("so?", "then?")
    Section.objects.create(document=document, position=0, page=plan, base=NOTES, theirs=theirs)
    throw_away(make_topic(title="Gone", notes=NOTES), by=editor)


def write(page: Page, notes: str, **facts: object) -> None:
    revise(Page.objects.get(pk=page.pk), notes, version=1, **facts)


def kind(path: str) -> tuple[str, ...]:
    """The view and the names in the query; lists of the admin have too many to combine."""
    parts = urlsplit(path)
    view = resolve(parts.path).view_name if is_valid_path(parts.path) else ""
    names = sorted(parse_qs(parts.query))
    return view, *names[: 1 if path.startswith("/admin/") else None]


def crawl(client: Client, starts: list[str]) -> tuple[set[str], list[str]]:
    """Return the names of the addresses that showed a page, and what is wrong on any of them."""
    waiting, found, seen = list(starts), set(starts), Counter()
    names, faults = set(), []
    while waiting:
        path = waiting.pop()
        response = client.get(path)
        if response.streaming or "text/html" not in response["Content-Type"]:
            b"".join(response)  # which closes a file
            continue
        if response.status_code == 200:
            names.add(response.resolver_match.view_name)
        text = response.content.decode()
        page = _Words(text)
        faults += [f"{path}: {fault}" for fault in faults_of(text, page)]
        for link in page.links:
            other = urljoin(path, link).partition("#")[0]
            if not other.startswith("/") or other in found:
                continue
            found.add(other)
            seen[kind(other)] += 1
            if seen[kind(other)] <= MAX_OF_A_KIND:
                waiting.append(other)
    return names, faults


def faults_of(text: str, page: _Words) -> list[str]:
    """List what a reader should not see."""
    found = [match[0] for match in TEMPLATE_TAGS.finditer(text)]
    found += ["a form without a token"] * page.forms_without_token
    said = "".join(page.words)
    found += ["an unescaped title"] * (said.count('"nasty"') != said.count(TITLE))
    for words in page.words:
        found += [
            f"{match[0]} in {words.strip()!r}" for match in CODE.finditer(words.replace(TITLE, ""))
        ]
    return found


@pytest.mark.soak
@pytest.mark.parametrize(
    ("who", "column", "own"),
    [
        ("as_nobody", 5, set()),
        ("as_reader", 2, set()),
        ("as_editor", 3, OF_EDITORS),
        ("as_admin", 4, OF_EDITORS),
    ],
)
def test_no_page_shows_code(who, column, own, content, settings, request):
    settings.KB_PUBLIC = True
    names, faults = crawl(request.getfixturevalue(who), ["/", *UNLINKED])
    assert faults == []
    pages = {name for name, row in TABLE.items() if row[column] == 200} - NOT_OPENED
    assert (pages | own) - names == set()


def test_every_template_closes_its_tags_on_the_line_they_open():
    """Django reads a tag or a comment over two lines as text of the page."""
    folder = Path(kb_settings.BASE_DIR) / "templates"
    for file in sorted(folder.rglob("*.html")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            rest = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", line)
            assert not TEMPLATE_TAGS.search(rest), f"{file.name}:{number}"
