"""Every address of the site, as everyone, with reading open to the public and not."""

import pytest
from django.urls import URLPattern

from kb.urls import urlpatterns as root
from services.models import Category
from services.urls import urlpatterns as site
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db

LOGIN = "log in"
NO_FILE = "00000000-0000-4000-8000-000000000000"

# For each name in kb/urls.py and services/urls.py: an address, and what it gives to nobody, a
# reader, an editor and an admin; a fifth entry is for nobody where KB_PUBLIC is on. Every address
# of the site has to be here.
READING = (LOGIN, 200, 200, 200, 200)
TABLE = {
    "home": ("/", *READING),
    "without_examples": ("/examples/remove/", LOGIN, 403, 200, 200, LOGIN),
    "login": ("/login/", 200, 302, 302, 302, 200),
    "logout": ("/logout/", 405, 405, 405, 405, 405),
    "category": ("/categories/compute/", *READING),
    "service": ("/services/ecs/", *READING),
    "topics": ("/topics/", *READING),
    "topic": ("/topics/plan/", *READING),
    "raw": ("/pages/plan/raw/", *READING),
    "new_page": ("/pages/new/", LOGIN, 403, 200, 200, LOGIN),
    "edit": ("/pages/plan/edit/", LOGIN, 403, 200, 200, LOGIN),
    # The page and its file agree, it has no sections, and the trash is empty.
    "file_conflict": ("/pages/plan/file/", LOGIN, 403, 302, 302, LOGIN),
    "split": ("/pages/plan/split/?section=one", LOGIN, 403, 404, 404, LOGIN),
    "delete_page": ("/pages/plan/delete/", LOGIN, 403, 200, 200, LOGIN),
    "trash": ("/trash/", LOGIN, 403, 200, 200, LOGIN),
    "restore_page": ("/trash/9999/restore/", LOGIN, 403, 404, 404, LOGIN),
    "empty_trash": ("/trash/empty/", LOGIN, 403, 403, 302, LOGIN),
    "history": ("/pages/plan/history/", *READING),
    "revision": ("/pages/plan/history/1/", *READING),
    "compare": ("/pages/plan/history/compare/?old=0&new=1", *READING),
    "restore": ("/pages/plan/history/1/restore/", LOGIN, 403, 409, 409, LOGIN),
    "changes": ("/changes/", *READING),
    "feed": ("/changes/feed/", *READING),
    "checklist": ("/checklist/", *READING),
    "tick": ("/items/tick/", LOGIN, 403, 400, 400, LOGIN),
    "questions": ("/questions/", *READING),
    "ask": ("/pages/plan/ask/", LOGIN, 403, 200, 200, LOGIN),
    "tags": ("/tags/", *READING),
    "tag": ("/tags/web-dev/", *READING),
    "search": ("/search/?q=plan", *READING),
    "suggest": ("/search/suggest/?q=plan", *READING),
    "recent": ("/search/recent/?ids=1,2", *READING),
    "keys": ("/keys/", *READING),
    "page_names": ("/pages/names/?q=e", *READING),
    "draft": ("/drafts/", LOGIN, 403, 200, 200, LOGIN),
    "discard_draft": ("/drafts/discard/", LOGIN, 403, 302, 302, LOGIN),
    "markdownx_markdownify": ("/markdownx/markdownify/", LOGIN, 403, 200, 200, LOGIN),
    # No file, or none with this number.
    "upload": ("/attachments/", LOGIN, 403, 302, 302, LOGIN),
    "begin_upload": ("/attachments/begin/", LOGIN, 403, 200, 200, LOGIN),
    "finish_upload": ("/attachments/finish/", LOGIN, 403, 409, 409, LOGIN),
    "abandon_upload": ("/attachments/abandon/", LOGIN, 403, 409, 409, LOGIN),
    "files": ("/pages/plan/files/", *READING),
    "rename_file": (f"/files/{NO_FILE}/rename/", LOGIN, 403, 404, 404, LOGIN),
    "replace_file": (f"/files/{NO_FILE}/replace/", LOGIN, 403, 404, 404, LOGIN),
    "delete_file": (f"/files/{NO_FILE}/delete/", LOGIN, 403, 404, 404, LOGIN),
    "restore_file": (f"/files/{NO_FILE}/restore/", LOGIN, 403, 404, 404, LOGIN),
    "thumbnail": (f"/thumbnails/{NO_FILE}/", LOGIN, 404, 404, 404, 404),
}
# These are only for forms.
POSTED = {
    "restore",
    "restore_page",
    "empty_trash",
    "tick",
    "draft",
    "discard_draft",
    "markdownx_markdownify",
    "upload",
    "begin_upload",
    "finish_upload",
    "abandon_upload",
    "rename_file",
    "replace_file",
    "delete_file",
    "restore_file",
}
# What needs a stored file to be tried, in tests of its own.
ELSEWHERE = {"attachment", "dismiss", "item", "question"}


@pytest.fixture(autouse=True)
def content():
    make_service(title="ECS", category=Category.objects.get(slug="compute"))
    make_topic(title="Plan").tags.add("web-dev")


def outcome(client, path: str) -> object:
    posted = path in {TABLE[name][0] for name in POSTED}
    response = client.post(path) if posted else client.get(path)
    if response.status_code == 302 and response["Location"].startswith("/login/?next="):
        return LOGIN
    return response.status_code


def test_every_address_is_in_the_table():
    patterns = [pattern for pattern in [*root, *site] if isinstance(pattern, URLPattern)]
    assert {pattern.name for pattern in patterns} == set(TABLE) | ELSEWHERE


@pytest.mark.parametrize("name", sorted(POSTED))
def test_what_is_only_for_forms_is_not_for_links(name, as_admin):
    assert as_admin.get(TABLE[name][0]).status_code == 405


@pytest.fixture
def everyone(as_nobody, as_reader, as_editor, as_admin):
    return as_nobody, as_reader, as_editor, as_admin


def outcomes(clients) -> dict[str, list[object]]:
    """Ask for every address as each of them; in one test, as most of its time is the setup."""
    return {name: [outcome(client, row[0]) for client in clients] for name, row in TABLE.items()}


@pytest.mark.databases("sqlite", "postgres")
def test_what_everyone_may_see(everyone):
    assert outcomes(everyone) == {name: list(row[1:5]) for name, row in TABLE.items()}


def test_what_everyone_may_see_in_public(settings, everyone):
    settings.KB_PUBLIC = True
    expected = {name: [row[5], *row[2:5]] for name, row in TABLE.items()}
    assert outcomes(everyone) == expected


def test_a_person_of_no_group_may_not_read(as_reader, reader):
    reader.groups.clear()
    closed = {name for name, row in TABLE.items() if row[1] == LOGIN}
    assert {name for name in closed if outcome(as_reader, TABLE[name][0]) != 403} == set()


def test_log_in_leads_on_and_log_out_ends_it(as_nobody, reader):
    form = {"username": "rita", "password": "correct horse", "next": "/checklist/"}
    assert as_nobody.post("/login/", form)["Location"] == "/checklist/"
    assert outcome(as_nobody, "/") == 200
    as_nobody.post("/logout/")
    assert outcome(as_nobody, "/") == LOGIN


def test_log_in_leads_to_no_other_site(as_nobody, reader):
    form = {"username": "rita", "password": "correct horse", "next": "https://example.com/"}
    assert as_nobody.post("/login/", form)["Location"] == "/"


def test_a_wrong_password_is_told(as_nobody, reader):
    response = as_nobody.post("/login/", {"username": "rita", "password": "wrong"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()


def test_strangers_are_offered_no_way_that_is_closed(as_nobody):
    text = as_nobody.get("/login/").content.decode()
    assert "/checklist/" not in text
    assert "/admin/" not in text


def test_only_editors_are_offered_the_admin(as_reader, as_editor):
    assert "/admin/" not in as_reader.get("/").content.decode()
    assert "/admin/" in as_editor.get("/").content.decode()
