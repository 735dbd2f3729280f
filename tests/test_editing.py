"""Editing pages on the site: what is stored, merged, refused and said."""

import pytest
from django.contrib.messages import get_messages

from services.models import Page, Revision, Topic
from tests.conftest import client_of, person
from tests.html_forms import fields_of

pytestmark = pytest.mark.django_db
NOTES = "First.\n\n# One\n\nOne's words.\n\n# Two\n\nTwo's words.\n"


@pytest.fixture
def plan() -> Page:
    return Topic.objects.create(title="Plan", notes=NOTES)


@pytest.fixture
def as_other():
    return client_of(person("olga", "editors"))


def opened(client, path="/pages/plan/edit/"):
    """The fields of the editor's form as a browser would send them."""
    response = client.get(path)
    assert response.status_code == 200
    return fields_of(response)


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_saving_works(as_editor, plan, editor):
    fields = opened(as_editor)
    response = as_editor.post("/pages/plan/edit/", fields | {"notes": "Changed.\r\n"})
    assert response["Location"] == "/topics/plan/"
    assert said(response) == ["Saved."]
    page = Page.objects.get()
    assert (page.notes, page.version, page.updated_by) == ("Changed.\n", 2, editor)
    assert Revision.objects.get(version=2).history_change_reason == "site"
